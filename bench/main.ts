/**
 * The benchmarks: `npm run bench` runs all, `npm run bench -- NAME ...` some (`prefix` is four of them), `--list` names them, `--quick` only shows
 * that they work, `--out DIR` writes the results elsewhere, `--report` turns them into docs/benchmarks.md.
 */
import process from "node:process";
import { parseArgs } from "node:util";
import type { Benchmark, BenchOptions, BenchResult } from "./benchmark.ts";
import { killChildren, pinRunner } from "./child-process.ts";
import { describeMachine } from "./machine.ts";
import { groups, programs } from "./programs.ts";
import { writeReport } from "./report.ts";
import { resultsFolder, writeResult } from "./results.ts";
import { printResult } from "./table.ts";
import { removeFolders } from "./temporary.ts";

const usage = `Usage: npm run bench -- [NAME ...] [options]

  --list       the programs
  --quick      a smoke run: short, and no result is written
  --data PATH  the trace that tau-bench replays, or the folder of data sets that semantic reads
  --out DIR    where results go and are read (default bench/results)
  --report     measure nothing; write docs/benchmarks.md from the results

Of semantic alone:
  --pairs FILE         measure these pairs in its place: lines {"a": "...", "b": "...", "label": 0 or 1}
  --minilm FILE        measure with these vectors too: lines {"text": "...", "vector": "..."}
  --minilm-texts FILE  measure nothing; write the texts whose vectors --minilm needs
  --errors FILE        write what was answered wrongly, or not at all, to this file`;

/** Hardly a program takes nearly as long; one that does hangs. */
const usualMostMs = 180_000;

process.on("exit", () => {
  killChildren();
  removeFolders();
});
for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => process.exit(130));
process.exitCode = await main();

async function main(): Promise<number> {
  const read = readArguments();
  if (read === undefined) return 2;
  const { values, positionals } = read;
  if (values.help || values.list) {
    console.log(values.help ? usage : listed());
    return 0;
  }
  if (values.report) {
    console.log(
      writeReport(
        programs.map(({ name }) => name),
        values.out,
      ),
    );
    return 0;
  }
  const unknown = positionals.filter((name) => programsOf(name).length === 0);
  if (unknown.length > 0) {
    console.error(`There is no benchmark named ${unknown.join(", ")}; --list shows all.`);
    return 2;
  }
  pinRunner();
  const chosen =
    positionals.length === 0
      ? programs.filter(({ onDemand }) => onDemand !== true)
      : new Set(positionals.flatMap(programsOf));
  const { pairs, minilm, errors, "minilm-texts": minilmTexts } = values;
  const options: BenchOptions = {
    quick: values.quick,
    data: values.data,
    semantic: { pairs, minilm, minilmTexts, errors },
    log: (line) => console.log(`  ${line}`),
  };
  let failures = 0;
  for (const program of chosen) if (!(await runOne(program, options, values.out))) failures++;
  if (values.quick) console.log("\nA smoke run: these figures mean nothing, and no result was written.");
  return failures === 0 ? 0 : 1;
}

function programsOf(name: string): readonly Benchmark[] {
  return groups[name] ?? programs.filter((program) => program.name === name);
}

function listed(): string {
  const members = Object.entries(groups).map(([name, all]) => [name, all.map((one) => one.name).join(", ")] as const);
  const lines = [...programs.map(({ name, describe }) => [name, describe] as const), ...members];
  return lines.map(([name, what]) => `${name.padEnd(20)} ${what}`).join("\n");
}

async function runOne(program: Benchmark, options: BenchOptions, folder: string): Promise<boolean> {
  console.log(`\n${program.name}: ${program.describe}`);
  const machine = describeMachine();
  const startedAt = performance.now();
  try {
    const result = await inTime(program.run(options), program.mostMs ?? usualMostMs);
    if ("skipped" in result) {
      console.log(`  skipped: ${result.skipped}`);
      return true;
    }
    printResult(result, (line) => console.log(line));
    const seconds = (performance.now() - startedAt) / 1000;
    console.log(`  ${seconds.toFixed(0)} s`);
    if (!options.quick && result.isPartial !== true)
      writeResult(folder, program, { ...result, machine, seconds: Math.round(seconds) });
    return true;
  } catch (error) {
    console.error(`  failed: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
    return false;
  } finally {
    killChildren();
  }
}

async function inTime(running: Promise<BenchResult>, mostMs: number): Promise<BenchResult> {
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(() => late.reject(new Error(`not done after ${mostMs / 1000} s`)), mostMs);
  try {
    return await Promise.race([running, late.promise]);
  } finally {
    clearTimeout(timer);
  }
}

function readArguments() {
  try {
    return parseArgs({
      allowPositionals: true,
      options: {
        list: { type: "boolean", default: false },
        quick: { type: "boolean", default: false },
        report: { type: "boolean", default: false },
        help: { type: "boolean", default: false },
        data: { type: "string" },
        pairs: { type: "string" },
        minilm: { type: "string" },
        "minilm-texts": { type: "string" },
        errors: { type: "string" },
        out: { type: "string", default: resultsFolder },
      },
    });
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : error}\n\n${usage}`);
    return undefined;
  }
}
