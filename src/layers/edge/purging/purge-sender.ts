import type { CancelTimer, Clock, Random } from "../../../core/clock.ts";
import { isFromAhead } from "../../../core/freshness.ts";
import type { Lease, Leases } from "../../../core/lease.ts";
import { sleep } from "../../../core/sleep.ts";
import type { PurgeAdapter, PurgeBatch, PurgeReply, PurgeRequest, PurgeVerdict } from "./purge-adapter.ts";
import type { PurgeLog, PurgeState } from "./purge-log.ts";
import { batchOf, type PlacedRow } from "./purge-rows.ts";
import { TokenBucket } from "./token-bucket.ts";

/**
 * Tells one cache what stands in its log. Of all processes that share the store the one that holds the lease does; the
 * others look again soon while there is something to send, and now and then in case that one is dead. Rows that wait go out
 * together. A failure is tried again, later each time (exponential back-off with jitter), and nothing is given up but what the
 * cache says is wrong: then the rows of that batch go one by one, and the wrong one is left out. What was sent may be sent
 * again, by a process that took over for instance: a purge made twice is made once.
 */

export type PurgeEvent =
  | { readonly type: "sent"; readonly rows: number }
  | { readonly type: "failed"; readonly reason: string }
  | { readonly type: "refused"; readonly reason: string }
  | { readonly type: "backlog"; readonly rows: number };

export interface PurgeSenderParts {
  readonly name: string;
  readonly adapter: PurgeAdapter;
  readonly log: PurgeLog;
  /** Rejects where there is no answer in time. */
  readonly send: (request: PurgeRequest, signal: AbortSignal) => Promise<PurgeReply>;
  /** `undefined`: no other process shares the store. */
  readonly leases: Leases | undefined;
  readonly clock: Clock;
  readonly random: Random;
  readonly onEvent: (event: PurgeEvent) => void;
  /**
   * After how long a purge is made once more, for an answer that was on its way to the cache when the first came; 0 for never.
   */
  readonly repeatAfterMs: number;
}

interface Attempt {
  readonly kept: PurgeState | undefined;
  readonly spent: readonly PlacedRow[];
}

const firstBackoffMs = 500;
const longestBackoffMs = 300_000;
/** When another process sends, or the store is away. */
const soonMs = 500;
/** A process that sends is believed to be dead after this. */
const leaseMs = 30_000;
/** For rows of processes that are dead. */
const lookEveryMs = 15_000;

export class PurgeSender {
  readonly #parts: PurgeSenderParts;
  readonly #bucket: TokenBucket | undefined;
  readonly #ended = new AbortController();
  readonly #repeats = new Set<CancelTimer>();
  #cancelLook: CancelTimer = () => {};
  #running: Promise<void> | undefined;
  #wokenMeanwhile = false;
  /** Who has just begun may have been told what was wrong; it tries at once, whatever was tried before. */
  #isNew = true;

  constructor(parts: PurgeSenderParts) {
    this.#parts = parts;
    const { pace } = parts.adapter;
    this.#bucket = pace && new TokenBucket(pace, parts.clock.monotonic());
  }

