import { AffinityPolicy } from "../../src/layers/prefix/routing/affinity-policy.ts";
import { blocksOf } from "../../src/layers/prefix/routing/prompt-blocks.ts";
import type { RoutingPolicy } from "../../src/layers/prefix/routing/routing-policy.ts";
import { RoundRobin } from "../../src/layers/prefix/routing/simple-policies.ts";
import { SlotPolicy } from "../../src/layers/prefix/routing/slot-policy.ts";
import { type Engine, startEngine } from "../../test/engine/engine-process.ts";
import { llamaPackage } from "../../test/engine/llama-package.ts";
import type { Benchmark, BenchOptions, BenchResult, Table } from "../benchmark.ts";
import { budgetRow, quotients } from "../budget.ts";
import { callsOf, type Message, type Opening, questionOf, sessions, systemPromptOf } from "./engine-sessions.ts";
import { LongestPrefix } from "./longest-prefix.ts";

const replicas = 3;
const slots = 4;
const answerTokens = 24;

interface Run {
  /** Tokens of prompts that the engines computed. */
  readonly evaluated: number;
  readonly prompts: number;
  /** Milliseconds of each call, in ascending order. */
  readonly firstTokens: readonly number[];
}

type Runs = ReadonlyMap<string, readonly Run[]>;

interface Side {
  readonly make: () => RoutingPolicy;
  /** Whether engines may use what they have. */
  readonly cachesPrompt?: boolean;
}

const roundRobin = "round robin";
const bySlots = "Reprise, slots";
const sides: Readonly<Record<string, Side>> = {
  "nothing reused": { make: () => new RoundRobin(replicas), cachesPrompt: false },
  [roundRobin]: { make: () => new RoundRobin(replicas) },
  "longest prefix of any slot": { make: () => new LongestPrefix(replicas, slots) },
  "Reprise, affinity": { make: () => new AffinityPolicy({ replicas, capacity: 8_192 }) },
  [bySlots]: { make: () => new SlotPolicy({ replicas, slots }) },
};

export const prefixEngine: Benchmark = {
  name: "prefix-engine",
  describe: "what real engines (llama.cpp) compute of conversations, by which replica and slot they go to",
  // Half a minute where nothing else runs.
  mostMs: 600_000,
  run: async (options) => {
    const found = await llamaPackage();
    if (!found.available) return { skipped: found.reason };
    const engines = await Promise.all(Array.from({ length: replicas }, () => startEngine({ slots })));
    try {
      return await run(options, engines);
    } finally {
      await Promise.all(engines.map((engine) => engine.remove()));
    }
  },
};

async function run({ quick, log }: BenchOptions, engines: readonly Engine[]): Promise<BenchResult> {
  const playAll = async (opening: Opening, seeds: readonly number[]): Promise<Runs> => {
    const runs = new Map(Object.keys(sides).map((name) => [name, [] as Run[]]));
    for (const seed of seeds) {
      for (const [name, side] of Object.entries(sides)) {
        // Of what is not reused the order changes nothing.
        if (side.cachesPrompt === false && seed > 1) continue;
        log(`conversations that begin with a ${opening}, order ${seed}: ${name}`);
        for (const engine of engines) await engine.erase();
        runs.get(name)?.push(await play(engines, side, opening, seed));
      }
    }
    return runs;
  };
  const cases = await playAll("case", quick ? [1] : [1, 2, 3]);
  const tables = [tableOf("a case of their own", cases)];
  if (!quick) tables.push(tableOf("a question", await playAll("question", [1])));
  const evaluatedOf = (name: string): readonly number[] => (cases.get(name) ?? []).map(({ evaluated }) => evaluated);
  const shares = quotients(evaluatedOf(bySlots), evaluatedOf(roundRobin)).map((share) => 100 * share);
  const bound = { must: 70, better: "lower", unit: "%" } as const;
  return {
    budget: [budgetRow("computed tokens of prompts, conversations in slots", roundRobin, shares, bound)],
    figures: [],
    tables,
    notes: [
      `${replicas} engines with ${slots} slots each and one thread: llama.cpp with a model of random weights, whose tokens are bytes. ${sessions} conversations with 6 system prompts, 3 turns each, one call after the other, each turn in another order.`,
      "Where no slot is chosen the engine takes the idle one that has the most of the prompt, if that is a tenth or more, as llama.cpp's server does. Computed tokens are the engines' own count.",
      "The time to the first token is that of the client; the machine was not idle.",
    ],
  };
}

