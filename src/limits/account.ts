import type { Refusal } from "../core/allowance.ts";
import type { Clock } from "../core/clock.ts";
import { withDeadline } from "../core/deadline.ts";
import type { Limits } from "../core/limits.ts";
import { chain } from "../core/maybe-promise.ts";
import type { MaybePromise } from "../core/store.ts";
import { DayShare } from "./day-share.ts";
import { Headroom } from "./headroom.ts";
import { type Bound, boundsOf, earlierDays, startOfDay, startOfMinute } from "./limit-windows.ts";
import { OtherNodes } from "./other-nodes.ts";
import { type Amounts, nothing } from "./quantities.ts";
import { refusalOf } from "./refusal.ts";
import type { Rows, SharedCounts } from "./shared-counts.ts";

/**
 * What somebody takes within limits that hold for all processes together, over a store that can only get, set and add.
 *
 * Each process claims a share before it hands anything out: it writes into its row what it will have taken at most, then
 * reads the rows of the others, and keeps the claim only if all claims together stay within the limit. Since everybody
 * writes first and reads then, of two that claim at once one at least sees the other (the argument of Dekker's mutual
 * exclusion: E. W. Dijkstra, "Cooperating sequential processes", 1965), so together they never go over. Both may see each
 * other, and give up what one could have had: a doubt refuses. From a claim calls are served without asking anybody; a
 * claim takes as much again as was used since the last round, but never more than its part of half of what is left, and
 * what was not used goes back with the next round. What a killed process had claimed counts as taken: nothing that was
 * counted is ever lost.
 *
 * While the store is away each process goes on with what it last knew of the others.
 */

export interface AccountParts {
  readonly counts: SharedCounts;
  readonly clock: Clock;
  /** How often what is not used is given back, and how long a store that failed is not asked again. */
  readonly syncMs: number;
  /** How long a call waits for the store. */
  readonly deadlineMs: number;
  /** There is something to write. */
  readonly onBehind: (account: Account) => void;
}

/** As much of a charge as the account knows. */
export interface AccountCharge {
  /** In place of what was taken. */
  settle(taken: Amounts): void;
}

export type AccountTaking =
  | { readonly ok: true; readonly charge: AccountCharge }
  | { readonly ok: false; readonly refusal: Refusal };

/** How long the spending of earlier days is taken as it was read: a process that was cut off may write it late. */
const earlierMs = 300_000;

export class Account {
  readonly id: string;
  readonly #parts: AccountParts;
  readonly #others: OtherNodes;
  #bounds: readonly Bound[];
  #share: DayShare;
  /** Of days that are over, until all of them is written. */
  readonly #past = new Set<DayShare>();
  #earlier = 0n;
  #earlierAt = Number.NEGATIVE_INFINITY;
  #isLoaded = false;
  #awayUntil = Number.NEGATIVE_INFINITY;
  #turns: Promise<unknown> = Promise.resolve();

  constructor(id: string, limits: Limits, parts: AccountParts) {
    this.id = id;
    this.#parts = parts;
    this.#bounds = boundsOf(limits);
    this.#others = new OtherNodes(Math.max(5_000, 3 * parts.syncMs));
    const now = parts.clock.now();
    this.#share = new DayShare(startOfDay(now), startOfMinute(now));
  }

  set limits(limits: Limits) {
    this.#bounds = boundsOf(limits);
  }

  /** Nothing is under way, and the store has all of it. */
  get isIdle(): boolean {
    return !this.isOpen && !this.isBehind;
  }

  /** A call is under way. */
  get isOpen(): boolean {
    const isOpen = ({ open }: DayShare): boolean => open > 0;
    return this.#share.used.concurrent > 0n || isOpen(this.#share) || [...this.#past].some(isOpen);
  }

  get isBehind(): boolean {
    return this.#share.isBehind || this.#past.size > 0 || this.#share.used.concurrent > 0n;
  }

