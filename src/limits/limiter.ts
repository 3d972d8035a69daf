import type { CancelTimer, Clock, Random } from "../core/clock.ts";
import { withDeadline } from "../core/deadline.ts";
import { isBounded, type LimitName, type Limits } from "../core/limits.ts";
import { usdText } from "../core/money.ts";
import type { Store } from "../core/store.ts";
import { Account } from "./account.ts";
import { type Bound, endOfWindow } from "./limit-windows.ts";
import { SharedCounts } from "./shared-counts.ts";
import { UsualAnswer } from "./usual-answer.ts";
import type { BoundAccount } from "./visit.ts";

/** The accounts of all who are bound by limits, and the rounds in which they are brought in step with other processes. */

export interface LimiterParts {
  /** Where counts are kept, for all who share it. */
  readonly store: Pick<Store, "get" | "add" | "set">;
  readonly clock: Clock;
  readonly random: Random;
  /** See `SharedCountsParts`. */
  readonly flush?: (() => Promise<void>) | undefined;
  /** How often what is not used is given back. Default a second. */
  readonly syncMs?: number;
  /** How long a call waits for the store before it makes do with what is known here. Default a quarter of a second. */
  readonly deadlineMs?: number;
  /** A model answered that has no price, to somebody with limits in money: nothing was counted on those. */
  readonly onUnpriced?: (model: string) => void;
  /** Beyond these the one that was asked for longest ago is forgotten here; the store knows it still. Default 10,000. */
  readonly mostAccounts?: number;
}

/** Whose limits they are. */
export interface Bounded {
  /** Such as `key:…` or `tenant:…`. */
  readonly account: string;
  readonly limits: Limits;
}

/** One limit, and what is used of it. */
export interface Standing {
  readonly limit: LimitName;
  /** Of money as decimals in dollars, otherwise whole numbers. */
  readonly used: string;
  readonly most: string;
  /** When it begins anew, in milliseconds since the epoch; `undefined` for calls under way. */
  readonly resetsAt: number | undefined;
}

interface KnownAccount extends BoundAccount {
  readonly limits: Limits;
}

const usualDeadlineMs = 250;
const closeDeadlineMs = 2_000;
const usualMostAccounts = 10_000;
/** So many times that, and what the store has not heard of yet is forgotten as well. */
const mostUnwritten = 5;
/** For each new account, so that none waits for a look at all of them. */
const mostLooks = 8;
const mostAtOnce = 32;

export class Limiter {
  readonly #parts: LimiterParts;
  readonly #counts: SharedCounts;
  readonly #syncMs: number;
  readonly #deadlineMs: number;
  /** The one asked for last stands last. */
  readonly #accounts = new Map<string, KnownAccount>();
  readonly #behind = new Set<Account>();
  #cancel: CancelTimer | undefined;
  #closed = false;

  constructor(parts: LimiterParts) {
    const { store, clock, random, flush, syncMs = 1_000, deadlineMs = usualDeadlineMs } = parts;
    this.#parts = parts;
    this.#syncMs = syncMs;
    this.#deadlineMs = deadlineMs;
    const node = Buffer.from(random.bytes(9)).toString("base64url");
    this.#counts = new SharedCounts({ store, clock, node, flush, deadlineMs });
  }

  /** The accounts of those who are bound at all. */
  accountsOf(bounded: readonly Bounded[]): readonly BoundAccount[] {
    return bounded.filter(({ limits }) => isBounded(limits)).map((one) => this.#accountOf(one));
  }

  /** What is used of these limits, by all processes together. A store that is away is not waited for long. */
  async standing(bounded: Bounded): Promise<readonly Standing[]> {
    const { account } = this.#accountOf(bounded);
    const now = this.#parts.clock.now();
    return (await account.standing()).map((bound) => standingOf(bound, now));
  }

  /** Writes what was taken; gives up on a store that is away. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#cancel?.();
    await withDeadline(this.#sync(), closeDeadlineMs, this.#parts.clock, () => {});
  }

  #accountOf({ account: id, limits }: Bounded): BoundAccount {
    const known = this.#accounts.get(id);
    if (known !== undefined) this.#accounts.delete(id);
    else this.#makeRoom();
    const current = known?.limits === limits ? known : this.#bound(id, limits, known);
    this.#accounts.set(id, current);
    return current;
  }

  /** `known`: the same account while its limits were others. */
  #bound(id: string, limits: Limits, known: KnownAccount | undefined): KnownAccount {
    const { clock } = this.#parts;
    const onBehind = (account: Account): void => this.#fellBehind(account);
    const parts = { counts: this.#counts, clock, syncMs: this.#syncMs, deadlineMs: this.#deadlineMs, onBehind };
    const account = known?.account ?? new Account(id, limits, parts);
    account.limits = limits;
    const { tokensPerMinute = Infinity, tokensPerDay = Infinity, cachedFree = false } = limits;
    const leastTokens = Math.min(tokensPerMinute, tokensPerDay);
    const hasMoney = limits.usdPerDay !== undefined || limits.usdPerMonth !== undefined;
    const onUnpriced = hasMoney ? this.#parts.onUnpriced : undefined;
    return { account, limits, cachedFree, leastTokens, usual: known?.usual ?? new UsualAnswer(), onUnpriced };
  }

  #makeRoom(): void {
    const { mostAccounts = usualMostAccounts } = this.#parts;
    let looks = 0;
    for (const [id, known] of this.#accounts) {
      if (this.#accounts.size < mostAccounts || looks++ === mostLooks) return;
      const { account } = known;
      this.#accounts.delete(id);
      const isFull = this.#accounts.size >= mostUnwritten * mostAccounts;
      if (account.isIdle || (isFull && !account.isOpen)) this.#behind.delete(account);
      // In use: as good as asked for now.
      else this.#accounts.set(id, known);
    }
  }

  #fellBehind(account: Account): void {
    this.#behind.add(account);
    if (this.#cancel !== undefined || this.#closed) return;
    this.#cancel = this.#parts.clock.after(this.#syncMs, () => {
      void this.#sync().then(() => {
        this.#cancel = undefined;
        for (const one of this.#behind) this.#fellBehind(one);
      });
    });
  }

  /** Never rejects. */
  async #sync(): Promise<void> {
    const accounts = [...this.#behind];
    const next = async (): Promise<void> => {
      for (let account = accounts.pop(); account !== undefined; account = accounts.pop()) {
        await account.sync();
        if (!account.isBehind) this.#behind.delete(account);
      }
    };
    await Promise.all(Array.from({ length: mostAtOnce }, next));
  }
}

function standingOf({ name, quantity, window, most, used }: Bound & { readonly used: bigint }, now: number): Standing {
  const text = (amount: bigint): string => (quantity === "picodollars" ? usdText(amount) : String(amount));
  const resetsAt = window === "now" ? undefined : endOfWindow(window, now);
  return { limit: name, used: text(used), most: text(most), resetsAt };
}
