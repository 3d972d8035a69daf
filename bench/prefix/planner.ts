import { existsSync } from "node:fs";
import { resolve } from "node:path";
import type { Protocol } from "../../src/core/protocol.ts";
import { anthropicMessages } from "../../src/protocols/anthropic-messages.ts";
import { openAiChat } from "../../src/protocols/openai-chat.ts";
import type { Benchmark, BenchOptions, BenchResult, BudgetRow, Table } from "../benchmark.ts";
import { budgetRow } from "../budget.ts";
import { inProject } from "../product.ts";
import { type AgentTrace, type Message, readTrace } from "../workloads/agent-trace.ts";
import { type TimedCall, timedCalls } from "./agent-schedule.ts";
import { type EmulatedProvider, type Marker, PlannedMarker, type PlannerRun, play, unmarked } from "./planner-run.ts";
import { leastBill, type OraclePrices } from "./prefix-oracle.ts";
import { AnthropicCache, anthropicPositions } from "./providers/anthropic-cache.ts";
import { OpenAiAutomaticCache, OpenAiMarkedCache, openAiPositions } from "./providers/openai-cache.ts";
import type { Position } from "./providers/prompt-positions.ts";
import { type Body, chatBody, messagesBody } from "./wire-bodies.ts";

const usualTrace = "../shared/data/traces/tau-bench_gpt-4o-airline.json.gz";
const agents = 8;
const seed = 11;

interface Case {
  readonly title: string;
  readonly protocol: Protocol;
  readonly bodyOf: (messages: readonly Message[], tools: readonly string[]) => Body;
  readonly provider: () => EmulatedProvider;
  readonly positionsOf: (body: Body) => readonly Position[];
  /** So many times as long between calls; default 1. */
  readonly slower?: number;
  /** `undefined` where nothing is written for money, or there is more than one lifetime to choose from. */
  readonly oracle: OraclePrices | undefined;
  /** What Reprise is to cost less than, and what else there is. */
  readonly automatic: readonly [name: string, marker: Marker];
  readonly others: readonly (readonly [name: string, marker: Marker])[];
}

const ephemeral = { type: "ephemeral" };
const fiveMinutes = { write: 1.25, read: 0.1, lifetimeMs: 5 * 60_000 };
const automaticCaching: Marker = { mark: (body) => ({ body: { ...body, cache_control: ephemeral } }) };
/** What documentation shows first: the system prompt and the latest message. */
const systemAndLatest: Marker = {
  mark: (body) => {
    const system = [{ type: "text", text: body["system"], cache_control: ephemeral }];
    return { body: { ...body, system, cache_control: ephemeral } };
  },
};
const withKey: Marker = { mark: (body) => ({ body: { ...body, prompt_cache_key: "agent" } }) };

function anthropicCase(model: string, leastTokens: number): Case {
  return {
    title: `Anthropic, ${model} (at least ${leastTokens} tokens)`,
    protocol: anthropicMessages,
    bodyOf: (messages, tools) => messagesBody(model, messages, tools),
    provider: () => new AnthropicCache(leastTokens),
    positionsOf: anthropicPositions,
    oracle: { ...fiveMinutes, leastTokens },
    automatic: ["automatic caching", automaticCaching],
    others: [
      ["no caching", unmarked],
      ["system prompt and latest message marked", systemAndLatest],
    ],
  };
}

/** People who take ten minutes in the median: what is kept for five is mostly forgotten by then. */
function slowCase(): Case {
  const hour = { type: "ephemeral", ttl: "1h" };
  return {
    ...anthropicCase("claude-sonnet-4-5", 1_024),
    title: "Anthropic, claude-sonnet-4-5, with people 24 times as slow",
    slower: 24,
    oracle: undefined,
    others: [
      ["no caching", unmarked],
      ["automatic caching for an hour", { mark: (body) => ({ body: { ...body, cache_control: hour } }) }],
    ],
  };
}

function paidWrites(findsEarlierTurns: boolean): Case {
  return {
    title: `OpenAI, gpt-5.6 (paid writes)${findsEarlierTurns ? ", did implicit mode find earlier turns" : ""}`,
    protocol: openAiChat,
    bodyOf: (messages, tools) => chatBody("gpt-5.6", messages, tools),
    provider: () => new OpenAiMarkedCache({ findsEarlierTurns }),
    positionsOf: openAiPositions,
    oracle: { write: 1.25, read: 0.1, lifetimeMs: 30 * 60_000, leastTokens: 1_024 },
    automatic: ["implicit mode", unmarked],
    others: [["implicit mode with one key", withKey]],
  };
}

const openAiCases: readonly Case[] = [
  paidWrites(false),
  paidWrites(true),
  {
    title: "OpenAI, gpt-4o (automatic, free writes)",
    protocol: openAiChat,
    bodyOf: (messages, tools) => chatBody("gpt-4o", messages, tools),
    provider: () => new OpenAiAutomaticCache(),
    positionsOf: openAiPositions,
    oracle: undefined,
    automatic: ["no key", unmarked],
    others: [["one key for all", withKey]],
  },
];