  /** There may be something to send. */
  wake(): void {
    if (this.#ended.signal.aborted) return;
    this.#wokenMeanwhile = this.#running !== undefined;
    if (this.#running !== undefined) return;
    this.#cancelLook();
    this.#running = this.#drain()
      .catch(() => soonMs)
      .then((waitMs) => {
        this.#running = undefined;
        if (this.#wokenMeanwhile) return this.wake();
        this.#lookAfter(waitMs);
      });
  }

  /** What is not sent stays in the log. */
  async close(): Promise<void> {
    this.#ended.abort();
    this.#cancelLook();
    for (const cancel of this.#repeats) cancel();
    await this.#running;
  }

  #lookAfter(waitMs: number): void {
    if (!this.#ended.signal.aborted) this.#cancelLook = this.#parts.clock.after(waitMs, () => this.wake());
  }

  /** Sends while there is something to send; resolves with when to look again. */
  async #drain(): Promise<number> {
    const { leases, log, name } = this.#parts;
    if ((await this.#todo()).rows.length === 0) return this.#nothingToDo();
    let lease: Lease | undefined;
    if (leases !== undefined) {
      const got = await leases.acquire(`edge-purge:${name}`, leaseMs);
      if (!got.won) return soonMs;
      lease = got.lease;
    }
    try {
      for (;;) {
        // What another has sent meanwhile is not to do any more.
        const { state, rows } = await this.#todo();
        if (rows.length === 0) return this.#nothingToDo();
        const now = this.#parts.clock.now();
        // Who failed may have had a clock that was ahead.
        const isLost = state.errorAt !== undefined && isFromAhead(state.errorAt, now);
        const waitMs = this.#isNew || isLost ? 0 : state.retryAt - now;
        this.#isNew = false;
        if (waitMs > 0) {
          await this.#tellBacklog();
          return Math.min(waitMs, lookEveryMs);
        }
        const { kept, spent } = await this.#sent(state, rows, lease);
        if (kept === undefined) return lookEveryMs;
        await log.keep(kept);
        // Only now: without the state nobody would look behind rows that are spent.
        await log.spend(spent);
        await this.#tellBacklog();
        if (this.#ended.signal.aborted) return lookEveryMs;
      }
    } finally {
      if (lease !== undefined) await leases?.release(lease).catch(() => undefined);
    }
  }

  async #tellBacklog(): Promise<void> {
    this.#parts.onEvent({ type: "backlog", rows: (await this.#parts.log.backlog()).rows });
  }

  #nothingToDo(): number {
    this.#parts.onEvent({ type: "backlog", rows: 0 });
    return lookEveryMs;
  }

  async #todo(): Promise<{ readonly state: PurgeState; readonly rows: readonly PlacedRow[] }> {
    const state = await this.#parts.log.state();
    return { state, rows: await this.#parts.log.pending(state.next) };
  }

  /** Tries one batch: the state after it, if anything came of it, and the rows that are done with. */
  async #sent(state: PurgeState, pending: readonly PlacedRow[], lease: Lease | undefined): Promise<Attempt> {
    const { clock, onEvent } = this.#parts;
    const isSingle = (pending[0] as PlacedRow).place < state.singlyUntil;
    const rows = isSingle ? pending.slice(0, 1) : pending;
    const next = (rows.at(-1) as PlacedRow).place + 1;
    const batch = batchOf(rows, clock.now());
    const verdict = await this.#tell(batch, lease);
    const now = clock.now();
    const settled = { ...state, next, tries: 0, retryAt: 0 };
    if (verdict.kind === "done") {
      onEvent({ type: "sent", rows: rows.length });
      this.#repeatLater(batch);
      return { kept: { ...settled, error: undefined, doneAt: now, done: state.done + rows.length }, spent: rows };
    }
    if (this.#ended.signal.aborted) return { kept: undefined, spent: [] };
    const failure = { error: verdict.reason, errorAt: now };
    if (verdict.kind === "again") {
      onEvent({ type: "failed", reason: verdict.reason });
      const retryAt = now + Math.max(verdict.afterMs ?? 0, this.#backoffMs(state.tries));
      return { kept: { ...state, tries: state.tries + 1, retryAt, ...failure }, spent: [] };
    }
    if (rows.length > 1) return { kept: { ...state, singlyUntil: next, ...failure }, spent: [] };
    onEvent({ type: "refused", reason: verdict.reason });
    return { kept: { ...settled, refused: state.refused + 1, ...failure }, spent: rows };
  }

  async #tell(batch: PurgeBatch, lease?: Lease): Promise<PurgeVerdict> {
    const { adapter, clock, leases, send } = this.#parts;
    for (const request of adapter.requests(batch)) {
      for (let waitMs = this.#takeToken(); waitMs > 0; waitMs = this.#takeToken())
        await sleep(clock, waitMs, this.#ended.signal);
      if (this.#ended.signal.aborted) return { kind: "again", reason: "the gateway ended meanwhile" };
      if (lease !== undefined && !(await leases?.renew(lease, leaseMs)))
        return { kind: "again", reason: "another process took over" };
      const startedAt = clock.monotonic();
      try {
        const verdict = adapter.read(await send(request, this.#ended.signal));
        if (verdict.kind !== "done") return verdict;
      } catch (error) {
        const tookMs = Math.round(clock.monotonic() - startedAt);
        return { kind: "again", reason: `no answer after ${tookMs} ms: ${causeOf(error)}` };
      }
    }
    return { kind: "done" };
  }

  #takeToken(): number {
    if (this.#ended.signal.aborted) return 0;
    return this.#bucket?.take(this.#parts.clock.monotonic()) ?? 0;
  }

  #backoffMs(tries: number): number {
    const longest = Math.min(longestBackoffMs, firstBackoffMs * 2 ** Math.min(tries, 20));
    return longest * (0.5 + this.#parts.random.fraction() / 2);
  }

  #repeatLater(batch: PurgeBatch): void {
    const { clock, repeatAfterMs } = this.#parts;
    if (repeatAfterMs === 0 || this.#ended.signal.aborted) return;
    const cancel = clock.after(repeatAfterMs, () => {
      this.#repeats.delete(cancel);
      // The first was right; this one may fail.
      void this.#tell({ ...batch, id: `${batch.id}-again`, at: clock.now() });
    });
    this.#repeats.add(cancel);
  }
}

function causeOf(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  return code ?? message;
}
