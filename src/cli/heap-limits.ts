import { availableParallelism } from "node:os";
import process from "node:process";
import { getHeapSpaceStatistics, setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import type { Clock } from "../core/clock.ts";

/**
 * Keeps V8 from taking memory that a gateway has hardly any use for, and from holding everybody up. Called once, when the
 * program is loaded and before anybody is served, since it takes as long as two full collections:
 *
 * - the space for new objects has grown to 16 MB or more by then, and twice that in memory. It is given back, and then
 *   held at 4 MB: what is in it when old objects are collected is moved with everybody waiting, and of each megabyte a
 *   part is. (`--max-semi-space-size` counts only on the command line; smaller, it would be gone through too often);
 * - old objects are collected when they have grown by two fifths, where V8 waits for up to four times as many;
 * - new objects are collected also while old ones are being marked, as V8 did in Node 20. Where the two are kept apart,
 *   what is made meanwhile, some 20 MB, is moved at the end with everybody waiting: 8 to 19 ms, where it is 2 to 6;
 * - threads that mark leave a core to the thread that answers, which otherwise loses it to them for 4 ms at a time.
 */
export function limitHeap(clock: Pick<Clock, "after">): void {
  setFlagsFromString("--heap-growing-percent=40");
  setFlagsFromString(`--concurrent-marking-max-worker-num=${Math.max(1, availableParallelism() - 1)}`);
  if (Number.parseInt(process.versions.v8, 10) <= lastThatOverlaps) setFlagsFromString("--no-separate-gc-phases");
  const collect = collector();
  // Nothing less makes the space for new objects smaller.
  collect?.({ type: "major", execution: "sync", flavor: "last-resort" });
  holdNewSpace(clock, collect);
}

/** The last version of V8 in which this was tried; one that does not know a flag complains of it on standard error. */
const lastThatOverlaps = 13;

function collector(): typeof gc {
  setFlagsFromString("--expose-gc");
  const collect = runInNewContext("globalThis.gc");
  setFlagsFromString("--no-expose-gc");
  return collect;
}

/** V8 makes the space small again whenever nothing is asked for a while; it then has the time for this as well. */
function holdNewSpace(clock: Pick<Clock, "after">, collect: typeof gc): void {
  setFlagsFromString("--semi-space-growth-factor=1");
  if (newSpaceBytes() < enoughForNew) growNewSpace(collect);
  clock.after(lookedAtEveryMs, () => holdNewSpace(clock, collect));
}

const lookedAtEveryMs = 1_000;
/** What V8 begins with, and falls back to, is a megabyte. */
const growth = 4;
/** Both halves of the space, of which one is always empty. */
const enoughForNew = 2 * growth * 1024 * 1024;

/**
 * The space grows where more than it holds has outlived a collection or two. Within one turn, since the flag is that of
 * all threads, and what one large request makes would have it grow to its bound of 64 MB and more.
 */
function growNewSpace(collect: typeof gc): void {
  setFlagsFromString(`--semi-space-growth-factor=${growth}`);
  const kept: object[] = [];
  for (let round = 0; round < mostRounds && newSpaceBytes() < enoughForNew; round++) {
    for (let count = 0; count < keptInRound; count++) kept.push({ count });
    collect?.({ type: "minor", execution: "sync" });
  }
  setFlagsFromString("--semi-space-growth-factor=1");
}

const mostRounds = 8;
/** About a third of a megabyte. */
const keptInRound = 10_000;

function newSpaceBytes(): number {
  return getHeapSpaceStatistics().find(({ space_name }) => space_name === "new_space")?.space_size ?? 0;
}
