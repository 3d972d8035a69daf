import type { CancelTimer, Clock } from "../../core/clock.ts";
import type { Replica } from "./replica.ts";

/** Asks replicas for their health from time to time, so that one that is well again is known before a call has to find out. */

export interface HealthCheckOptions {
  /** On each replica's host. */
  readonly path: string;
  readonly intervalMs: number;
  /** Each that is well is also asked how many slots it has. */
  readonly asksSlots: boolean;
}

/** What takes longer is no health. */
const longestAnswerMs = 2_000;

/** Returns what ends it. */
export function startHealthChecks(replicas: readonly Replica[], options: HealthCheckOptions, clock: Clock): () => void {
  const abort = new AbortController();
  let timer: CancelTimer | undefined;
  const round = async (): Promise<void> => {
    await Promise.all(replicas.map((replica) => check(replica, options, clock, abort.signal)));
    if (!abort.signal.aborted) timer = clock.after(options.intervalMs, () => void round());
  };
  timer = clock.after(options.intervalMs, () => void round());
  return () => {
    timer?.();
    abort.abort();
  };
}

async function check(
  replica: Replica,
  { path, asksSlots }: HealthCheckOptions,
  clock: Clock,
  ended: AbortSignal,
): Promise<void> {
  const late = new AbortController();
  const cancel = clock.after(longestAnswerMs, () => late.abort());
  try {
    const { origin } = new URL(replica.url);
    const signal = AbortSignal.any([late.signal, ended]);
    const answer = await replica.upstream.dispatcher.request({ origin, path, method: "GET", signal });
    await answer.body.dump();
    if (answer.statusCode < 400) {
      replica.health.succeeded();
      if (asksSlots) replica.slots ??= await slotsOf(replica, origin, signal);
      // A server without such a path says nothing of its health.
    } else if (answer.statusCode >= 500) replica.health.failed();
  } catch {
    if (ended.aborted) return;
    replica.health.failed();
    // It may come back with others.
    replica.slots = undefined;
  } finally {
    cancel();
  }
}

const longestProperties = 1_048_576;

/** As llama.cpp's server tells them; `undefined` of one that does not, or not to everybody. */
async function slotsOf({ upstream }: Replica, origin: string, signal: AbortSignal): Promise<number | undefined> {
  const answer = await upstream.dispatcher.request({ origin, path: "/props", method: "GET", signal });
  if (answer.statusCode !== 200) {
    await answer.body.dump();
    return undefined;
  }
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of answer.body as AsyncIterable<Uint8Array>) {
    size += chunk.length;
    if (size > longestProperties) return undefined;
    chunks.push(chunk);
  }
  const told = jsonOf(Buffer.concat(chunks).toString("utf8")) as { readonly total_slots?: unknown } | null | undefined;
  const count = told?.total_slots;
  return Number.isSafeInteger(count) && (count as number) > 0 ? (count as number) : undefined;
}

/** `undefined` for what is none: it is another server then, and not an unwell one. */
function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
