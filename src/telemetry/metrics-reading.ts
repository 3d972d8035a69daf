import type { TokenCounts } from "../core/recording.ts";
import type { SavedBy } from "../core/trace.ts";
import type { Ledger, LedgerLine, SpentFor } from "./ledger.ts";
import type { Exemplar } from "./tally.ts";

/**
 * What one process has counted, as plain data that can go to another, and how that of several processes becomes one.
 * Counts and distributions add up, and money does so in whole picodollars before anything is rounded. Gauges add up as
 * well, except where each process tells the same thing (what lies in a store that all share) or where the worst counts.
 */

export interface MetricValue {
  readonly labels: Readonly<Record<string, string | number>>;
  readonly value: number;
  /** Where it is not that of the family: a bucket, a sum, a count. */
  readonly metricName?: string;
  readonly exemplar?: Exemplar;
}

export interface MetricFamily {
  readonly name: string;
  readonly help: string;
  readonly type: string;
  readonly values: readonly MetricValue[];
}

/** What the ledger holds for one model. */
export interface BookedLine {
  /** Absent where it is not told. */
  readonly provider?: string;
  readonly model: string;
  readonly unpriced: number;
  readonly tokens: TokenCounts;
  readonly picodollars: bigint;
  /** As if providers had read every prompt from a cache of their own. */
  readonly conservativePicodollars: bigint;
}

export interface LedgerReading {
  readonly spent: readonly (BookedLine & { readonly what: SpentFor })[];
  readonly observed: readonly BookedLine[];
  readonly saved: readonly (BookedLine & { readonly by: SavedBy })[];
  /** Of what was saved, what was found to be wrong. */
  readonly undone: readonly (BookedLine & { readonly by: SavedBy })[];
}

export interface MetricsReading {
  readonly families: readonly MetricFamily[];
  readonly ledger: LedgerReading;
}

export function readLedger(ledger: Ledger): LedgerReading {
  return {
    spent: ledger.spentLines().map((line) => ({ ...bookedLine(line), what: line.what })),
    observed: ledger.observedLines().map(bookedLine),
    saved: ledger.savedLines().map((line) => ({ ...bookedLine(line), by: line.by })),
    undone: ledger.undoneLines().map((line) => ({ ...bookedLine(line), by: line.by })),
  };
}

function bookedLine({ provider, model, account }: LedgerLine): BookedLine {
  const { unpriced, tokens, picodollars, conservativePicodollars } = account;
  return { provider, model, unpriced, tokens: { ...tokens }, picodollars, conservativePicodollars };
}

type Combine = (a: number, b: number) => number;

type Choose = (labels: MetricValue["labels"]) => Combine;

const sum: Combine = (a, b) => a + b;

/** A memory is that of one process; every other store is there once for all, and each tells the same of it. */
const ofBackend: Choose = ({ backend }) => (backend === "memory" ? sum : Math.max);

const combinations: Readonly<Record<string, Choose>> = {
  reprise_build_info: () => Math.max,
  reprise_event_loop_lag_seconds: () => Math.max,
  reprise_backend_up: () => Math.min,
  reprise_breaker_state: () => Math.max,
  reprise_replica_state: () => Math.max,
  reprise_entries: ofBackend,
  reprise_size_bytes: ofBackend,
  reprise_capacity_bytes: ofBackend,
  // These count for themselves what they evict; of the others each process counts what it did.
  reprise_evictions_total: ({ backend }) => (backend === "redis" || backend === "memcached" ? Math.max : sum),
};

export function mergedReadings(readings: readonly MetricsReading[]): MetricsReading {
  const families = new Map<string, MetricFamily & { readonly values: MetricValue[] }>();
  const places = new Map<string, { readonly values: MetricValue[]; readonly index: number }>();
  for (const { families: given } of readings) {
    for (const family of given) {
      const merged = families.get(family.name) ?? { ...family, values: [] };
      families.set(family.name, merged);
      for (const value of family.values) {
        const key = keyOf(family, value);
        const place = places.get(key);
        if (place === undefined) {
          places.set(key, { values: merged.values, index: merged.values.length });
          merged.values.push(value);
        } else {
          const before = place.values[place.index] as MetricValue;
          const combine = combinations[family.name]?.(value.labels) ?? sum;
          place.values[place.index] = { ...before, value: combine(before.value, value.value) };
        }
      }
    }
  }
  return { families: [...families.values()], ledger: mergedLedgers(readings.map(({ ledger }) => ledger)) };
}

/** What goes on to count when the process has ended. */
export function countsOf({ families, ledger }: MetricsReading): MetricsReading {
  return { families: families.filter(({ type }) => type !== "gauge"), ledger };
}

function mergedLedgers(ledgers: readonly LedgerReading[]): LedgerReading {
  const spent = new Map<string, BookedLine & { readonly what: SpentFor }>();
  const observed = new Map<string, BookedLine>();
  const saved = new Map<string, BookedLine & { readonly by: SavedBy }>();
  const undone: typeof saved = new Map();
  for (const ledger of ledgers) {
    for (const line of ledger.spent) {
      const key = `${line.what}\n${line.provider}\n${line.model}`;
      spent.set(key, added(spent.get(key), line));
    }
    for (const line of ledger.observed) observed.set(line.model, added(observed.get(line.model), line));
    for (const [lines, merged] of [[ledger.saved, saved] as const, [ledger.undone, undone] as const])
      for (const line of lines) {
        const key = `${line.by}\n${line.provider}\n${line.model}`;
        merged.set(key, added(merged.get(key), line));
      }
  }
  const [spentLines, observedLines] = [[...spent.values()], [...observed.values()]];
  return { spent: spentLines, observed: observedLines, saved: [...saved.values()], undone: [...undone.values()] };
}

function added<T extends BookedLine>(line: T | undefined, more: T): T {
  if (line === undefined) return more;
  const kinds = Object.keys(more.tokens) as (keyof TokenCounts)[];
  return {
    ...line,
    unpriced: line.unpriced + more.unpriced,
    tokens: Object.fromEntries(
      kinds.map((kind) => [kind, line.tokens[kind] + more.tokens[kind]]),
    ) as unknown as TokenCounts,
    picodollars: line.picodollars + more.picodollars,
    conservativePicodollars: line.conservativePicodollars + more.conservativePicodollars,
  };
}

/** Processes of one version name the labels of a metric in one order; the lengths keep apart what a value may hold. */
function keyOf({ name }: MetricFamily, { metricName = name, labels }: MetricValue): string {
  let key = metricName;
  for (const label in labels) {
    const value = String(labels[label]);
    key += `,${label}:${value.length}:${value}`;
  }
  return key;
}
