import type { CancelTimer, Clock } from "../../core/clock.ts";
import type { Replica } from "./replica.ts";

/** Asks replicas for their health from time to time, so that one that is well again is known before a call has to find out. */

export interface HealthCheckOptions {
  /** On each replica's host. */
  readonly path: string;
  readonly intervalMs: number;
}

/** What takes longer is no health. */
const longestAnswerMs = 2_000;

/** Returns what ends it. */
export function startHealthChecks(replicas: readonly Replica[], options: HealthCheckOptions, clock: Clock): () => void {
  const abort = new AbortController();
  let timer: CancelTimer | undefined;
  const round = async (): Promise<void> => {
    await Promise.all(replicas.map((replica) => check(replica, options.path, clock, abort.signal)));
    if (!abort.signal.aborted) timer = clock.after(options.intervalMs, () => void round());
  };
  timer = clock.after(options.intervalMs, () => void round());
  return () => {
    timer?.();
    abort.abort();
  };
}

async function check(replica: Replica, path: string, clock: Clock, ended: AbortSignal): Promise<void> {
  const late = new AbortController();
  const cancel = clock.after(longestAnswerMs, () => late.abort());
  try {
    const { origin } = new URL(replica.url);
    const signal = AbortSignal.any([late.signal, ended]);
    const answer = await replica.upstream.dispatcher.request({ origin, path, method: "GET", signal });
    await answer.body.dump();
    if (answer.statusCode < 400) replica.health.succeeded();
    // A server without such a path says nothing of its health.
    else if (answer.statusCode >= 500) replica.health.failed();
  } catch {
    if (!ended.aborted) replica.health.failed();
  } finally {
    cancel();
  }
}
