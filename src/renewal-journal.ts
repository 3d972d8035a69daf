import type { BusMessage } from "./core/bus.ts";
import type { CancelTimer, Clock } from "./core/clock.ts";
import { withDeadline } from "./core/deadline.ts";
import { StoreUnavailableError } from "./core/errors.ts";
import { currentTokens, sameToken } from "./core/generations.ts";
import type { Store } from "./core/store.ts";

/**
 * Invalidations outlive a store that forgets its last writes. When a replica takes over that had not heard of a new
 * generation, the old one is back, and with it everything that was taken back. So every process remembers the
 * renewals of the last minutes, its own and those it heard of, and looks from time to time: where the generation of
 * before stands again, the new one is written once more. Any other token is a later one, and stays.
 *
 * Whenever it may be another store that answers now, it is in doubt until the journal has looked; see verified-store.ts.
 */

type Renewal = Extract<BusMessage, { kind: "renewed" }>;

/** Longer than a store is down before a replica takes over. */
const rememberMs = 10 * 60_000;
const lookMs = 5_000;
const mostRenewals = 10_000;

export interface JournalParts {
  /** The store that is shared, without a guard: that it cannot be asked must not look as if it knew nothing. */
  readonly store: Store;
  readonly clock: Clock;
  /** For one look. Default: as long as it takes. */
  readonly deadlineMs?: number;
  /** Told how many renewals were lost and are made again. */
  onLost(count: number): void;
}

export class RenewalJournal {
  readonly #parts: JournalParts;
  readonly #renewals = new Map<string, { readonly renewal: Renewal; readonly until: number }>();
  #timer: CancelTimer | undefined;
  #looking: Promise<boolean> | undefined;
  /** How often the store has come into doubt, and how often it had when a look began that went well. */
  #doubts = 0;
  #settled = 0;

  constructor(parts: JournalParts) {
    this.#parts = parts;
  }

  note(renewal: Renewal): void {
    // Nothing lived by a scope that had no generation, so there is nothing that could come back.
    if (renewal.before === undefined) return;
    const name = `${renewal.tenant} ${renewal.scope}`;
    this.#renewals.delete(name);
    this.#renewals.set(name, { renewal, until: this.#parts.clock.monotonic() + rememberMs });
    if (this.#renewals.size > mostRenewals) this.#renewals.delete(this.#renewals.keys().next().value as string);
    this.#lookLater();
  }

  /** The store that answers from now on may not be the one that did before. */
  doubt(): void {
    this.#doubts += 1;
  }

  get isInDoubt(): boolean {
    return this.#settled !== this.#doubts;
  }

  /** Looks, unless somebody does; whether there is no doubt any more. Never rejects. */
  async settle(): Promise<boolean> {
    // One that began before the doubt settles nothing.
    if (this.isInDoubt && (await this.look()) && this.isInDoubt) await this.look();
    return !this.isInDoubt;
  }

  /**
   * Makes again what was lost; false when the store could not be asked, or did not take it. Never rejects: it is asked
   * again later.
   */
  look(): Promise<boolean> {
    this.#looking ??= this.#look().finally(() => {
      this.#looking = undefined;
    });
    return this.#looking;
  }

  close(): void {
    this.#timer?.();
    this.#renewals.clear();
  }

  async #look(): Promise<boolean> {
    const doubts = this.#doubts;
    const { clock, deadlineMs = Number.POSITIVE_INFINITY } = this.#parts;
    try {
      await withDeadline(this.#restore(), deadlineMs, clock, () => {
        throw new StoreUnavailableError({ message: "the store did not say in time what it remembers" });
      });
    } catch {
      return false;
    }
    this.#settled = doubts;
    return true;
  }

  async #restore(): Promise<void> {
    const { clock, store, onLost } = this.#parts;
    const now = clock.monotonic();
    for (const [name, { until }] of this.#renewals) if (until <= now) this.#renewals.delete(name);
    const renewals = [...this.#renewals.values()].map(({ renewal }) => renewal);
    if (renewals.length === 0) return;
    const scopes = renewals.map(({ tenant, scope }) => ({ tenant, name: scope }));
    const tokens = await currentTokens(store, scopes);
    const lost = renewals.filter(({ before }, index) => sameToken(tokens[index], before));
    if (lost.length === 0) return;
    onLost(lost.length);
    const forGood = { deleteAt: Number.POSITIVE_INFINITY, priority: "high" } as const;
    const results = await Promise.all(
      lost.map(({ tenant, scope, token }) => store.set(tenant, `g:${scope}`, token, forGood)),
    );
    if (results.some((result) => result !== "stored"))
      throw new StoreUnavailableError({ message: "the store did not take a generation that it had lost" });
  }

  #lookLater(): void {
    if (this.#timer !== undefined || this.#renewals.size === 0) return;
    this.#timer = this.#parts.clock.after(lookMs, () => {
      void this.look().then(() => {
        this.#timer = undefined;
        this.#lookLater();
      });
    });
  }
}
