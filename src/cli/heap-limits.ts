import { availableParallelism } from "node:os";
import process from "node:process";
import { setFlagsFromString } from "node:v8";

/**
 * Keeps V8 from taking memory that a gateway has hardly any use for, and from holding everybody up. Called when the
 * program has started:
 *
 * - the space for new objects stays at the size that the start has led to, usually 8 MB and twice that in memory, where
 *   it may grow to 64 MB (`--scavenger-max-new-space-capacity-mb`; `--max-semi-space-size` counts only on the command line);
 * - old objects are collected when they have grown by two fifths, where V8 waits for up to four times as many;
 * - new objects are collected also while old ones are being marked, as V8 did in Node 20. Where the two are kept apart,
 *   what is made meanwhile, some 20 MB, is moved at the end with everybody waiting: 8 to 19 ms, where it is 2 to 6;
 * - threads that mark leave a core to the thread that answers, which otherwise loses it to them for 4 ms at a time.
 */
export function limitHeap(): void {
  setFlagsFromString("--semi-space-growth-factor=1");
  setFlagsFromString("--heap-growing-percent=40");
  setFlagsFromString(`--concurrent-marking-max-worker-num=${Math.max(1, availableParallelism() - 1)}`);
  if (Number.parseInt(process.versions.v8, 10) <= lastThatOverlaps) setFlagsFromString("--no-separate-gc-phases");
}

/** The last version of V8 in which this was tried; one that does not know a flag complains of it on standard error. */
const lastThatOverlaps = 13;
