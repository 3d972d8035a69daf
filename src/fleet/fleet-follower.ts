import { fullPageBytes, type Lease, type Relay } from "../core/lease.ts";
import type { HeaderMap, OriginResponse } from "../core/origin.ts";
import { mediaType } from "../flights/origin-answer.ts";
import type { FleetOptions, Passenger } from "./fleet-parts.ts";
import { LeaderLostError } from "./leader-lost-error.ts";
import { type Frame, readFrame } from "./relay-frames.ts";

/**
 * A process that waits for what another one computes. As long as nothing of the answer was handed on, a leader that is
 * gone can be replaced; a stream that has begun can only break off. So an answer in one piece is awaited to its end, and
 * only a stream is handed on as it comes. Of a stream that broke off, those who have handed on nothing ask again.
 */

/** `lost`: the leader is gone, and somebody must take its place. `alone`: each is to ask for itself. */
export type Followed = OriginResponse | "lost" | "alone";

/** How often the relay is read and the lease looked at when nothing wakes the reader. */
const lookMs = 500;
/** Without a relay there is nothing to wake a waiter but time; each look is twice as long in coming as the one before. */
const firstWaitMs = 10;
const longestWaitMs = 250;
/** In a row: one that comes too late is no sign that the store is away. */
const mostFailedLooks = 2;
/** A store that fails for longer than this has lost the leader. */
const mostFailingMs = 5_000;

export class FleetFollower {
  readonly #options: FleetOptions;
  readonly #passenger: Passenger;
  readonly #lease: Lease;
  #position: string | undefined;
  #failingSince: number | undefined;

  constructor(options: FleetOptions, passenger: Passenger, lease: Lease) {
    this.#options = options;
    this.#passenger = passenger;
    this.#lease = lease;
  }

  /** After `waitMs`. */
  async response(waitMs = 0): Promise<Followed> {
    if (waitMs > 0) await this.#pause(waitMs);
    const { relay } = this.#options.leases;
    return relay === undefined ? this.#entry() : this.#relayed(relay);
  }

  /** What the leader stores, read when it is there. */
  async #entry(): Promise<Followed> {
    let failed = 0;
    for (let waitMs = firstWaitMs; ; waitMs = Math.min(2 * waitMs, longestWaitMs)) {
      await this.#pause(waitMs);
      const holder = await this.#holder();
      failed = holder === "unknown" ? failed + 1 : 0;
      if (failed === mostFailedLooks) return "alone";
      if (holder === "unknown" || holder === this.#lease.fence) continue;
      return (await this.#passenger.stored()) ?? "lost";
    }
  }

  async #relayed(relay: Relay): Promise<Followed> {
    const frames = this.#frames(relay);
    let isLive = false;
    try {
      const head = await nextOf(frames);
      if (head === "lost" || head === "alone") return head;
      if (head.kind !== "head") return "lost";
      const { status, headers, generations = [] } = head;
      // Begun before an invalidation that this caller comes after.
      if (!((await this.#passenger.isCurrent?.(generations)) ?? true)) return "alone";
      isLive = this.#passenger.following !== "whole" && mediaType(headers) === "text/event-stream";
      if (isLive) return { status, headers, body: new LiveFrames(frames) };
      return await whole(frames, status, headers);
    } finally {
      if (!isLive) await frames.return(undefined);
    }
  }

  /** Up to and with the end. Ends without one when the leader is gone; throws what the leader says has failed. */
  async *#frames(relay: Relay): AsyncGenerator<Frame> {
    let wake = (): void => {};
    const stop = relay.watch(this.#lease, () => wake());
    try {
      for (;;) {
        const awake = new Promise<void>((resolve) => {
          wake = resolve;
        });
        // Before the page is read: a leader that ends in between has said everything by then.
        const holder = this.#position === undefined ? this.#lease.fence : await this.#holder();
        const page = await this.#read(relay);
        for (const bytes of page ?? []) {
          const frame = readFrame(bytes);
          if (frame === undefined || frame.kind === "gone") return;
          yield frame;
          if (frame.kind === "end" || frame.kind === "failure") return;
        }
        if (page === undefined && this.#hasFailedForLong()) return;
        if (page?.length === 0 && holder !== this.#lease.fence && holder !== "unknown") return;
        // Nobody wakes a reader for what was said long ago.
        if (bytesOf(page ?? []) < fullPageBytes) await this.#pause(lookMs, awake);
      }
    } finally {
      stop();
    }
  }

  async #read(relay: Relay): Promise<readonly Uint8Array[] | undefined> {
    try {
      const { frames, position } = await relay.read(this.#lease, this.#position);
      this.#position = position;
      this.#failingSince = undefined;
      return frames;
    } catch {
      this.#failingSince ??= this.#options.clock.monotonic();
      return undefined;
    }
  }

  #hasFailedForLong(): boolean {
    return this.#options.clock.monotonic() - (this.#failingSince ?? Number.POSITIVE_INFINITY) > mostFailingMs;
  }

  #holder(): Promise<number | undefined | "unknown"> {
    return this.#options.leases.holder(this.#lease.key).catch(() => "unknown" as const);
  }

  /** Until the time is over, `awake` resolves, or the call is given up. */
  #pause(durationMs: number, awake?: Promise<void>): Promise<void> {
    const { signal } = this.#passenger;
    return new Promise((resolve, reject) => {
      const cancel = this.#options.clock.after(durationMs, () => done());
      const done = () => {
        cancel();
        signal.removeEventListener("abort", done);
        if (signal.aborted) reject(signal.reason);
        else resolve();
      };
      if (signal.aborted) return done();
      signal.addEventListener("abort", done);
      awake?.then(done);
    });
  }
}

function bytesOf(page: readonly Uint8Array[]): number {
  return page.reduce((sum, { length }) => sum + length, 0);
}

async function nextOf(
  frames: AsyncGenerator<Frame>,
): Promise<Exclude<Frame, { kind: "failure" | "gone" }> | "lost" | "alone"> {
  const step = await frames.next();
  if (step.done === true || step.value.kind === "gone") return "lost";
  if (step.value.kind !== "failure") return step.value;
  if (step.value.error === undefined) return "alone";
  throw step.value.error;
}

async function whole(frames: AsyncGenerator<Frame>, status: number, headers: HeaderMap): Promise<Followed> {
  const pieces: Uint8Array[] = [];
  for (;;) {
    const frame = await nextOf(frames);
    if (frame === "lost" || frame === "alone") return frame;
    if (frame.kind === "end") return { status, headers, body: all(pieces) };
    if (frame.kind === "piece") pieces.push(frame.bytes);
  }
}

/** A body that is still being said. Whoever stops reading it, at the end or before its first byte, ends the watch. */
class LiveFrames implements AsyncIterableIterator<Uint8Array> {
  readonly #frames: AsyncGenerator<Frame>;

  constructor(frames: AsyncGenerator<Frame>) {
    this.#frames = frames;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  async next(): Promise<IteratorResult<Uint8Array, undefined>> {
    for (;;) {
      const frame = await nextOf(this.#frames);
      if (frame === "lost") throw new LeaderLostError("whole");
      // What does not fit into the relay does not fit the next time either.
      if (frame === "alone") throw new LeaderLostError("none");
      if (frame.kind === "end") return this.return();
      if (frame.kind === "piece") return { done: false, value: frame.bytes };
    }
  }

  async return(): Promise<IteratorResult<Uint8Array, undefined>> {
    await this.#frames.return(undefined);
    return { done: true, value: undefined };
  }
}

async function* all(pieces: readonly Uint8Array[]): AsyncGenerator<Uint8Array> {
  yield* pieces;
}