async function play(
  engines: readonly Engine[],
  { make, cachesPrompt = true }: Side,
  opening: Opening,
  seed: number,
): Promise<Run> {
  const policy = make();
  const all = engines.map((_, index) => index);
  const talks = new Map<number, Message[]>();
  const before = await evaluatedBy(engines);
  const firstTokens: number[] = [];
  let prompts = 0;
  for (const { session, turn } of callsOf(seed)) {
    const talk = talks.get(session) ?? [{ role: "system", content: systemPromptOf(session) }];
    talk.push({ role: "user", content: questionOf(session, turn, opening) });
    talks.set(session, talk);
    const prompt = blocksOf(talk.map((message) => JSON.stringify(message)).join("\n"));
    const startedAt = performance.now();
    const choice = policy.choose(prompt, all, startedAt);
    const call = policy.dispatch(prompt, choice, startedAt);
    const answer = await ask((engines[choice.replica] as Engine).url, talk, choice.slot, cachesPrompt);
    call.begun(answer.firstAt);
    call.ended(performance.now());
    call.told((answer.cachedTokens / answer.promptTokens) * prompt.length);
    firstTokens.push(answer.firstAt - startedAt);
    prompts += answer.promptTokens;
    talk.push({ role: "assistant", content: answer.content });
  }
  const evaluated = (await evaluatedBy(engines)) - before;
  return { evaluated, prompts, firstTokens: firstTokens.sort((a, b) => a - b) };
}

async function evaluatedBy(engines: readonly Engine[]): Promise<number> {
  const counts = await Promise.all(engines.map((engine) => engine.evaluated()));
  return counts.reduce((sum, count) => sum + count, 0);
}

async function ask(url: string, messages: readonly Message[], slot: number | undefined, cachesPrompt: boolean) {
  const response = await fetch(`${url}/chat/completions`, {
    method: "POST",
    body: JSON.stringify({
      model: "random",
      messages,
      max_tokens: answerTokens,
      stream: true,
      stream_options: { include_usage: true },
      cache_prompt: cachesPrompt,
      ...(slot !== undefined && { id_slot: slot }),
    }),
  });
  let [text, firstAt] = ["", 0];
  for await (const chunk of (response.body as ReadableStream<Uint8Array>).pipeThrough(new TextDecoderStream())) {
    if (firstAt === 0) firstAt = performance.now();
    text += chunk;
  }
  const events = [...text.matchAll(/^data: (\{.*)$/gm)].map(([, json = ""]) => JSON.parse(json));
  const usage = events.at(-1)?.usage;
  if (usage === undefined) throw new Error(`the engine answered ${response.status}: ${text.slice(0, 200)}`);
  return {
    content: events.map(({ choices }) => choices[0]?.delta.content ?? "").join(""),
    firstAt,
    promptTokens: usage.prompt_tokens as number,
    cachedTokens: usage.prompt_tokens_details.cached_tokens as number,
  };
}

function tableOf(opening: string, runs: Runs): Table {
  return {
    title: `A real engine, ${replicas} replicas of ${slots} slots: conversations that begin with ${opening}`,
    head: ["", "prompt tokens", "computed", "first token, mean", "p50"],
    rows: [...runs].map(([name, played]) => {
      const times = played.flatMap(({ firstTokens }) => firstTokens).sort((a, b) => a - b);
      const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
      return [
        name,
        Math.round(mean(played.map(({ prompts }) => prompts))).toLocaleString("en"),
        Math.round(mean(played.map(({ evaluated }) => evaluated))).toLocaleString("en"),
        `${mean(times).toFixed(0)} ms`,
        `${(times[Math.floor(times.length / 2)] as number).toFixed(0)} ms`,
      ];
    }),
  };
}
