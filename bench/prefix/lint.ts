import { existsSync } from "node:fs";
import { resolve } from "node:path";
import type { LintResult, PrefixBreak } from "../../src/layers/prefix/lint/lint-result.ts";
import { type LintedPrompt, PrefixLint } from "../../src/layers/prefix/lint/prefix-lint.ts";
import type { Benchmark, BenchResult, Table } from "../benchmark.ts";
import { budgetRow, figure } from "../budget.ts";
import { inProject } from "../product.ts";
import {
  type Message,
  promptsOf,
  readConversations,
  type SentPrompt,
  sectionsOf,
  tools,
} from "./lint-conversations.ts";
import type { Fault } from "./lint-fault.ts";
import { faults } from "./lint-faults.ts";
import { chanceOf } from "./routing-trace.ts";

const usualTrace = "../shared/data/traces/tau-bench_gpt-4o-airline.json.gz";
/** Conversations that each fault is put into. */
const conversationsOfFault = 8;
const seed = 11;
/** Between calls, so that every part of a date changes now and then. */
const betweenMs = 1_011_101;
const beganAt = Date.UTC(2026, 2, 9, 8);

export const prefixLint: Benchmark = {
  name: "prefix-lint",
  describe: "what breaks shared prefixes: seeded faults that are found and named, and false alarms without any",
  run: async (options) => {
    const path = resolve(inProject("."), options.data ?? usualTrace);
    if (!existsSync(path))
      return { skipped: `there is no trace at ${options.data ?? usualTrace}; give one with --data` };
    return run(readConversations(path), options.quick);
  },
};

type Conversations = readonly (readonly Message[])[];

function run(conversations: Conversations, quick: boolean): BenchResult {
  const outcomes = faults
    .filter((_, index) => !quick || index % 10 === 0)
    .map((fault, index) => ({ fault, ...seeded(fault, index, conversations) }));
  const clean = cleanLogs(quick ? conversations.slice(0, 20) : conversations).map(([name, prompts]) => {
    const startedAt = performance.now();
    const result = linted(prompts);
    return { name, result, calls: prompts.length, ms: performance.now() - startedAt };
  });
  const share = (fits: (outcome: Outcome) => boolean): number => (100 * outcomes.filter(fits).length) / outcomes.length;
  const alarms = clean.map(({ result }) => sum(result.breaks.map(({ calls }) => calls)));
  const calls = sum(clean.map((one) => one.calls));
  const others = sum(outcomes.map((one) => one.others));
  return {
    budget: [
      budgetRow("faults found: section, first byte and cause", "all that were put in", [share(({ named }) => named)], {
        ...{ must: 95, better: "higher", unit: "%" },
      }),
      budgetRow("calls found broken where nothing was", "all calls", [(100 * sum(alarms)) / calls], {
        ...{ must: 1, better: "lower", unit: "%" },
      }),
    ],
    figures: [
      figure("faults whose section and first byte were found, whatever the cause", "%", [
        share(({ placed }) => placed),
      ]),
      figure("calls found broken by what was not put in, beside a fault", "%", [
        (100 * others) / sum(outcomes.map((one) => one.calls)),
      ]),
      figure(
        "time to look at a call of 12,000 characters, clean",
        "ms",
        clean.map((one) => one.ms / one.calls),
      ),
    ],
    tables: [byCause(outcomes), ofClean(clean, alarms), ofMissed(outcomes)].filter(({ rows }) => rows.length > 0),
    notes: [
      `${outcomes.length} faults, each put into ${conversationsOfFault} conversations of agents with tools (tau-bench, airline; the tools are ours).`,
      "A fault counts as found when one finding has its section, a first byte inside what was put in, and its cause.",
      "Clean: the conversations one after another, in turns, with gaps (each call is in the log with a chance of 30 %), and their first calls alone.",
    ],
  };
}

interface Outcome {
  readonly fault: Fault;
  /** Section and byte were right, and the cause as well. */
  readonly placed: boolean;
  readonly named: boolean;
  /** Calls with findings that are none of the fault. */
  readonly others: number;
  readonly calls: number;
  readonly found: readonly PrefixBreak[];
}

