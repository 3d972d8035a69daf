import { layerNames } from "../core/directives.ts";
import type { Outcome } from "../core/outcome.ts";
import type { Overhead, SavedBy, TraceEvent } from "../core/trace.ts";
import { Account, type AccountTotals, together } from "./account.ts";
import { BoundedLabels } from "./bounded-labels.ts";

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
  /** What the cache itself spent on models, to judge like questions and to turn them into vectors. */
  readonly overhead: AccountTotals;
  /** What answers to like questions would have saved that were only observed. */
  readonly observed: AccountTotals;
  /** All of `saved` together. */
  readonly savedInAll: AccountTotals;
  /** Priced answers by the list they were priced by. */
  readonly priceSources: Readonly<Record<string, number>>;
}

/** What was booked for one model. */
export interface LedgerLine {
  readonly model: string;
  readonly account: Account;
}

export type SpentFor = "inference" | Overhead;

export const purposes: readonly SpentFor[] = ["inference", "judge", "embedding"];

export const savers: readonly SavedBy[] = [...layerNames, "coalescing"];

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
  readonly #spent: Readonly<Record<SpentFor, Map<string, Account>>>;
  readonly #observed = new Map<string, Account>();
  readonly #saved: Readonly<Record<SavedBy, Map<string, Account>>>;
  /** Of what was saved, here or by another process, what was found to be wrong: kept apart, since counters never fall. */
  readonly #undone: Readonly<Record<SavedBy, Map<string, Account>>>;
  readonly #sources = new Map<string, number>();

  constructor() {
    this.#spent = Object.fromEntries(purposes.map((what) => [what, new Map<string, Account>()])) as never;
    this.#saved = Object.fromEntries(savers.map((by) => [by, new Map<string, Account>()])) as never;
    this.#undone = Object.fromEntries(savers.map((by) => [by, new Map<string, Account>()])) as never;
  }

  hear(event: TraceEvent): void {
    if (event.type === "call-end") this.#requests[event.outcome.kind]++;
    else if (event.type === "saving") this.#book(this.#saved[event.by], event);
    else if (event.type === "spending") this.#book(this.#spent[event.overhead ?? "inference"], event);
    else if (event.type === "semantic-observed") this.#book(this.#observed, event);
    else if (event.type === "saving-undone") this.#account(this.#undone[event.by], event.model).add(event.cost);
  }

  totals(): LedgerTotals {
    const saved = Object.fromEntries(
      savers.map((by) => [by, together(this.#saved[by].values(), this.#undone[by].values())]),
    );
    const all = (accounts: Readonly<Record<SavedBy, Map<string, Account>>>) =>
      savers.flatMap((by) => [...accounts[by].values()]);
    return {
      requests: { ...this.#requests },
      spent: together(this.#spent.inference.values()),
      overhead: together([...this.#spent.judge.values(), ...this.#spent.embedding.values()]),
      observed: together(this.#observed.values()),
      saved: saved as Record<SavedBy, AccountTotals>,
      savedInAll: together(all(this.#saved), all(this.#undone)),
      priceSources: Object.fromEntries(this.#sources),
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

  #book(
    accounts: Map<string, Account>,
    { model, cost }: Extract<TraceEvent, { type: "saving" | "spending" | "semantic-observed" }>,
  ): void {
    this.#account(accounts, model).add(cost);
    const source = cost.price?.source;
    if (source !== undefined) this.#sources.set(source, (this.#sources.get(source) ?? 0) + 1);
  }

  #account(accounts: Map<string, Account>, model: string): Account {
    const label = this.#models.of(model);
    let account = accounts.get(label);
    if (account === undefined) {
      account = new Account();
      accounts.set(label, account);
    }
    return account;
  }
}

function linesOf(accounts: ReadonlyMap<string, Account>): readonly LedgerLine[] {
  return [...accounts].map(([model, account]) => ({ model, account }));
}
