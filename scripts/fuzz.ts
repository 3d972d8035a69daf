import { parseArgs } from "node:util";
import { seededRandom } from "../src/cli/simulate/seeded-random.ts";
import { durationMs } from "../src/core/duration.ts";
import { fuzzTargets } from "../test/fuzz/all-targets.ts";
import { corpusOf, keep, writeCrash } from "../test/fuzz/corpus.ts";
import type { FuzzTarget } from "../test/fuzz/fuzz-target.ts";
import { fuzz } from "../test/fuzz/fuzzing.ts";
import { ReachedSource } from "../test/fuzz/reached-source.ts";

/**
 * `npm run fuzz -- [--target NAME] [--time 10m] [--seed N] [--keep]`: fuzzes one target, or all in turn, for a time each.
 * An input that breaks a promise is made small and written to `test/fuzz/crashes/`, where the tests replay it; `--keep`
 * adds what reached new source to `test/fuzz/corpus/`. The exit status is 1 when something broke, 2 for misuse.
 */

/** What takes so long for so little is a way to stop the gateway. */
const mostMs = 2_000;

const usage = `Usage: npm run fuzz -- [options]

  --target NAME  one of ${fuzzTargets.map(({ name }) => name).join(", ")}; may be repeated (default all)
  --time T       for each, such as 30s, 10m or 2h (default 10m)
  --seed N       another seed tries other inputs (default: another one each time)
  --keep         add what reached new source to test/fuzz/corpus/
  --help         this text`;

const values = options();
if (values.help) {
  console.log(usage);
  process.exit(0);
}
const timeMs = durationMs(values.time) ?? misuse(`--time ${values.time} is no duration such as 30s, 10m or 2h`);
const chosen = (values.target ?? fuzzTargets.map(({ name }) => name)).map(
  (name) =>
    fuzzTargets.find((target) => target.name === name) ??
    misuse(`there is no target ${name}; there are ${fuzzTargets.map((target) => target.name).join(", ")}`),
);

let broken = 0;
for (const target of chosen) if (!(await hold(target))) broken++;
process.exitCode = broken === 0 ? 0 : 1;

function options() {
  try {
    return parseArgs({
      options: {
        target: { type: "string", multiple: true },
        time: { type: "string", default: "10m" },
        seed: { type: "string", default: String(process.pid) },
        keep: { type: "boolean", default: false },
        help: { type: "boolean", short: "h", default: false },
      },
    }).values;
  } catch (error) {
    return misuse(`${error instanceof Error ? error.message : error}\n\n${usage}`);
  }
}

/** Whether every promise held. */
async function hold(target: FuzzTarget): Promise<boolean> {
  const startedAt = performance.now();
  let saidAt = startedAt;
  const known = corpusOf(target);
  const source = new ReachedSource();
  const { runs, kept, crash } = await fuzz(inTime(target), known, {
    random: seededRandom(Number(values.seed)),
    source,
    isOver: (progress) => {
      const now = performance.now();
      if (now - saidAt > 5_000) {
        saidAt = now;
        say(target, progress.runs, progress.kept.length, now - startedAt);
      }
      return now - startedAt > timeMs;
    },
  });
  say(target, runs, kept.length, performance.now() - startedAt);
  if (values.keep)
    keep(
      target,
      kept.filter((input) => !known.includes(input)),
    );
  if (crash === undefined) return true;
  const file = writeCrash(crash);
  console.error(`${target.name}: ${crash.error.stack ?? crash.error.message}\n  written to ${file.pathname}`);
  return false;
}

function inTime(target: FuzzTarget): FuzzTarget {
  return {
    ...target,
    run: async (input) => {
      // Of the processor, so that a busy machine is no fault.
      const before = process.cpuUsage();
      await target.run(input);
      const { user, system } = process.cpuUsage(before);
      if ((user + system) / 1_000 > mostMs) throw new Error(`a run took more than ${mostMs / 1_000} s`);
    },
  };
}

function say({ name }: FuzzTarget, runs: number, inputs: number, elapsedMs: number): void {
  const seconds = elapsedMs / 1_000;
  const rate = Math.round(runs / Math.max(seconds, 0.001));
  console.log(
    `${name}: ${runs} runs in ${seconds.toFixed(0)} s (${rate} a second), ${inputs} inputs reach all that was reached`,
  );
}

function misuse(message: string): never {
  console.error(`fuzz: ${message}`);
  process.exit(2);
}
