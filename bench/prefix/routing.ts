import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { AffinityPolicy } from "../../src/layers/prefix/routing/affinity-policy.ts";
import { BoundedHashing } from "../../src/layers/prefix/routing/bounded-hashing.ts";
import type { RoutingPolicy } from "../../src/layers/prefix/routing/routing-policy.ts";
import { LeastLoad, RoundRobin } from "../../src/layers/prefix/routing/simple-policies.ts";
import type { Benchmark, BenchOptions, BenchResult, BudgetRow, Table } from "../benchmark.ts";
import { budgetRow } from "../budget.ts";
import { inProject } from "../product.ts";
import { Aibrix, CacheAware, Dynamo, LlmD } from "./rival-policies.ts";
import { decisionRows } from "./routing-decisions.ts";
import { fleetRuns } from "./routing-fleet.ts";
import { type Arrival, type SimulatedRun, sharedHitShare, simulate } from "./routing-simulation.ts";
import { chanceOf, hurried, readArrivals } from "./routing-trace.ts";

const usualTrace = "../shared/data/traces/mooncake_fast25_conversation_trace.jsonl.gz";
const replicas = 8;
const pool = { replicas, prefill: 8_000, decodeMs: 20 };
const seed = 7;
/** What Reprise supposes at first of replicas that hold half as much. */
const supposed = 2;
const noise = 0.3;
const fleetLoads = [1, 1.6];
const fleetCapacity = 4_000;
const restartAtMs = 1_200_000;

type Make = (capacity: number) => RoutingPolicy;

const ours: Make = (capacity) => new AffinityPolicy({ replicas, capacity: supposed * capacity });
const roundRobin: Make = () => new RoundRobin(replicas);
const dynamo: Make = (capacity) => new Dynamo(replicas, capacity);

const others: readonly (readonly [string, Make])[] = [
  ["round robin", roundRobin],
  ["least load", () => new LeastLoad(replicas)],
  ["bounded hashing, 512 tokens", () => new BoundedHashing({ replicas, keyBlocks: 1 })],
  ["bounded hashing, 1,024 tokens", () => new BoundedHashing({ replicas, keyBlocks: 2 })],
  ["SGLang's cache-aware, 0.3/64/1.5", (capacity) => new CacheAware(replicas, capacity, 0.3, 64, 1.5)],
  ["SGLang's cache-aware, 0.5/32/1.1", (capacity) => new CacheAware(replicas, capacity, 0.5, 32, 1.1)],
  ["AIBrix's prefix-cache, 8/1", (capacity) => new Aibrix(replicas, capacity)],
  ["llm-d's scorers, 3/2/2", (capacity) => new LlmD(replicas, capacity)],
  ["Dynamo's", dynamo],
];

export const prefixRouting: Benchmark = {
  name: "prefix-routing",
  describe: "which replica a prompt goes to: cached tokens and time to the first, beside other routers' policies",
  run: async (options) => {
    const path = resolve(inProject("."), options.data ?? usualTrace);
    if (!existsSync(path))
      return { skipped: `there is no trace at ${options.data ?? usualTrace}; give one with --data` };
    return run(options, readArrivals(path, seed));
  },
};

