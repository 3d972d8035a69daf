import { readFileSync } from "node:fs";
import { cpuUsage } from "node:process";
import { detect } from "../../src/policy/personal-data/detection.ts";
import type { Benchmark, BenchResult, Table } from "../benchmark.ts";
import { budgetRow, figure } from "../budget.ts";
import { inProject } from "../product.ts";
import { corpus, type LabelledSentence } from "./corpus.ts";
import { precision, recall, type Score, score } from "./scoring.ts";

const seeds = [1, 2, 3, 4, 5];

export const personalData: Benchmark = {
  name: "personal-data",
  describe: "detection of personal data: precision and recall by kind, and what it costs",
  run: async ({ quick }) => run(quick ? seeds.slice(0, 1) : seeds),
};

function run(drawn: readonly number[]): BenchResult {
  const corpora = drawn.map(corpus);
  const scores = corpora.map(score);
  const kinds = (scores[0] as readonly Score[]).map(({ kind }) => kind);
  const of = (measure: (one: Score) => number, kind: string): readonly number[] =>
    scores.flatMap((run) => run.filter((one) => one.kind === kind).map((one) => 100 * measure(one)));
  const worst = (measure: (one: Score) => number) =>
    scores.map((run) => Math.min(...run.map((one) => 100 * measure(one))));
  return {
    budget: [
      budgetRow("personal data found: the kind that is found least", "all of that kind", worst(recall), {
        ...{ must: 90, better: "higher", unit: "%" },
      }),
      budgetRow("what is found is personal data: the kind of which least is", "all that is found", worst(precision), {
        ...{ must: 95, better: "higher", unit: "%" },
      }),
    ],
    figures: costs().map(({ name, microseconds }) => figure(`time for 1 KB of ${name}`, "us", microseconds)),
    tables: [
      {
        title: "By kind",
        head: ["kind", "values", "precision", "recall"],
        rows: kinds.map((kind) => [
          kind,
          String(
            (corpora[0] as readonly LabelledSentence[])
              .flatMap(({ expected }) => expected)
              .filter((one) => one.kind === kind).length,
          ),
          percent(of(precision, kind)),
          percent(of(recall, kind)),
        ]),
      },
      byLanguage(corpora[0] as readonly LabelledSentence[]),
    ],
    notes: [
      `${corpora[0]?.length} sentences of our own, in ${new Set(corpora[0]?.map(({ language }) => language)).size} groups of languages; values are made up anew in each of ${drawn.length} runs.`,
      "The rules were made with most of these sentences in view. The last groups came later: languages whose words the detectors do not know, hidden ways of writing, plain numbers without a word, and what looks like personal data even to people.",
      "Times are those of the processor, of one text of 64 KB that is read again and again.",
    ],
  };
}

function byLanguage(sentences: readonly LabelledSentence[]): Table {
  const languages = [...new Set(sentences.map(({ language }) => language))];
  return {
    title: "By language",
    head: ["language", "sentences", "values", "missed", "wrong"],
    rows: languages.map((language) => {
      const own = sentences.filter((one) => one.language === language);
      const scores = score(own);
      const count = (list: "missed" | "wrong") => scores.reduce((sum, one) => sum + one[list].length, 0);
      const values = own.reduce((sum, { expected }) => sum + expected.length, 0);
      return [language, own.length, values, count("missed"), count("wrong")].map(String);
    }),
  };
}

function percent(shares: readonly number[]): string {
  return `${Math.min(...shares).toFixed(1)} to ${Math.max(...shares).toFixed(1)} %`;
}

const textBytes = 64 * 1024;
const rounds = 5;

function costs(): readonly { readonly name: string; readonly microseconds: readonly number[] }[] {
  const texts = [
    ["prose without numbers", "It was the sea that he had come to see, and the sea was not there. "],
    ["documentation", readFileSync(inProject("docs/keys-and-tenancy.md"), "utf8")],
    ["source code", readFileSync(inProject("src/pipeline.ts"), "utf8")],
    ["a table of numbers", "2026-05-01,48213,17.25,9981,-3\n"],
    ["nothing but groups of four digits", "4111 1111 1111 1112 "],
  ] as const;
  return texts.map(([name, piece]) => {
    const text = piece.repeat(Math.ceil(textBytes / piece.length)).slice(0, textBytes);
    for (let warm = 0; warm < 3; warm++) detect(text);
    const microseconds = Array.from({ length: rounds }, () => {
      const before = cpuUsage();
      for (let time = 0; time < 10; time++) detect(text);
      return cpuUsage(before).user / 10 / (textBytes / 1024);
    });
    return { name, microseconds };
  });
}
