import { availableParallelism } from "node:os";
import { PerformanceObserver } from "node:perf_hooks";
import process from "node:process";
import { getHeapSpaceStatistics, setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import type { Clock } from "../core/clock.ts";

/**
 * Keeps V8 from taking memory that a gateway has hardly any use for, and from holding everybody up. Called when the
 * program has started:
 *
 * - the space for new objects has grown to 32 MB by then, and twice that in memory. It is given back, and may grow to
 *   4 MB again: what is in it when old objects are collected is moved with everybody waiting, and of each megabyte a part
 *   is. (`--max-semi-space-size` counts only on the command line; smaller, it would be gone through too often);
 * - old objects are collected when they have grown by two fifths, where V8 waits for up to four times as many;
 * - new objects are collected also while old ones are being marked, as V8 did in Node 20. Where the two are kept apart,
 *   what is made meanwhile, some 20 MB, is moved at the end with everybody waiting: 8 to 19 ms, where it is 2 to 6;
 * - threads that mark leave a core to the thread that answers, which otherwise loses it to them for 4 ms at a time.
 *
 * A process that ends by itself at once is left as it is.
 */
export function limitHeap(clock: Pick<Clock, "after">): void {
  setFlagsFromString("--heap-growing-percent=40");
  setFlagsFromString(`--concurrent-marking-max-worker-num=${Math.max(1, availableParallelism() - 1)}`);
  if (Number.parseInt(process.versions.v8, 10) <= lastThatOverlaps) setFlagsFromString("--no-separate-gc-phases");
  clock.after(soonMs, () => {
    giveBack();
    new NewSpace().watch(clock);
  });
}

/** The last version of V8 in which this was tried; one that does not know a flag complains of it on standard error. */
const lastThatOverlaps = 13;
const soonMs = 10;
const lookedAtEveryMs = 1_000;
/** What V8 begins with, and falls back to, is a megabyte. */
const growth = 4;
/** Both halves of the space, of which one is always empty. */
const enoughForNew = 2 * growth * 1024 * 1024;

/** All that the start has left, once; nothing less makes the space for new objects smaller. */
function giveBack(): void {
  setFlagsFromString("--expose-gc");
  const collect: typeof gc = runInNewContext("gc");
  setFlagsFromString("--no-expose-gc");
  collect?.({ type: "major", execution: "sync", flavor: "last-resort" });
}

/** Lets the space for new objects grow once. V8 makes it small again whenever nothing is asked for a while. */
class NewSpace {
  readonly #growing = new PerformanceObserver(() => this.#hold());
  #mayGrow = false;

  watch(clock: Pick<Clock, "after">): void {
    if (!this.#mayGrow && newSpaceBytes() < enoughForNew) {
      this.#mayGrow = true;
      setFlagsFromString(`--semi-space-growth-factor=${growth}`);
      this.#growing.observe({ entryTypes: ["gc"] });
    }
    clock.after(lookedAtEveryMs, () => this.watch(clock));
  }

  /** After each collection until it has grown, so that it grows no further. */
  #hold(): void {
    if (newSpaceBytes() < enoughForNew) return;
    setFlagsFromString("--semi-space-growth-factor=1");
    this.#growing.disconnect();
    this.#mayGrow = false;
  }
}

function newSpaceBytes(): number {
  return getHeapSpaceStatistics().find(({ space_name }) => space_name === "new_space")?.space_size ?? 0;
}
