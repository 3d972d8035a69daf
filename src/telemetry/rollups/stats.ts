import { usdText } from "../../core/money.ts";
import type { Account } from "../account.ts";
import { purposes, savers } from "../ledger.ts";
import type { LogHistogram } from "./log-histogram.ts";
import type { Rollup, SavedTally } from "./rollup.ts";
import { similarityBounds } from "./semantic-tally.ts";
import type {
  LatencyReport,
  MoneySaved,
  SavedReport,
  SemanticReport,
  SpentReport,
  StatsReport,
} from "./stats-report.ts";

/** A roll-up as people read it. */
export function reportOf(
  rollup: Rollup,
  told: Pick<StatsReport, "window" | "step" | "nodes" | "complete"> & {
    readonly since: number;
    readonly until: number;
  },
): StatsReport {
  const { requests, saved, spent, semantic, hit, miss, unpriced, prompts } = rollup;
  const { window, since, until, step, nodes, complete } = told;
  const money = moneyOf(rollup);
  return {
    window,
    since: new Date(since).toISOString(),
    until: new Date(until).toISOString(),
    step,
    nodes,
    complete,
    calls: Object.values(requests).reduce((sum, calls) => sum + calls, 0),
    requests: { ...requests },
    saved: Object.fromEntries(savers.map((by) => [by, savedReport(saved[by])])) as StatsReport["saved"],
    spent: Object.fromEntries(purposes.map((what) => [what, spentReport(spent[what])])) as StatsReport["spent"],
    gross: { usd: usd(money.list, money.conservative), timeMs: timeMsOf(rollup) },
    overhead: { usd: usdText(money.overhead) },
    net: { usd: usd(money.list - money.overhead, money.conservative - money.overhead) },
    semantic: semanticReport(semantic),
    latency: { hit: latencyReport(hit), miss: latencyReport(miss) },
    unpricedModels: Object.fromEntries(unpriced),
    prompts: Object.fromEntries(prompts),
  };
}

/** In picodollars, over all layers. */
export function moneyOf({ saved, spent }: Rollup) {
  const sum = (of: (tally: SavedTally) => bigint) => savers.reduce((total, by) => total + of(saved[by]), 0n);
  return {
    list: sum(({ account }) => account.picodollars),
    conservative: sum(({ account }) => account.conservativePicodollars),
    overhead:
      spent.judge.picodollars + spent.embedding.picodollars + spent.warmup.picodollars + spent.keeping.picodollars,
    spent: spent.inference.picodollars,
  };
}

export function timeMsOf({ saved }: Rollup): number {
  return savers.reduce((total, by) => total + saved[by].timeMs, 0);
}

function usd(list: bigint, conservative: bigint): MoneySaved {
  return { list: usdText(list), conservative: usdText(conservative) };
}

function savedReport({ hits, wrong, timeMs, timed, bytes, account }: SavedTally): SavedReport {
  const { answers, unpriced, tokens, picodollars, conservativePicodollars } = account;
  const money = usd(picodollars, conservativePicodollars);
  return { hits, answers, wrong, unpriced, tokens: { ...tokens }, usd: money, timeMs, timed, bytes };
}

function spentReport({ totals }: Account): SpentReport {
  return totals;
}

function semanticReport(semantic: Rollup["semantic"]): SemanticReport {
  const { looks, hits, wouldHits, observed, similarities, refusals, vetoes, verdicts } = semantic;
  return {
    looks,
    hits,
    wouldHits,
    observed: spentReport(observed),
    similarity: { bounds: similarityBounds, counts: [...similarities] },
    refusals: Object.fromEntries(refusals),
    vetoes: Object.fromEntries(vetoes),
    verdicts: Object.fromEntries(verdicts),
  };
}

function latencyReport(histogram: LogHistogram): LatencyReport {
  const at = (quantile: number) => histogram.quantile(quantile) ?? null;
  return { count: histogram.count, p50: at(0.5), p95: at(0.95), p99: at(0.99) };
}
