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
      { labels: [line.provider ?? "", line.model, line.by, "list"], value: dollars(line) },
      {
        labels: [line.provider ?? "", line.model, line.by, "conservative"],
        value: Number(line.conservativePicodollars) / picodollarsPerDollar,
      },
    ]),
  reprise_cost_saving_undone_usd_total: ({ undone }) =>
    undone.map((line) => ({ labels: [line.model, line.by], value: dollars(line) })),
  reprise_cost_spent_usd_total: ({ spent }) =>
    spent.map((line) => ({ labels: [line.provider ?? "", line.model, line.what], value: dollars(line) })),
  reprise_semantic_observed_saved_usd_total: ({ observed }) =>
    observed.map((line) => ({ labels: [line.model], value: dollars(line) })),
  reprise_tokens_saved_total: ({ saved }) =>
    saved.flatMap(({ by, model, provider = "", tokens }) => [
      { labels: ["input", provider, model, by], value: tokens.inputTokens },
      { labels: ["output", provider, model, by], value: tokens.outputTokens },
      { labels: ["cached_input", provider, model, by], value: tokens.cachedInputTokens },
      { labels: ["reasoning", provider, model, by], value: tokens.reasoningTokens },
    ]),
  reprise_unpriced_requests_total: ({ spent, saved }) =>
    added([...spent, ...saved].map(({ model, unpriced }) => ({ labels: [model], value: unpriced }))).filter(
      ({ value }) => value > 0,
    ),
  reprise_provider_cache_read_tokens_total: ({ spent }) =>
    added(
      spent.map(({ model, provider = "", tokens }) => ({ labels: [provider, model], value: tokens.cachedInputTokens })),
    ),
  reprise_provider_cache_write_tokens_total: ({ spent }) =>
    added(
      spent.map(({ model, provider = "", tokens }) => ({ labels: [provider, model], value: tokens.cacheWriteTokens })),
    ),
};

/** One sample for each set of labels: several lines may differ in what the labels do not tell. */
function added(samples: readonly Sample[]): readonly Sample[] {
  const sums = new Map<string, Sample>();
  for (const { labels, value } of samples) {
    const key = labels.join("\n");
    sums.set(key, { labels, value: (sums.get(key)?.value ?? 0) + value });
  }
  return [...sums.values()];
}

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
