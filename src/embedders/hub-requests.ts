/** What a hub of models is asked: always with an end, so that a hub that says nothing holds nobody up. */

import { open } from "node:fs/promises";
import type { Clock } from "../core/clock.ts";
import { type HubFile, hashOf } from "./hub-listing.ts";

export interface HubRequestParts {
  readonly hub: string;
  readonly token: string | undefined;
  readonly fetch: typeof globalThis.fetch;
  readonly clock: Clock;
}

/** A hub that is silent for so long is given up. */
const silenceMs = 30_000;
const listingMs = 10_000;
const mostListingBytes = 8 * 1024 * 1024;

/** @throws Error that says in words why there is none. */
export async function askListing(parts: HubRequestParts, path: string): Promise<unknown> {
  const watch = watchOver(parts.clock, listingMs);
  try {
    const response = await ask(parts, path, watch.signal);
    const chunks: Uint8Array[] = [];
    let size = 0;
    for await (const chunk of response.body ?? []) {
      size += chunk.byteLength;
      if (size > mostListingBytes) throw new Error("its listing is too long");
      chunks.push(chunk);
    }
    return JSON.parse(Buffer.concat(chunks).toString("utf8"));
  } catch (error) {
    throw inWords(error, watch);
  } finally {
    watch.end();
  }
}

export interface FileDownload {
  readonly path: string;
  readonly file: HubFile;
  /** Where it is written. */
  readonly target: string;
  readonly onBytes: (count: number) => void;
}

/** @throws Error that says in words what went wrong; what was written is then of no use. */
export async function downloadFile(parts: HubRequestParts, download: FileDownload): Promise<void> {
  const { path, file, target, onBytes } = download;
  const watch = watchOver(parts.clock, silenceMs);
  const output = await open(target, "wx", 0o600);
  try {
    const response = await ask(parts, path, watch.signal);
    const hash = hashOf(file);
    let size = 0;
    for await (const chunk of response.body ?? []) {
      watch.again();
      size += chunk.byteLength;
      if (size > file.bytes) throw new Error(`${file.path} has more than the ${file.bytes} bytes of its listing`);
      hash.update(chunk);
      await output.writeFile(chunk);
      onBytes(chunk.byteLength);
    }
    if (size !== file.bytes) throw new Error(`${file.path} has ${size} bytes, not the ${file.bytes} of its listing`);
    if (hash.digest("hex") !== file.checksum.hex) throw new Error(`${file.path} has another checksum than its listing`);
  } catch (error) {
    throw inWords(error, watch);
  } finally {
    watch.end();
    await output.close();
  }
}

async function ask({ hub, token, fetch }: HubRequestParts, path: string, signal: AbortSignal): Promise<Response> {
  const headers = { "user-agent": "reprise", ...(token !== undefined && { authorization: `Bearer ${token}` }) };
  const response = await fetch(`${hub}${path}`, { headers, signal });
  if (response.ok) return response;
  await response.body?.cancel();
  throw new Error(statusInWords(response.status));
}

function statusInWords(status: number): string {
  if (status === 404) return "there is no such model, revision or file (status 404)";
  // The hub does not tell a model that is not there from one that the caller may not see.
  if (status === 401 || status === 403) return `there is no such model, or it needs a token (status ${status})`;
  return `status ${status}`;
}

function inWords(error: unknown, watch: Watch): Error {
  if (watch.signal.aborted) return new Error("it was silent for too long");
  const { message, cause } = error as { readonly message: string; readonly cause?: { readonly message?: string } };
  return new Error(cause?.message === undefined ? message : `${message} (${cause.message})`, { cause: error });
}

interface Watch {
  readonly signal: AbortSignal;
  again(): void;
  end(): void;
}

function watchOver(clock: Clock, delayMs: number): Watch {
  const controller = new AbortController();
  const arm = () => clock.after(delayMs, () => controller.abort());
  let cancel = arm();
  return {
    signal: controller.signal,
    again() {
      cancel();
      cancel = arm();
    },
    end: () => cancel(),
  };
}
