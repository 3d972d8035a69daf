import { once } from "node:events";
import { createReadStream, createWriteStream } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { finished } from "node:stream/promises";
import { chosenSettings } from "../../src/cli/simulate/chosen-settings.ts";
import { sourceOf } from "../../src/cli/simulate/log-records.ts";
import type { Setting } from "../../src/cli/simulate/replay.ts";
import { simulate } from "../../src/cli/simulate/simulation.ts";
import type { Benchmark } from "../benchmark.ts";
import { budgetRow, figure } from "../budget.ts";
import { answerBody, numbered, requestBody } from "../load/chat-payload.ts";
import { withFolder } from "../temporary.ts";

/** A log of calls of the usual size, of which four in five repeat one of the last thousand others, played by `reprise simulate`. */

const callsASecond = 20;
const distinctOf = 5;
const lately = 1_000;
const mostCompared = 2_000;

async function writeLog(path: string, calls: number): Promise<void> {
  const file = createWriteStream(path);
  let distinct = 0;
  // A fixed walk through the last ones: any that repeats is the same in every run.
  for (let index = 0; index < calls; index++) {
    const isNew = index % distinctOf === 0;
    const asked = isNew ? distinct++ : Math.max(0, distinct - 1 - ((index * 7_919) % lately));
    const line = {
      request: JSON.parse(requestBody(asked)),
      response: JSON.parse(answerBody(numbered(asked))),
      ...{ time: 1_767_225_600 + index / callsASecond, duration_ms: 800 },
    };
    if (!file.write(`${JSON.stringify(line)}\n`)) await once(file, "drain");
  }
  file.end();
  await finished(file);
}

/** Of this process, on all its threads. */
async function cpuSeconds(path: string, settings: readonly Setting[]): Promise<number> {
  const before = process.cpuUsage();
  const source = sourceOf(path, undefined, () => createReadStream(path, { highWaterMark: 256 * 1024 }));
  await simulate(source, { format: undefined, model: undefined }, settings);
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1_000_000;
}

export const simulateLog: Benchmark = {
  name: "simulate",
  describe: "how many calls of a log reprise simulate plays in a second of processor time",
  run: ({ quick, log }) =>
    withFolder(async (folder) => {
      const calls = quick ? 2_000 : 60_000;
      const [path, part] = [join(folder, "calls.jsonl"), join(folder, "part.jsonl")];
      await writeLog(path, calls);
      // Like questions are weighed against the nearest of all that came before.
      const fewer = Math.min(calls, mostCompared);
      await writeLog(part, fewer);
      const settingsOf = (semantic: string) => chosenSettings({ semantic, configs: [], sets: [] });
      const rates = { exact: [] as number[], three: [] as number[] };
      for (let round = 0; round < (quick ? 1 : 5); round++) {
        rates.exact.push(calls / (await cpuSeconds(path, settingsOf("off"))));
        rates.three.push(fewer / (await cpuSeconds(part, settingsOf("off,observe,serve"))));
        log(`round ${round + 1}: ${Math.round(rates.exact.at(-1) ?? 0)} calls a second`);
      }
      const bound = { must: 20_000, better: "higher", unit: "calls/s" } as const;
      return {
        budget: [budgetRow("simulate, exact layer alone", "none", rates.exact, bound, { interleaved: false })],
        figures: [figure("simulate, three settings at once", "calls/s", rates.three)],
        notes: [
          `${calls} calls of 1.4 KB with answers of 2 KB, one in ${distinctOf} new; ${fewer} for three settings at once.`,
          "Seconds of processor time of the whole process, garbage collection included.",
        ],
      };
    }),
};
