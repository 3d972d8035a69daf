import { picodollarsPerDollar } from "../core/money.ts";
import type { Ledger } from "./ledger.ts";
import { type BookedLine, type LedgerReading, readLedger } from "./metrics-reading.ts";
import type { TallyReading } from "./tally.ts";

/** The ledger as counters. The exact sums stay in it; a scrape takes the nearest floating-point number of each. */

interface Sample {
  /** In the order of the metric's label names. */
  readonly labels: readonly string[];
  readonly value: number;
}

type Read = (ledger: LedgerReading) => readonly Sample[];

/** By the name of the metric. */
export const spendingSeries: Readonly<Record<string, Read>> = {
  reprise_cost_saved_usd_total: ({ saved }) =>
    saved.flatMap((line) => [
      { labels: [line.model, line.by, "list"], value: dollars(line) },
      {
        labels: [line.model, line.by, "conservative"],
        value: Number(line.conservativePicodollars) / picodollarsPerDollar,
      },
    ]),
  reprise_cost_saving_undone_usd_total: ({ undone }) =>
    undone.map((line) => ({ labels: [line.model, line.by], value: dollars(line) })),
  reprise_cost_spent_usd_total: ({ spent }) =>
    spent.map((line) => ({ labels: [line.model, line.what], value: dollars(line) })),
  reprise_semantic_observed_saved_usd_total: ({ observed }) =>
    observed.map((line) => ({ labels: [line.model], value: dollars(line) })),
  reprise_tokens_saved_total: ({ saved }) =>
    saved.flatMap(({ by, model, tokens }) => [
      { labels: ["input", model, by], value: tokens.inputTokens },
      { labels: ["output", model, by], value: tokens.outputTokens },
      { labels: ["cached_input", model, by], value: tokens.cachedInputTokens },
      { labels: ["reasoning", model, by], value: tokens.reasoningTokens },
    ]),
  reprise_unpriced_requests_total: ({ spent, saved }) => {
    const counts = new Map<string, number>();
    for (const { model, unpriced } of [...spent, ...saved])
      if (unpriced > 0) counts.set(model, (counts.get(model) ?? 0) + unpriced);
    return [...counts].map(([model, value]) => ({ labels: [model], value }));
  },
  reprise_provider_cache_read_tokens_total: ({ spent }) =>
    spent.map(({ model, tokens }) => ({ labels: [model], value: tokens.cachedInputTokens })),
  reprise_provider_cache_write_tokens_total: ({ spent }) =>
    spent.map(({ model, tokens }) => ({ labels: [model], value: tokens.cacheWriteTokens })),
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
    return this.of(readLedger(this.#ledger));
  }

  /** The same of another ledger. */
  of(ledger: LedgerReading): TallyReading {
    const values = this.#read(ledger).map(({ labels, value }) => ({
      labels: Object.fromEntries(this.#labelNames.map((name, index) => [name, labels[index] ?? ""])),
      value,
    }));
    return { name: this.name, help: this.help, type: "counter", values, aggregator: "sum" };
  }
}

function dollars({ picodollars }: BookedLine): number {
  return Number(picodollars) / picodollarsPerDollar;
}
