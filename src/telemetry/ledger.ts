import type { Cost, Price } from "../core/cost.ts";
import { layerNames } from "../core/directives.ts";
import type { Outcome } from "../core/outcome.ts";
import type { Overhead, SavedBy, TraceEvent } from "../core/trace.ts";
import { Account, type AccountTotals, together } from "./account.ts";
import { BoundedLabels } from "./bounded-labels.ts";
import { providerOf } from "./providers.ts";

/**
 * What was spent at origins and what each layer saved, from the events of the trace, since the process started. Kept by
 * model for the metrics; the number of models is bounded.
 */

export interface LedgerTotals {
  /** Calls by outcome, each counted once. */
  readonly requests: Readonly<Record<Outcome["kind"], number>>;
  /** What origins were paid for answers, by list price. */
  readonly spent: AccountTotals;
  /** What the answers that no origin computed would have cost there, by what spared them; those found wrong taken off. */
  readonly saved: Readonly<Record<SavedBy, AccountTotals>>;
  /** What the cache itself spent on models, to judge like questions, to turn them into vectors and to warm prompts up. */
  readonly overhead: AccountTotals;
  /** What answers to like questions would have saved that were only observed. */
  readonly observed: AccountTotals;
  /** All of `saved` together. */
  readonly savedInAll: AccountTotals;
  /** Priced answers by the list they were priced by. */
  readonly priceSources: Readonly<Record<string, number>>;
}

/** What was booked for one model of one provider. */
export interface LedgerLine {
  /** Empty where it is not told. */
  readonly provider: string;
  readonly model: string;
  readonly account: Account;
}

export type SpentFor = "inference" | Overhead;

export const purposes: readonly SpentFor[] = ["inference", "judge", "embedding", "warmup", "keeping"];

export const savers: readonly SavedBy[] = [...layerNames, "coalescing"];

const nothing = { picodollars: 0, conservativePicodollars: 0 };

/** By model, and then by provider. */
type Accounts = Map<string, Map<string, Account>>;

export class Ledger {
  readonly #requests: Record<Outcome["kind"], number> = {
    hit: 0,
    stale: 0,
    miss: 0,
    coalesced: 0,
    refresh: 0,
    bypass: 0,
    error: 0,
  };
  readonly #models = new BoundedLabels();
  readonly #spent: Readonly<Record<SpentFor, Accounts>>;
  readonly #observed: Accounts = new Map();
  readonly #saved: Readonly<Record<SavedBy, Accounts>>;
  /** Of what was saved, here or by another process, what was found to be wrong: kept apart, since counters never fall. */
  readonly #undone: Readonly<Record<SavedBy, Accounts>>;
  readonly #sources = new Map<string, { count: number }>();
  // What one looked up last is what the next one mostly wants, and then costs it nothing.
  #latest: (LedgerLine & { readonly accounts: Accounts }) | undefined;
  #latestSource: { readonly name: string; readonly counted: { count: number } } | undefined;

  constructor() {
    this.#spent = Object.fromEntries(purposes.map((what) => [what, new Map()])) as never;
    this.#saved = Object.fromEntries(savers.map((by) => [by, new Map()])) as never;
    this.#undone = Object.fromEntries(savers.map((by) => [by, new Map()])) as never;
  }

  hear(event: TraceEvent): void {
    if (event.type === "call-end") this.#requests[event.outcome.kind]++;
    else if (event.type === "saving") this.#book(this.#saved[event.by], event);
    else if (event.type === "spending") this.#book(this.#spent[event.overhead ?? "inference"], event);
    else if (event.type === "semantic-observed") this.#book(this.#observed, event);
    else if (event.type === "saving-undone") this.#account(this.#undone[event.by], event.model, "").add(event.cost);
  }

  totals(): LedgerTotals {
    const saved = Object.fromEntries(
      savers.map((by) => [by, together(allOf(this.#saved[by]), allOf(this.#undone[by]))]),
    );
    const all = (accounts: Readonly<Record<SavedBy, Accounts>>) => savers.flatMap((by) => allOf(accounts[by]));
    return {
      requests: { ...this.#requests },
      spent: together(allOf(this.#spent.inference)),
      overhead: together(purposes.flatMap((what) => (what === "inference" ? [] : allOf(this.#spent[what])))),
      observed: together(allOf(this.#observed)),
      saved: saved as Record<SavedBy, AccountTotals>,
      savedInAll: together(all(this.#saved), all(this.#undone)),
      priceSources: Object.fromEntries([...this.#sources].map(([name, { count }]) => [name, count])),
    };
  }

  spentLines(): readonly (LedgerLine & { readonly what: SpentFor })[] {
    return purposes.flatMap((what) => linesOf(this.#spent[what]).map((line) => ({ ...line, what })));
  }

  observedLines(): readonly LedgerLine[] {
    return linesOf(this.#observed);
  }

  savedLines(): readonly (LedgerLine & { readonly by: SavedBy })[] {
    return savers.flatMap((by) => linesOf(this.#saved[by]).map((line) => ({ ...line, by })));
  }

  undoneLines(): readonly (LedgerLine & { readonly by: SavedBy })[] {
    return savers.flatMap((by) => linesOf(this.#undone[by]).map((line) => ({ ...line, by })));
  }

  #book(accounts: Accounts, event: Extract<TraceEvent, { type: "saving" | "spending" | "semantic-observed" }>): void {
    const { model, cost } = event;
    const provider = event.type === "semantic-observed" ? "" : providerOf(event.protocol, event.originId);
    if (event.type === "saving" && cost.price !== undefined && cost.price.picodollars < 0)
      this.#bookLoss(event.by, model, provider, cost.usage, cost.price);
    else this.#account(accounts, model, provider).add(cost);
    const source = cost.price?.source;
    if (source !== undefined) this.#sourceOf(source).count++;
  }

  #sourceOf(name: string): { count: number } {
    if (this.#latestSource?.name === name) return this.#latestSource.counted;
    const counted = this.#sources.get(name) ?? { count: 0 };
    this.#sources.set(name, counted);
    this.#latestSource = { name, counted };
    return counted;
  }

  /** What cost more than it saved stands on the other side, too. */
  #bookLoss(by: SavedBy, model: string, provider: string, usage: Cost["usage"], price: Price): void {
    this.#account(this.#saved[by], model, provider).add({ usage, price: { ...price, ...nothing } });
    const { tokens } = new Account();
    const { picodollars, conservativePicodollars = picodollars } = price;
    const lost = { picodollars: BigInt(-picodollars), conservativePicodollars: BigInt(-conservativePicodollars) };
    this.#account(this.#undone[by], model, "").merge({ answers: 0, unpriced: 0, tokens, ...lost });
  }

  #account(accounts: Accounts, model: string, provider: string): Account {
    const latest = this.#latest;
    if (latest?.accounts === accounts && latest.model === model && latest.provider === provider) return latest.account;
    const label = this.#models.of(model);
    let ofModel = accounts.get(label);
    if (ofModel === undefined) {
      ofModel = new Map();
      accounts.set(label, ofModel);
    }
    let account = ofModel.get(provider);
    if (account === undefined) {
      account = new Account();
      ofModel.set(provider, account);
    }
    this.#latest = { accounts, model, provider, account };
    return account;
  }
}

function allOf(accounts: Accounts): readonly Account[] {
  return [...accounts.values()].flatMap((ofModel) => [...ofModel.values()]);
}

function linesOf(accounts: Accounts): readonly LedgerLine[] {
  return [...accounts].flatMap(([model, ofModel]) =>
    [...ofModel].map(([provider, account]) => ({ provider, model, account })),
  );
}
