import { picodollarsPerDollar } from "../../core/money.ts";
import { savers } from "../ledger.ts";
import type { LogHistogram } from "./log-histogram.ts";
import { outcomes, Rollup } from "./rollup.ts";
import { type RollupReading, startsWithin } from "./rollup-reader.ts";
import { moneyOf, timeMsOf } from "./stats.ts";
import type { Step, TimeseriesReport } from "./stats-report.ts";

/** One figure over time. Money is the nearest floating-point number of dollars: it is for a picture. */

type Read = (rollup: Rollup) => number | null;

const dollars = (picodollars: bigint): number => Number(picodollars) / picodollarsPerDollar;

const ofAllLayers = (of: (tally: Rollup["saved"]["exact"]) => number): Read => {
  return ({ saved }) => savers.reduce((sum, by) => sum + of(saved[by]), 0);
};

const quantiles = { p50: 0.5, p95: 0.95, p99: 0.99 } as const;

function latencies(kind: "hit" | "miss"): readonly (readonly [string, Read])[] {
  const of = (rollup: Rollup): LogHistogram => rollup[kind];
  return Object.entries(quantiles).map(([name, quantile]) => [
    `latency.${kind}.${name}`,
    (rollup) => of(rollup).quantile(quantile) ?? null,
  ]);
}

const reads: ReadonlyMap<string, Read> = new Map<string, Read>([
  ["requests", ({ requests }) => outcomes.reduce((sum, kind) => sum + requests[kind], 0)],
  ...outcomes.map((kind) => [`requests.${kind}`, ({ requests }: Rollup) => requests[kind]] as const),
  ...savers.map((by) => [`hits.${by}`, ({ saved }: Rollup) => saved[by].hits] as const),
  ...savers.map((by) => [`saved.usd.${by}`, ({ saved }: Rollup) => dollars(saved[by].account.picodollars)] as const),
  ["saved.usd", (rollup) => dollars(moneyOf(rollup).list)],
  ["saved.usd.conservative", (rollup) => dollars(moneyOf(rollup).conservative)],
  ["saved.net.usd", (rollup) => dollars(moneyOf(rollup).list - moneyOf(rollup).overhead)],
  ["saved.timeMs", timeMsOf],
  ["saved.tokens", ofAllLayers(({ account: { tokens } }) => tokens.inputTokens + tokens.outputTokens)],
  ["saved.bytes", ofAllLayers(({ bytes }) => bytes)],
  ["spent.usd", (rollup) => dollars(moneyOf(rollup).spent)],
  ["overhead.usd", (rollup) => dollars(moneyOf(rollup).overhead)],
  ["semantic.looks", ({ semantic }) => semantic.looks],
  ["semantic.wouldHits", ({ semantic }) => semantic.wouldHits],
  ...latencies("hit"),
  ...latencies("miss"),
]);

export const timeseriesMetrics = [...reads.keys()] as readonly string[];

export function timeseriesOf(
  { nodes, complete, periods }: RollupReading,
  asked: {
    readonly metric: string;
    readonly window: string;
    readonly step: Step;
    readonly since: number;
    readonly until: number;
  },
): TimeseriesReport {
  const { metric, window, step, since, until } = asked;
  const read = reads.get(metric) ?? (() => null);
  const nothing = new Rollup();
  const points = startsWithin(step, since, until).map((at) => [at, read(periods.get(at) ?? nothing)] as const);
  return { metric, window, step, nodes, complete, points };
}
