import { picodollarsPerDollar } from "../core/money.ts";
import type { Account } from "./account.ts";
import type { Ledger } from "./ledger.ts";
import type { TallyReading } from "./tally.ts";

/** The ledger as counters. The exact sums stay in it; a scrape takes the nearest floating-point number of each. */

interface Sample {
  /** In the order of the metric's label names. */
  readonly labels: readonly string[];
  readonly value: number;
}

type Read = (ledger: Ledger) => readonly Sample[];

/** By the name of the metric. */
export const spendingSeries: Readonly<Record<string, Read>> = {
  reprise_cost_saved_usd_total: (ledger) =>
    ledger.savedLines().map(({ by, model, account }) => ({ labels: [model, by, "list"], value: dollars(account) })),
  reprise_cost_spent_usd_total: (ledger) =>
    ledger.spentLines().map(({ model, account }) => ({ labels: [model, "inference"], value: dollars(account) })),
  reprise_tokens_saved_total: (ledger) =>
    ledger.savedLines().flatMap(({ by, model, account: { tokens } }) => [
      { labels: ["input", model, by], value: tokens.inputTokens },
      { labels: ["output", model, by], value: tokens.outputTokens },
      { labels: ["cached_input", model, by], value: tokens.cachedInputTokens },
      { labels: ["reasoning", model, by], value: tokens.reasoningTokens },
    ]),
  reprise_unpriced_requests_total: (ledger) => {
    const counts = new Map<string, number>();
    for (const { model, account } of [...ledger.spentLines(), ...ledger.savedLines()])
      if (account.unpriced > 0) counts.set(model, (counts.get(model) ?? 0) + account.unpriced);
    return [...counts].map(([model, value]) => ({ labels: [model], value }));
  },
  reprise_provider_cache_read_tokens_total: (ledger) =>
    ledger.spentLines().map(({ model, account }) => ({ labels: [model], value: account.tokens.cachedInputTokens })),
  reprise_provider_cache_write_tokens_total: (ledger) =>
    ledger.spentLines().map(({ model, account }) => ({ labels: [model], value: account.tokens.cacheWriteTokens })),
};

/** Shaped as the registry of prom-client wants its metrics. */
export class LedgerCounter {
  readonly name: string;
  readonly help: string;
  readonly #labelNames: readonly string[];
  readonly #read: Read;
  readonly #ledger: Ledger;

  constructor(name: string, help: string, labelNames: readonly string[], read: Read | undefined, ledger: Ledger) {
    this.name = name;
    this.help = help;
    this.#labelNames = labelNames;
    this.#read = read ?? (() => []);
    this.#ledger = ledger;
  }

  get(): TallyReading {
    const values = this.#read(this.#ledger).map(({ labels, value }) => ({
      labels: Object.fromEntries(this.#labelNames.map((name, index) => [name, labels[index] ?? ""])),
      value,
    }));
    return { name: this.name, help: this.help, type: "counter", values, aggregator: "sum" };
  }
}

function dollars(account: Account): number {
  return Number(account.picodollars) / picodollarsPerDollar;
}