export const prefixPlanner: Benchmark = {
  name: "prefix-planner",
  describe: "what marked prompts cost at emulated providers, beside automatic caching and one who knows the future",
  run: async (options) => {
    const path = resolve(inProject("."), options.data ?? usualTrace);
    if (!existsSync(path))
      return { skipped: `there is no trace at ${options.data ?? usualTrace}; give one with --data` };
    return run(options, readTrace(path));
  },
};

function run({ quick, log }: BenchOptions, trace: AgentTrace): BenchResult {
  const shortened = quick ? { ...trace, trajectories: trace.trajectories.slice(0, 20) } : trace;
  const calls = timedCalls(shortened, agents, seed);
  const budget: BudgetRow[] = [];
  const tables: Table[] = [];
  const planMs: number[] = [];
  const cases = [
    anthropicCase("claude-sonnet-4-5", 1_024),
    anthropicCase("claude-opus-4-7", 2_048),
    anthropicCase("claude-haiku-4-5", 4_096),
    slowCase(),
    ...openAiCases,
  ];
  for (const one of cases) {
    log(one.title);
    const played = playAll(one, slowed(calls, one.slower ?? 1), trace.tools);
    budget.push(...budgetOf(one, played));
    tables.push(tableOf(one, played));
    planMs.push(...(played.runs.get("Reprise") as PlannerRun).planMs);
  }
  planMs.sort((a, b) => a - b);
  const at = (share: number): string => (planMs[Math.floor(share * planMs.length)] as number).toFixed(2);
  return {
    budget,
    figures: [],
    tables,
    notes: [
      "The providers are emulated by the rules that they document (bench/prefix/providers); none of them was asked. Billed: input alone, in tokens at the price of uncached input.",
      `The recorded calls of tau-bench, ${agents} agents at a time. The trace has no times: a person takes 25 s in the median and more than five minutes one time in a hundred.`,
      "Who knows the future writes each block exactly when it will be read in time, and is bound by neither the number of marks nor their look-back.",
      `Reading a request, planning and writing its body with marks took ${at(0.5)} ms in the median and ${at(0.99)} ms at the 99th percentile.`,
    ],
  };
}

/** The same calls, that take as long as before, further apart. */
function slowed(calls: readonly TimedCall[], times: number): readonly TimedCall[] {
  return calls.map((timed) => {
    const laterMs = timed.startMs * (times - 1);
    const { startMs, beginMs, endMs } = timed;
    return { ...timed, startMs: startMs + laterMs, beginMs: beginMs + laterMs, endMs: endMs + laterMs };
  });
}

interface Played {
  readonly runs: ReadonlyMap<string, PlannerRun>;
  readonly uncached: number;
  readonly least: number | undefined;
}

function playAll(one: Case, calls: readonly TimedCall[], tools: readonly string[]): Played {
  const bodies = calls.map((timed) => ({ ...timed, body: one.bodyOf(timed.call.messages, tools) }));
  const markers = [one.automatic, ...one.others, ["Reprise", new PlannedMarker(one.protocol)] as const];
  const runs = new Map(markers.map(([name, marker]) => [name, play(bodies, one.provider(), marker)]));
  const positions = bodies.map(({ body, startMs, beginMs }) => ({
    startMs,
    beginMs,
    positions: one.positionsOf(body),
  }));
  const uncached = positions.reduce((sum, call) => sum + (call.positions.at(-1)?.tokens ?? 0), 0);
  return { runs, uncached, least: one.oracle && leastBill(positions, one.oracle) };
}

function budgetOf({ title, automatic: [name] }: Case, { runs, least }: Played): readonly BudgetRow[] {
  const ours = (runs.get("Reprise") as PlannerRun).billed;
  const automatic = (runs.get(name) as PlannerRun).billed;
  const lower = { better: "lower", unit: "%" } as const;
  const rows = [budgetRow(`${title}: billed input`, name, [(100 * ours) / automatic], { must: 100, ...lower })];
  if (least === undefined) return rows;
  return [
    budgetRow(`${title}: billed input`, "one who knows the future", [(100 * ours) / least], { must: 105, ...lower }),
    ...rows,
  ];
}

function tableOf({ title }: Case, { runs, uncached, least }: Played): Table {
  const share = (billed: number): string => `${((100 * billed) / uncached).toFixed(1)} %`;
  const rows = [...runs].map(([name, { billed, refused }]) => [name, share(billed), String(refused)]);
  if (least !== undefined) rows.push(["one who knows the future", share(least), "0"]);
  return { title: `Breakpoints: ${title}`, head: ["", "billed, of uncached", "refused"], rows };
}