function seeded(fault: Fault, index: number, conversations: Conversations): Omit<Outcome, "fault"> {
  const chance = chanceOf(seed + index);
  const first = (index * 7) % Math.max(1, conversations.length - conversationsOfFault);
  const sent = conversations
    .slice(first, first + conversationsOfFault)
    .flatMap((messages, conversation) => promptsOf(messages, tools).map((prompt) => ({ prompt, conversation })));
  let put: Range = { start: Number.POSITIVE_INFINITY, end: 0 };
  const prompts = sent.map(({ prompt, conversation }, call) => {
    const at = new Date(beganAt + call * betweenMs);
    const faulty = fault.apply(prompt, { call, conversation, share: call / sent.length, chance, at });
    put = joined(put, changeIn(fault, prompt, faulty));
    return faulty;
  });
  const { breaks } = linted(prompts);
  const placed = breaks.filter(
    ({ place, byte }) => place.startsWith(fault.place) && byte >= put.start && byte <= put.end,
  );
  const named = placed.filter(({ cause }) => cause === fault.cause);
  const others = breaks.filter((one) => !placed.includes(one));
  return {
    ...{ placed: placed.length > 0, named: named.length > 0, others: sum(others.map(({ calls }) => calls)) },
    ...{ calls: prompts.length, found: breaks },
  };
}

interface Range {
  readonly start: number;
  readonly end: number;
}

/** Bytes of the section that the fault may change. */
function changeIn({ place, cause }: Fault, clean: SentPrompt, faulty: SentPrompt): Range {
  const whole = { start: 0, end: Number.POSITIVE_INFINITY };
  if (place === "tools" || place === "messages" || cause === "history") return whole;
  const textOf = (prompt: SentPrompt) => sectionsOf(prompt).find((section) => section.place === place)?.text ?? "";
  const [before, after] = [Buffer.from(textOf(clean)), Buffer.from(textOf(faulty))];
  if (before.equals(after)) return { start: Number.POSITIVE_INFINITY, end: 0 };
  const start = before.findIndex((byte, index) => byte !== after[index]);
  return { start: start < 0 ? before.length : start, end: start + after.length - before.length };
}

function joined(one: Range, other: Range): Range {
  return { start: Math.min(one.start, other.start), end: Math.max(one.end, other.end) };
}

function linted(prompts: readonly SentPrompt[]): LintResult {
  const lint = new PrefixLint();
  for (const [index, prompt] of prompts.entries()) lint.hear(callOf(prompt, index));
  return lint.result();
}

function callOf(prompt: SentPrompt, index: number): LintedPrompt {
  return {
    ...{ id: String(index + 1), sections: sectionsOf(prompt), isRedacted: false },
    ...{ protocol: "openai-chat", originId: "https://api.openai.com/v1", model: "gpt-4o", tenant: undefined },
    ...{ at: undefined, durationMs: undefined, usage: undefined },
  };
}

/** The same calls as logs may have them. */
function cleanLogs(conversations: Conversations): readonly (readonly [string, readonly SentPrompt[]])[] {
  const each = conversations.map((messages) => promptsOf(messages, tools));
  const chance = chanceOf(seed);
  const turns = Math.max(...each.map(({ length }) => length));
  return [
    ["one after another", each.flat()],
    ["without tools", conversations.flatMap((messages) => promptsOf(messages, []))],
    ["in turns", Array.from({ length: turns }, (_, turn) => each.flatMap((prompts) => prompts[turn] ?? [])).flat()],
    ["with gaps", each.flat().filter(() => chance() < 0.3)],
    ["first calls alone", each.flatMap((prompts) => prompts.slice(0, 1))],
  ];
}

function byCause(outcomes: readonly Outcome[]): Table {
  const causes = [...new Set(outcomes.map(({ fault }) => fault.cause))];
  return {
    title: "Seeded faults by cause",
    head: ["", "put in", "section and byte found", "cause named"],
    rows: causes.map((cause) => {
      const all = outcomes.filter(({ fault }) => fault.cause === cause);
      const counts = [all, all.filter(({ placed }) => placed), all.filter(({ named }) => named)];
      return [cause, ...counts.map(({ length }) => String(length))];
    }),
  };
}

function ofClean(
  clean: readonly { readonly name: string; readonly calls: number }[],
  alarms: readonly number[],
): Table {
  return {
    title: "Logs without a fault",
    head: ["", "calls", "found broken"],
    rows: clean.map(({ name, calls }, index) => [name, String(calls), String(alarms[index])]),
  };
}

function ofMissed(outcomes: readonly Outcome[]): Table {
  return {
    title: "Not found, or called something else",
    head: ["fault", "cause", "found in its place"],
    rows: outcomes
      .filter(({ named }) => !named)
      .map(({ fault, found }) => [
        fault.name,
        fault.cause,
        found.map(({ cause, place, byte }) => `${cause} at ${place}:${byte}`).join(", ") || "nothing",
      ]),
  };
}

function sum(values: readonly number[]): number {
  return values.reduce((all, value) => all + value, 0);
}