function run({ quick, log }: BenchOptions, whole: readonly Arrival[]): BenchResult {
  const trace = quick ? whole.slice(0, 1_000) : whole;
  const loads = quick ? [1] : [0.5, 1, 1.3, 1.6, 1.9];
  const budget: BudgetRow[] = [];
  const tables: Table[] = [];
  for (const capacity of quick ? [4_000] : [4_000, 1_000]) {
    const shared = sharedHitShare(trace, replicas * capacity);
    for (const load of capacity === 4_000 ? loads : [1]) {
      log(`${capacity} blocks each, load ${load}`);
      const arrivals = hurried(trace, load);
      const runs = new Map(
        [["Reprise", ours] as const, ...others].map(([name, make]) => [
          name,
          simulate(arrivals, make(capacity), { ...pool, capacity }),
        ]),
      );
      runs.set("Reprise, disturbed", disturbed(arrivals, capacity, load));
      tables.push(tableOf(`${capacity} blocks of 512 tokens each, load ${load}`, runs, shared));
      if (capacity === 4_000) budget.push(...budgetOf(load, runs, shared));
    }
  }
  for (const load of quick ? [1] : fleetLoads) {
    log(`four gateways, load ${load}`);
    const runs = fleetRuns(hurried(trace, load), { ...pool, capacity: fleetCapacity }, supposed * fleetCapacity);
    const shared = sharedHitShare(trace, replicas * fleetCapacity);
    tables.push(tableOf(`four gateways before one pool, ${fleetCapacity} blocks each, load ${load}`, runs, shared));
  }
  const decisions = decisionRows(quick ? 500 : 20_000);
  budget.push(...decisions.budget);
  return {
    budget,
    figures: decisions.figures,
    tables,
    notes: [
      "Simulated: a replica computes 8,000 tokens of prompts a second, one prompt after the other, and 20 ms a token of answers side by side. The Mooncake conversation trace (12,031 calls), with its times spread over the 3 s they are rounded to.",
      "Other routers' policies are the smallest form of what their documentation and sources describe, not these products. They are told the true capacity; Reprise is told twice as much and has to learn it.",
      `Disturbed: what is known of the queues is wrong by up to ${100 * noise} %, anew with each look, and a replica loses its cache after 20 minutes without telling anybody.`,
      "Several gateways: each call comes to one of them by chance, which is the worst case; what is told is what waits at each replica and which blocks were sent there.",
      "At half the load queues are short, and what is left is the time that computing uncached tokens takes: no policy comes near 40 % of round robin there.",
    ],
  };
}

function disturbed(arrivals: readonly Arrival[], capacity: number, load: number): SimulatedRun {
  const chance = chanceOf(3);
  const distort = (queued: number): number => queued * (1 - noise + 2 * noise * chance());
  const policy = new AffinityPolicy({ replicas, capacity: supposed * capacity, distort });
  return simulate(arrivals, policy, { ...pool, capacity, restart: { atMs: restartAtMs / load, replica: 3 } });
}

function budgetOf(load: number, runs: ReadonlyMap<string, SimulatedRun>, shared: number): readonly BudgetRow[] {
  const meanOf = (name: string): number => mean((runs.get(name) as SimulatedRun).firstTokens);
  return ["Reprise", "Reprise, disturbed"].flatMap((name) => {
    const { hitShare } = runs.get(name) as SimulatedRun;
    const what = `load ${load}${name === "Reprise" ? "" : ", disturbed"}`;
    const lower = { better: "lower", unit: "%" } as const;
    return [
      budgetRow(`${what}: cached tokens`, "one cache of the size of all", [(100 * hitShare) / shared], {
        must: 90,
        better: "higher",
        unit: "%",
      }),
      budgetRow(
        `${what}: mean time to the first token`,
        "round robin",
        [(100 * meanOf(name)) / meanOf("round robin")],
        {
          must: 40,
          ...lower,
        },
      ),
      budgetRow(
        `${what}: mean time to the first token`,
        "Dynamo's policy",
        [(100 * meanOf(name)) / meanOf("Dynamo's")],
        {
          must: 80,
          ...lower,
        },
      ),
    ];
  });
}

function tableOf(title: string, runs: ReadonlyMap<string, SimulatedRun>, shared: number): Table {
  return {
    title: `Routing: ${title} (one cache of the size of all: ${(100 * shared).toFixed(1)} %)`,
    head: ["", "tokens cached", "first token, mean", "p50", "p90", "p99"],
    rows: [...runs].map(([name, { hitShare, firstTokens }]) => [
      name,
      `${(100 * hitShare).toFixed(1)} %`,
      ...[mean(firstTokens), ...[0.5, 0.9, 0.99].map((share) => percentile(firstTokens, share))].map(
        (seconds) => `${seconds.toFixed(2)} s`,
      ),
    ]),
  };
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** Of values in ascending order. */
function percentile(values: readonly number[], share: number): number {
  return values[Math.min(values.length - 1, Math.floor(share * values.length))] as number;
}
