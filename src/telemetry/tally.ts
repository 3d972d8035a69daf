/**
 * Counting on the request path. A tally takes a handful of label values by position and finds its series with one
 * look-up; names, label objects and cumulative buckets are made only when somebody scrapes. Shaped as the registry
 * of prom-client wants its metrics, which does the exposition. Callers keep the number of label values bounded.
 */

interface Value {
  readonly labels: Readonly<Record<string, string | number>>;
  readonly value: number;
  readonly metricName?: string;
}

export interface TallyReading {
  readonly name: string;
  readonly help: string;
  readonly type: "counter" | "histogram";
  readonly values: readonly Value[];
  readonly aggregator: "sum";
}

/** Series by the text of their label values. */
class SeriesMap<T> {
  readonly #labelNames: readonly string[];
  readonly #make: () => T;
  readonly #series = new Map<string, { readonly labels: Readonly<Record<string, string>>; readonly state: T }>();

  constructor(labelNames: readonly string[], make: () => T) {
    this.#labelNames = labelNames;
    this.#make = make;
  }

  at(labelValues: readonly string[]): T {
    const key = labelValues.length === 1 ? (labelValues[0] as string) : labelValues.join("\n");
    const known = this.#series.get(key);
    if (known !== undefined) return known.state;
    const labels = Object.fromEntries(this.#labelNames.map((name, index) => [name, labelValues[index] ?? ""]));
    const state = this.#make();
    this.#series.set(key, { labels, state });
    return state;
  }

  all(): IterableIterator<{ readonly labels: Readonly<Record<string, string>>; readonly state: T }> {
    return this.#series.values();
  }
}

export class CounterTally {
  readonly name: string;
  readonly help: string;
  readonly #series: SeriesMap<{ count: number }>;

  constructor(name: string, help: string, labelNames: readonly string[]) {
    this.name = name;
    this.help = help;
    this.#series = new SeriesMap(labelNames, () => ({ count: 0 }));
    if (labelNames.length === 0) this.#series.at([]);
  }

  /** Label values in the order of the label names. */
  add(...labelValues: readonly string[]): void {
    this.#series.at(labelValues).count += 1;
  }

  get(): TallyReading {
    const values = [...this.#series.all()].map(({ labels, state }) => ({ labels, value: state.count }));
    return { name: this.name, help: this.help, type: "counter", values, aggregator: "sum" };
  }
}

interface Distribution {
  /** Observations by bucket; the last is for those above every bound. */
  readonly buckets: Float64Array;
  sum: number;
}

export class HistogramTally {
  readonly name: string;
  readonly help: string;
  readonly #bounds: readonly number[];
  readonly #series: SeriesMap<Distribution>;

  /** `bounds`: upper bounds of the buckets, ascending. */
  constructor(name: string, help: string, labelNames: readonly string[], bounds: readonly number[]) {
    this.name = name;
    this.help = help;
    this.#bounds = bounds;
    this.#series = new SeriesMap(labelNames, () => ({ buckets: new Float64Array(bounds.length + 1), sum: 0 }));
  }

  observe(value: number, ...labelValues: readonly string[]): void {
    const distribution = this.#series.at(labelValues);
    const bounds = this.#bounds;
    let bucket = 0;
    while (bucket < bounds.length && value > (bounds[bucket] as number)) bucket++;
    distribution.buckets[bucket] = (distribution.buckets[bucket] as number) + 1;
    distribution.sum += value;
  }

  get(): TallyReading {
    const values = [...this.#series.all()].flatMap(({ labels, state }) => this.#exposed(labels, state));
    return { name: this.name, help: this.help, type: "histogram", values, aggregator: "sum" };
  }

  #exposed(labels: Readonly<Record<string, string>>, { buckets, sum }: Distribution): Value[] {
    let count = 0;
    const cumulative = Array.from(buckets, (observed, index): Value => {
      count += observed;
      return {
        labels: { le: this.#bounds[index] ?? "+Inf", ...labels },
        value: count,
        metricName: `${this.name}_bucket`,
      };
    });
    return [
      ...cumulative,
      { labels, value: sum, metricName: `${this.name}_sum` },
      { labels, value: count, metricName: `${this.name}_count` },
    ];
  }
}
