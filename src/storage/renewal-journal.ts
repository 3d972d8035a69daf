import type { BusMessage } from "../core/bus.ts";
import type { CancelTimer, Clock } from "../core/clock.ts";
import { withDeadline } from "../core/deadline.ts";
import { StoreUnavailableError } from "../core/errors.ts";
import { currentTokens, writeGeneration } from "../core/generations.ts";
import type { Store } from "../core/store.ts";

/**
 * Invalidations outlive a store that forgets its last writes. When a replica takes over that had not heard of a new
 * generation, the old one is back, and with it everything that was taken back. So every process remembers the
 * renewals of the last minutes, its own and those it heard of, and looks from time to time: where the generation of
 * before, or any that came before that, stands again, the new one is written once more. Any other token is a later one, and
 * stays. Where what tells of a removal by key is gone, so may the removal be: it is made again by the process that made
 * it, as often as it takes.
 *
 * Whenever it may be another store that answers now, it is in doubt until the journal has looked; see verified-store.ts.
 */

type Renewal = Extract<BusMessage, { kind: "renewed" }>;

/** That what stood under a key was removed: for a while `token` tells of it, as the generation of `scope`. */
export interface Removal {
  readonly tenant: string;
  readonly key: string;
  readonly scope: string;
  readonly token: Uint8Array;
  readonly deleteAt: number;
}

/** The last renewal of a scope, and all tokens that were replaced up to then. */
interface RememberedRenewal {
  readonly renewal: Renewal;
  readonly replaced: ReadonlySet<string>;
}

/** Longer than a store is down before a replica takes over. */
const rememberMs = 10 * 60_000;
const lookMs = 5_000;
const mostRenewals = 10_000;
/** Of one scope. */
const mostReplaced = 100;

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
  readonly #renewals = new Map<string, RememberedRenewal & { readonly until: number }>();
  readonly #removals = new Map<string, { readonly removal: Removal; readonly until: number }>();
  /** Of them, those that are to be made again and have not come to their end. */
  readonly #owed = new Set<Removal>();
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
    const until = this.#parts.clock.monotonic() + rememberMs;
    const name = `${renewal.tenant} ${renewal.scope}`;
    remember(this.#renewals, name, { ...afterAll(this.#renewals.get(name), renewal, renewal.before), until });
    this.#lookLater();
  }

  noteRemoval(removal: Removal): void {
    const until = this.#parts.clock.monotonic() + rememberMs;
    remember(this.#removals, `${removal.tenant} ${removal.key}`, { removal, until });
    this.#lookLater();
  }

  /** The store that answers from now on may not be the one that did before. */
  doubt(): void {
    this.#doubts += 1;
  }

  /** How often it has come into doubt. */
  get doubts(): number {
    return this.#doubts;
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
    this.#removals.clear();
    this.#owed.clear();
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
    for (const kept of [this.#renewals, this.#removals])
      for (const [name, { until }] of kept) if (until <= now) kept.delete(name);
    const remembered = [...this.#renewals.values()];
    const renewals = remembered.map(({ renewal }) => renewal);
    const removals = [...this.#removals.values()].map(({ removal }) => removal);
    const all = [...renewals, ...removals];
    if (all.length === 0) return;
    const tokens = await currentTokens(
      store,
      all.map(({ tenant, scope }) => ({ tenant, name: scope })),
    );
    const lost = renewals.filter((_, index) => {
      const token = tokens[index];
      return token !== undefined && remembered[index]?.replaced.has(nameOf(token));
    });
    const undone = removals.filter(
      (removal, index) => tokens[renewals.length + index] === undefined || this.#owed.has(removal),
    );
    // Those that are remembered no more are owed no more.
    this.#owed.clear();
    for (const removal of undone) this.#owed.add(removal);
    if (lost.length + undone.length === 0) return;
    onLost(lost.length + undone.length);
    const forGood = Number.POSITIVE_INFINITY;
    await Promise.all([
      ...lost.map((renewal) => this.#write({ ...renewal, deleteAt: forGood })),
      // In this order, as when it was made: whoever is computing it must not store it afterwards.
      ...undone.map(async (removal) => {
        await this.#write(removal);
        await store.delete(removal.tenant, removal.key);
        this.#owed.delete(removal);
      }),
    ]);
  }

  #write({ tenant, scope: name, token, deleteAt }: Omit<Removal, "key">): Promise<void> {
    return writeGeneration(this.#parts.store, { tenant, name }, token, deleteAt);
  }

  #lookLater(): void {
    if (this.#timer !== undefined || this.#renewals.size + this.#removals.size === 0) return;
    this.#timer = this.#parts.clock.after(lookMs, () => {
      void this.look().then(() => {
        this.#timer = undefined;
        this.#lookLater();
      });
    });
  }
}

/** `renewal` may be heard of after one that came later. */
function afterAll(known: RememberedRenewal | undefined, renewal: Renewal, before: Uint8Array): RememberedRenewal {
  const replaced = new Set(known?.replaced).add(nameOf(before));
  if (replaced.size > mostReplaced) replaced.delete(replaced.values().next().value as string);
  const isLate = known?.replaced.has(nameOf(renewal.token)) === true;
  return { renewal: isLate ? known.renewal : renewal, replaced };
}

/** What was remembered longest makes room. */
function remember<Value>(map: Map<string, Value>, name: string, value: Value): void {
  map.delete(name);
  map.set(name, value);
  if (map.size > mostRenewals) map.delete(map.keys().next().value as string);
}

function nameOf(token: Uint8Array): string {
  return Buffer.from(token).toString("latin1");
}
