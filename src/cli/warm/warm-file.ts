import { type Dispatcher, request } from "undici";
import { unreachable } from "../admin-client.ts";
import type { LogSource } from "../simulate/log-records.ts";
import { type WarmCall, warmCallIn } from "./warm-call.ts";

/** Asks a gateway for every call of a file, several at a time, and counts by what its answers say became of each. */

export interface Warmed {
  calls: number;
  stored: number;
  /** Answered from the cache, or with another call under way. */
  there: number;
  /** Answered and not kept, by the reason. */
  readonly unstored: Record<string, number>;
  failed: number;
  /** Records that are no requests. */
  unread: number;
  /** The first few of what failed or could not be read, with their lines. */
  readonly faults: string[];
}

interface WarmOptions {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly path: string;
  readonly concurrency: number;
  readonly dispatcher: Dispatcher | undefined;
}

const mostFaults = 5;
/** Long answers of slow models take minutes. */
const answerTimeoutMs = 600_000;

/** `heard` after each call. Throws what `source` does, and where nobody can be reached. */
export async function warmFile(source: LogSource, options: WarmOptions, heard: (so: Warmed) => void): Promise<Warmed> {
  const warmed: Warmed = { calls: 0, stored: 0, there: 0, unstored: {}, failed: 0, unread: 0, faults: [] };
  const underWay = new Set<Promise<void>>();
  let broken: unknown;
  for await (const records of source.records())
    for (const { line, text } of records) {
      const call = warmCallIn(text, options.path);
      if (typeof call === "string") {
        warmed.unread++;
        note(warmed, `line ${line} ${call}`);
        continue;
      }
      while (underWay.size >= options.concurrency) await Promise.race(underWay);
      if (broken !== undefined) throw broken;
      const asking = ask(call, options, warmed, line)
        .catch((error: unknown) => {
          broken ??= error;
        })
        .finally(() => {
          underWay.delete(asking);
          heard(warmed);
        });
      underWay.add(asking);
    }
  await Promise.all(underWay);
  if (broken !== undefined) throw broken;
  return warmed;
}

async function ask({ path, body }: WarmCall, { url, headers, dispatcher }: WarmOptions, warmed: Warmed, line: number) {
  const answer = await request(url + path, {
    method: "POST",
    headers: { ...headers, "content-type": "application/json" },
    body: JSON.stringify(body),
    headersTimeout: answerTimeoutMs,
    bodyTimeout: answerTimeoutMs,
    ...(dispatcher && { dispatcher }),
  }).catch((error: unknown) => {
    throw unreachable(url, error);
  });
  const text = await answer.body.text();
  warmed.calls++;
  const told = (name: string) => String(answer.headers[name] ?? "");
  const status = told("x-ai-cache-status");
  if (answer.statusCode >= 400) {
    warmed.failed++;
    note(warmed, `line ${line}: status ${answer.statusCode}, ${messageIn(text)}`);
  } else if (["HIT", "STALE", "COALESCED"].includes(status)) warmed.there++;
  else if (/; stored$/.test(told("cache-status"))) warmed.stored++;
  else {
    const reason = told("x-ai-cache-reason") || "not a cached path";
    warmed.unstored[reason] = (warmed.unstored[reason] ?? 0) + 1;
  }
}

function note({ faults }: Warmed, fault: string): void {
  if (faults.length < mostFaults) faults.push(fault);
}

function messageIn(text: string): string {
  try {
    return String(JSON.parse(text).error.message).slice(0, 200);
  } catch {
    return "without a message";
  }
}