  take(wanted: Amounts): MaybePromise<AccountTaking> {
    this.#turnDay();
    if (this.#isLoaded && this.#share.fits(wanted, this.#bounds)) return this.#use(wanted);
    if (this.#isAway) return this.#takeUnasked(wanted);
    const refusal = this.#isLoaded && this.#isFresh ? this.#over(wanted) : undefined;
    if (refusal !== undefined) return { ok: false, refusal };
    let isLate = false;
    const claiming = this.#inTurn(() => this.#claim(wanted, () => isLate));
    return withDeadline(claiming, this.#parts.deadlineMs, this.#parts.clock, () => {
      isLate = true;
      return this.#takeUnasked(wanted);
    });
  }

  /** The first limit of which nothing is left. Takes nothing. */
  usedUp(): MaybePromise<Refusal | undefined> {
    const full = (): Refusal | undefined => {
      this.#turnDay();
      const bound = this.#room().full();
      return bound && this.#refusal(bound, 1n);
    };
    this.#turnDay();
    if (this.#isLoaded || this.#isAway) return full();
    const loading = this.#inTurn(() => this.#load()).catch(() => this.#fell());
    return chain(
      withDeadline(loading, this.#parts.deadlineMs, this.#parts.clock, () => {}),
      full,
    );
  }

  /** What was taken anyway. */
  add(taken: Amounts): void {
    this.#turnDay();
    this.#share.use(taken, 1n);
    this.#parts.onBehind(this);
  }

  /** Gives back what is not used, writes what was, and hears what others have taken. Never rejects. */
  sync(): Promise<void> {
    return this.#inTurn(async () => {
      this.#turnDay();
      const { counts } = this.#parts;
      try {
        await this.#writePast();
        await this.#load();
        const share = this.#share;
        share.shrink();
        share.beginRound();
        share.place = await counts.place(this.id, share.day, share.place);
        await this.#write(share, share.claimed);
        this.#heard(share, await counts.read(this.id, share.day));
      } catch {
        this.#fell();
      }
    });
  }

  /** What of each limit is used, by all together, after asking the store once more. */
  async standing(): Promise<readonly (Bound & { readonly used: bigint })[]> {
    await this.sync();
    return this.known();
  }

  /** The same as it is known here. */
  known(): readonly (Bound & { readonly used: bigint })[] {
    this.#turnDay();
    const room = this.#room();
    return this.#bounds.map((bound) => ({ ...bound, used: bound.most - room.left(bound) }));
  }

  /** `isLate`: whether the call has gone on without it. */
  async #claim(wanted: Amounts, isLate: () => boolean): Promise<AccountTaking> {
    const doubt = (): AccountTaking => {
      const bound = this.#bounds.find(({ quantity }) => wanted[quantity] > 0n) as Bound;
      return { ok: false, refusal: this.#over(wanted) ?? this.#refusal(bound, 1n) };
    };
    const use = (): AccountTaking => (isLate() ? doubt() : this.#use(wanted));
    this.#turnDay();
    const share = this.#share;
    try {
      await this.#load();
      if (this.#share !== share) return this.#claim(wanted, isLate);
      if (this.#share.fits(wanted, this.#bounds)) return use();
      const over = this.#isFresh ? this.#over(wanted) : undefined;
      if (over !== undefined) return { ok: false, refusal: over };
      const { counts } = this.#parts;
      share.place ??= await counts.place(this.id, share.day, undefined);
      for (const isGenerous of [true, false]) {
        const { minute } = share;
        const target = this.#target(wanted, isGenerous);
        share.isBehind = true;
        const rows = await counts.exchange(this.id, share.day, share.row(target));
        this.#heard(share, rows);
        this.#turnDay();
        // The windows that it was claimed for are over.
        if (this.#share !== share || share.minute !== minute) return this.#claim(wanted, isLate);
        if (this.#room().keep(target, wanted)) return use();
      }
      const refused = doubt();
      // Others must not take what was not given for taken.
      await this.#write(share, share.held());
      return refused;
    } catch {
      this.#fell();
      return isLate() ? use() : this.#takeUnasked(wanted);
    }
  }

  /** What the row is to say, so that `wanted` is a part of it; what was claimed besides is given up for a modest one. */
  #target(wanted: Amounts, isGenerous: boolean): Amounts {
    if (!isGenerous) this.#share.shrink();
    return this.#room().target(wanted, isGenerous ? this.#others.nodes : undefined);
  }

  #over(wanted: Amounts): Refusal | undefined {
    const bound = this.#room().over(wanted);
    return bound && this.#refusal(bound, wanted[bound.quantity]);
  }

  #refusal(bound: Bound, wanted: bigint): Refusal {
    return refusalOf(bound, wanted, this.#parts.clock.now());
  }

  #room(): Headroom {
    const others = this.#others.taken(this.#share.minute, this.#parts.clock.monotonic());
    return new Headroom(this.#bounds, this.#share, others, this.#earlier);
  }

  /** By what is known here alone. */
  #takeUnasked(wanted: Amounts): AccountTaking {
    this.#turnDay();
    const refusal = this.#over(wanted);
    return refusal === undefined ? this.#use(wanted) : { ok: false, refusal };
  }

  #use(wanted: Amounts): AccountTaking {
    const share = this.#share;
    const { minute } = share;
    share.use(wanted, 1n);
    share.open++;
    this.#parts.onBehind(this);
    let isOpen = true;
    const settle = (taken: Amounts): void => {
      if (!isOpen) return;
      isOpen = false;
      share.open--;
      this.#turnDay();
      // What belongs to a minute that is over counts nowhere; a day gets its own, whenever it comes.
      const isMinute = share.minute === minute && this.#share === share;
      const settled = (amounts: Amounts): Amounts => ({
        requests: isMinute ? amounts.requests : 0n,
        minuteTokens: isMinute ? amounts.minuteTokens : 0n,
        dayTokens: amounts.dayTokens,
        picodollars: amounts.picodollars,
        concurrent: 0n,
      });
      share.use(settled(wanted), -1n);
      share.use(settled(taken), 1n);
      this.#share.use({ ...nothing(), concurrent: wanted.concurrent }, -1n);
      this.#parts.onBehind(this);
    };
    return { ok: true, charge: { settle } };
  }

  /** Begins a new minute, or a new day. */
  #turnDay(): void {
    const now = this.#parts.clock.now();
    const share = this.#share;
    share.enterMinute(startOfMinute(now));
    if (startOfDay(now) === share.day) return;
    const next = new DayShare(startOfDay(now), startOfMinute(now));
    for (const counts of ["used", "claimed"] as const) {
      next[counts].concurrent = share[counts].concurrent;
      share[counts].concurrent = 0n;
    }
    share.isBehind = true;
    this.#past.add(share);
    this.#share = next;
    this.#others.forget();
    this.#isLoaded = false;
    this.#earlierAt = Number.NEGATIVE_INFINITY;
  }

  /** What stands in the store already: of others, and of this process from before it forgot the account. */
  async #load(): Promise<void> {
    const { clock, counts } = this.#parts;
    const share = this.#share;
    if (!this.#isLoaded) await this.#writePast();
    const isMonthly = this.#bounds.some(({ window }) => window === "month");
    if (isMonthly && clock.monotonic() - this.#earlierAt >= earlierMs) {
      this.#earlier = await counts.spent(this.id, earlierDays(share.day));
      this.#earlierAt = clock.monotonic();
    }
    if (this.#isLoaded) return;
    const rows = await counts.read(this.id, share.day);
    if (this.#share !== share) return;
    const own = rows.get(counts.node)?.claimed ?? nothing();
    share.use({ ...nothing(), dayTokens: own.dayTokens, picodollars: own.picodollars }, 1n);
    if (rows.get(counts.node)?.minute === share.minute)
      share.use({ ...nothing(), requests: own.requests, minuteTokens: own.minuteTokens }, 1n);
    share.shrink();
    share.beginRound();
    this.#heard(share, rows);
    this.#isLoaded = true;
  }

  async #writePast(): Promise<void> {
    for (const past of [...this.#past]) {
      past.shrink();
      if (past.isBehind || past.isUnsure) await this.#write(past, past.claimed);
      if (past.open === 0 && !past.isBehind && !past.isUnsure) this.#past.delete(past);
    }
  }

  #heard(share: DayShare, rows: Rows): void {
    const { clock, counts } = this.#parts;
    if (share === this.#share) this.#others.heard(rows, counts.node, clock.monotonic());
  }

  async #write(share: DayShare, claimed: Amounts): Promise<void> {
    share.isBehind = false;
    try {
      await this.#parts.counts.write(this.id, share.day, share.row(claimed));
    } catch (error) {
      share.isBehind = true;
      share.isUnsure = true;
      throw error;
    }
    // What came to no end before may come now; by the next time it has come, or never will.
    if (share.isUnsure) share.isBehind = true;
    share.isUnsure = false;
  }

  get #isAway(): boolean {
    return this.#parts.clock.monotonic() < this.#awayUntil;
  }

  get #isFresh(): boolean {
    return this.#parts.clock.monotonic() - this.#others.readAt < this.#parts.syncMs;
  }

  #fell(): void {
    this.#awayUntil = this.#parts.clock.monotonic() + this.#parts.syncMs;
    this.#share.isBehind = true;
    this.#share.isUnsure = true;
    this.#parts.onBehind(this);
  }

  /** One after the other, so that no row is written by two at once. */
  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#turns.then(work);
    this.#turns = turn.catch(() => {});
    return turn;
  }
}
