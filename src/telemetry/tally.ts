import { SeriesMap } from "./series-map.ts";

/**
 * Counting on the request path. A tally takes a handful of label values by position and finds its series with a few
 * look-ups; label objects and cumulative buckets are made only when somebody scrapes. Shaped as the registry of
 * prom-client wants its metrics, which does the exposition. Callers keep the number of label values bounded.
 */

interface Value {
  readonly labels: Readonly<Record<string, string | number>>;
  readonly value: number;
  readonly metricName?: string;
  readonly exemplar?: Exemplar;
}

/** One of the observations of a bucket, and where more is known of it; as prom-client writes it. */
export interface Exemplar {
  readonly labelSet: { readonly trace_id: string };
  readonly value: number;
  /** In seconds. */
  readonly timestamp: number;
}

/** The trace that is under way and is kept, and the time in milliseconds. */
export type TraceUnderWay = () => { readonly traceId: string; readonly at: number } | undefined;

export interface TallyReading {
  readonly name: string;
  readonly help: string;
  readonly type: "counter" | "histogram";
  readonly values: readonly Value[];
  readonly aggregator: "sum";
}

/** The count of a series, for who adds to it often. */
export interface Count {
  count: number;
}

export class CounterTally {
  readonly name: string;
  readonly help: string;
  readonly #series: SeriesMap<Count>;

  constructor(name: string, help: string, labelNames: readonly string[]) {
    this.name = name;
    this.help = help;
    this.#series = new SeriesMap(labelNames, () => ({ count: 0 }));
    if (labelNames.length === 0) this.#series.at();
  }

  /** Label values in the order of the label names. */
  add(...labelValues: readonly string[]): void {
    this.#series.at(...labelValues).count += 1;
  }

  /** One that was dropped since is not shown any more. */
  at(...labelValues: readonly string[]): Count {
    return this.#series.at(...labelValues);
  }

  /** Shows a series at nothing, so that its first event is seen to be one. */
  begin(...labelValues: readonly string[]): void {
    this.#series.at(...labelValues);
  }

  /** Forgets what was counted under one value of a label. */
  drop(labelName: string, labelValue: string): void {
    this.#series.drop(labelName, labelValue);
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
  /** The latest of each bucket. */
  exemplars: (Exemplar | undefined)[] | undefined;
}

export class HistogramTally {
  readonly name: string;
  readonly help: string;
  readonly #bounds: readonly number[];
  readonly #series: SeriesMap<Distribution>;
  readonly #traceUnderWay: TraceUnderWay | undefined;

  /** `bounds`: upper bounds of the buckets, ascending. */
  constructor(
    name: string,
    help: string,
    labelNames: readonly string[],
    bounds: readonly number[],
    traceUnderWay?: TraceUnderWay,
  ) {
    this.name = name;
    this.help = help;
    this.#bounds = bounds;
    this.#traceUnderWay = traceUnderWay;
    const make = () => ({ buckets: new Float64Array(bounds.length + 1), sum: 0, exemplars: undefined });
    this.#series = new SeriesMap<Distribution>(labelNames, make);
  }

  observe(value: number, ...labelValues: readonly string[]): void {
    const distribution = this.#series.at(...labelValues);
    const bounds = this.#bounds;
    let bucket = 0;
    while (bucket < bounds.length && value > (bounds[bucket] as number)) bucket++;
    distribution.buckets[bucket] = (distribution.buckets[bucket] as number) + 1;
    distribution.sum += value;
    const trace = this.#traceUnderWay?.();
    if (trace === undefined) return;
    distribution.exemplars ??= [];
    distribution.exemplars[bucket] = { labelSet: { trace_id: trace.traceId }, value, timestamp: trace.at / 1000 };
  }

  get(): TallyReading {
    const values = [...this.#series.all()].flatMap(({ labels, state }) => this.#exposed(labels, state));
    return { name: this.name, help: this.help, type: "histogram", values, aggregator: "sum" };
  }

  #exposed(labels: Readonly<Record<string, string>>, { buckets, sum, exemplars }: Distribution): Value[] {
    let count = 0;
    const cumulative = Array.from(buckets, (observed, index): Value => {
      count += observed;
      const exemplar = exemplars?.[index];
      return {
        ...(exemplar === undefined ? {} : { exemplar }),
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
