import { existsSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import type { Embedder } from "../../src/core/embedder.ts";
import type { Benchmark, BenchOptions, BudgetRow, Figure, Measured } from "../benchmark.ts";
import { inProject } from "../product.ts";
import { pairName } from "./adjudicated.ts";
import { DataSets, type LabelledPair } from "./data-sets.ts";
import { type Judged, judge, type Stream } from "./judging.ts";
import { lookupTimes } from "./lookup-times.ts";
import { agentStream, dataStreams, ownStreams, pairStream, type StreamSizes } from "./streams.ts";
import { budgetOf, curvesOf, type Run, tablesOf } from "./summary.ts";
import { builtinEmbedder, cosineSystem, layerSystem, type System } from "./systems.ts";
import { vectorsFrom } from "./vectors.ts";

/** How often the semantic layer is right, and how often it serves, beside plain caches over the same vectors. */

const usualData = "../shared/data";
const trace = "traces/tau-bench_gpt-4o-airline.json.gz";
const full: StreamSizes = { questions: 2_000, pairs: 1_000 };
const small: StreamSizes = { questions: 600, pairs: 300 };
const smoke: StreamSizes = { questions: 90, pairs: 40 };

export const semanticQuality: Benchmark = {
  name: "semantic",
  describe: "answers to like questions: repeats that are served and traps that are, beside plain cosine",
  mostMs: 600_000,
  async run(options) {
    const data = dataOf(options);
    const { minilmTexts } = options.semantic;
    if (minilmTexts !== undefined) return writeTexts(minilmTexts, await streamsOf(options, data, small));
    const streams = await streamsOf(options, data, options.quick ? smoke : full);
    const runs = await runAll(builtinSystems(), streams, options);
    const { minilm } = options.semantic;
    if (minilm !== undefined) runs.push(...(await withMiniLm(minilm, options, data)));
    const [verified] = runs as [Run];
    if (options.semantic.errors !== undefined) writeErrors(options.semantic.errors, runs);
    const times = await timesOf(options, data);
    return {
      budget: [...budgetOf(verified), ...times.budget],
      figures: times.figures,
      tables: tablesOf(runs),
      details: curvesOf(runs),
      isPartial: options.semantic.pairs !== undefined,
      notes: notes(data !== undefined, minilm !== undefined),
    };
  },
};

function builtinSystems(): readonly System[] {
  const embedder = builtinEmbedder();
  return [
    layerSystem("verified", "built-in", embedder),
    layerSystem("threshold", "built-in", embedder),
    cosineSystem("built-in", embedder),
  ];
}

async function streamsOf(
  { semantic }: BenchOptions,
  data: string | undefined,
  sizes: StreamSizes,
): Promise<readonly Stream[]> {
  if (semantic.pairs !== undefined) return [pairStream("pairs", pairsIn(semantic.pairs))];
  if (data === undefined) return ownStreams();
  return [...ownStreams(), ...dataStreams(new DataSets(data), sizes), agentStream(join(data, trace))];
}

async function runAll(systems: readonly System[], streams: readonly Stream[], { log }: BenchOptions): Promise<Run[]> {
  const runs: Run[] = [];
  for (const system of systems) {
    const judged: Judged[] = [];
    const startedAt = performance.now();
    for (const stream of streams) judged.push(...(await judge(system, stream)));
    const seconds = ((performance.now() - startedAt) / 1_000).toFixed(0);
    log(`${system.name}, ${system.vectors}: ${judged.length} questions in ${seconds} s`);
    runs.push({ system, judged });
  }
  return runs;
}

/** On smaller samples, as its vectors were computed before; what is not in the file is left out. */
async function withMiniLm(file: string, options: BenchOptions, data: string | undefined): Promise<Run[]> {
  const vectorOf = vectorsFrom(file);
  const embedder: Embedder = {
    name: "MiniLM",
    embed: (texts) =>
      texts.map((text) => {
        const vector = vectorOf(text);
        if (vector === undefined) throw new Error(`no vector: ${text}`);
        return vector;
      }),
  };
  const streams = (await streamsOf(options, data, options.quick ? smoke : small)).map((stream) => {
    const missing = new Set(stream.steps.filter(({ text }) => vectorOf(text) === undefined).map(({ group }) => group));
    return { ...stream, steps: stream.steps.filter(({ group }) => !missing.has(group)) };
  });
  const systems = [layerSystem("verified", "MiniLM", embedder), cosineSystem("MiniLM", embedder)];
  return runAll(systems, streams, options);
}

function writeTexts(file: string, streams: readonly Stream[]) {
  const texts = new Set(streams.flatMap(({ steps }) => steps.map(({ text }) => text)));
  writeFileSync(file, [...texts].map((text) => `${JSON.stringify(text)}\n`).join(""));
  return { skipped: `${texts.size} texts written to ${file}` };
}

async function timesOf(options: BenchOptions, data: string | undefined) {
  const none: { budget: readonly BudgetRow[]; figures: readonly Figure[] } = { budget: [], figures: [] };
  return options.semantic.pairs === undefined ? lookupTimes(options, data) : none;
}

/** Lines `{"a": "...", "b": "...", "label": 0 or 1}`. */
function pairsIn(file: string): readonly LabelledPair[] {
  const lines = readFileSync(file, "utf8").split("\n");
  return lines
    .filter((line) => line.trim() !== "")
    .map((line) => {
      const { a, b, label, source = "pairs" } = JSON.parse(line) as Record<string, unknown>;
      return { a: String(a), b: String(b), same: Number(label) === 1, source: String(source) };
    });
}

/** What was served wrongly, and what was not served though it could be. */
function writeErrors(file: string, runs: readonly Run[]): void {
  const lines = runs
    .filter(({ system }) => system.thresholds.length === 0)
    .flatMap(({ system, judged }) =>
      judged
        .filter(({ serves, judgement, isServable }) => (serves === true ? judgement !== "right" : isServable))
        .map(({ counted, judgement, serves, score, why, asked, found }) =>
          JSON.stringify({
            system: `${system.name}, ${system.vectors}`,
            counted,
            judgement,
            serves,
            score,
            why,
            asked,
            found,
            pair: found === undefined ? undefined : pairName(asked, found),
          }),
        ),
    );
  writeFileSync(file, `${lines.join("\n")}\n`);
}

/** The folder that is named; the usual one where what is named is a file, which is for another benchmark. */
function dataOf({ data = usualData }: BenchOptions): string | undefined {
  const named = resolve(inProject("."), data);
  const isFile = existsSync(named) && statSync(named).isFile();
  const folder = isFile ? resolve(inProject("."), usualData) : named;
  return new DataSets(folder).isThere ? folder : undefined;
}

function notes(hasData: boolean, hasMiniLm: boolean): Measured["notes"] {
  return [
    "Shares stand with their bounds of 95 % confidence (Wilson).",
    "Every decision of Reprise is that of the semantic layer as the product assembles it, over a store and vectors in memory; nothing is learnt during the run.",
    "Own pairs were written for this project; the hash of a pair puts it into one of two halves, and nothing was improved with the half that is held out.",
    "Every question is recorded, hit or not, so that all systems look among the same stored questions. Of near-repeats and typos every second original is stored, and all repeats are asked: a hit on another question, or where nothing is stored, is wrong.",
    "Repeats of questions whose answers are of the moment (the weather, the price of today) are counted apart: Reprise keeps no such answer, by design.",
    "Plain cosine serves the nearest from the threshold on, and sees the last words of a conversation only.",
    "Hits on pairs that nobody labelled (qqp, intents, agent's turns) are left out of the shares, and so are pairs of the other sets that were read and found to ask the same; only hits of Reprise were read.",
    ...(hasMiniLm
      ? ["MiniLM (all-MiniLM-L6-v2) is measured on smaller samples, with vectors that were computed before."]
      : []),
    ...(hasData ? [] : ["The data sets were not at hand: only the own pairs were asked."]),
  ];
}
