import type { Clock } from "./clock.ts";

/** Resolves after `durationMs`, or as soon as `signal` is aborted. */
export function sleep(clock: Pick<Clock, "after">, durationMs: number, signal?: AbortSignal): Promise<void> {
  if (signal?.aborted === true) return Promise.resolve();
  return new Promise((resolve) => {
    const end = (): void => {
      cancel();
      signal?.removeEventListener("abort", end);
      resolve();
    };
    const cancel = clock.after(durationMs, end);
    signal?.addEventListener("abort", end);
  });
}
