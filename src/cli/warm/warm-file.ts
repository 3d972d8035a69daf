import { type Dispatcher, errors, request } from "undici";
import { RepriseError } from "../../core/errors.ts";
import { unreachable } from "../admin-client.ts";
import { lineOf } from "../commands/error-line.ts";
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
  /** Answered; whether it was kept is not told, since the store is slow, or the scope is shared. */
  untold: number;
  failed: number;
  /** Records that are no requests. */
  unread: number;
  /** The first few of what failed or could not be read, with their lines. */
  readonly faults: string[];
  /** Why it ended before the end of the file. */
  stopped?: string;
}

export interface WarmOptions {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly path: string;
  readonly concurrency: number;
  readonly dispatcher: Dispatcher | undefined;
}

const mostFaults = 5;
/** Long answers of slow models take minutes. */
const answerTimeoutMs = 600_000;

/** `heard` after each call. Throws what `source` does, and where nobody can be reached, before any call is answered. */
export async function warmFile(source: LogSource, options: WarmOptions, heard: (so: Warmed) => void): Promise<Warmed> {
  const warmed: Warmed = { calls: 0, stored: 0, there: 0, unstored: {}, untold: 0, failed: 0, unread: 0, faults: [] };
  const underWay = new Set<Promise<void>>();
  let broken: unknown;
  const breakOff = (error: unknown): void => {
    broken ??= error;
  };
  const askAll = async (): Promise<void> => {
    for await (const records of source.records())
      for (const { line, text } of records) {
        const call = warmCallIn(text, options.path);
        if (typeof call === "string") {
          warmed.unread++;
          note(warmed, `line ${line} ${call}`);
          continue;
        }
        while (underWay.size >= options.concurrency) await Promise.race(underWay);
        if (broken !== undefined) return;
        const asking = ask(call, options, warmed, line)
          .catch(breakOff)
          .finally(() => {
            underWay.delete(asking);
            heard(warmed);
          });
        underWay.add(asking);
      }
  };
  await askAll().catch(breakOff);
  await Promise.all(underWay);
  if (broken === undefined) return warmed;
  // What was paid for is told, whatever came then.
  if (warmed.calls === 0 || !RepriseError.isInstance(broken)) throw broken;
  return { ...warmed, stopped: lineOf(broken) };
}

async function ask({ path, body }: WarmCall, { url, headers, dispatcher }: WarmOptions, warmed: Warmed, line: number) {
  let answer: Dispatcher.ResponseData | undefined;
  let text: string;
  try {
    answer = await request(url + path, {
      method: "POST",
      headers: { ...headers, "content-type": "application/json" },
      body: JSON.stringify(body),
      headersTimeout: answerTimeoutMs,
      bodyTimeout: answerTimeoutMs,
      ...(dispatcher && { dispatcher }),
    });
    text = await answer.body.text();
  } catch (error) {
    // Somebody was there, who may answer other calls.
    const isHeard = answer !== undefined || error instanceof errors.HeadersTimeoutError;
    if (!isHeard) throw unreachable(url, error);
    warmed.calls++;
    warmed.failed++;
    note(warmed, `line ${line}: its answer ${answer === undefined ? "did not come" : "broke off"}`);
    return;
  }
  warmed.calls++;
  count(warmed, line, answer, text);
}

function count(warmed: Warmed, line: number, { statusCode, headers }: Dispatcher.ResponseData, text: string): void {
  if (statusCode >= 400) {
    warmed.failed++;
    note(warmed, `line ${line}: status ${statusCode}, ${messageIn(text)}`);
    return;
  }
  // Caches between it and the origin stand before it.
  const [own] = /reprise;[^,]*$/.exec(String(headers["cache-status"] ?? "")) ?? [];
  const [, detail] = /; detail=([\w-]+)$/.exec(own ?? "") ?? [];
  if (["HIT", "STALE", "COALESCED"].includes(String(headers["x-ai-cache-status"]))) warmed.there++;
  else if (own?.endsWith("; stored")) warmed.stored++;
  else if (own !== undefined && (detail === undefined || detail === "shared")) warmed.untold++;
  else {
    const reason = detail ?? "not a cached path";
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
