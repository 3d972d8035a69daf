import { mkdirSync } from "node:fs";
import { get } from "node:http";
import { join } from "node:path";
import type { Benchmark, BenchOptions } from "../benchmark.ts";
import { budgetRow, differences, figure } from "../budget.ts";
import { measuredCore, startNode } from "../child-process.ts";
import { interleave } from "../interleave.ts";
import { productNote, repriseCommand } from "../product.ts";
import { freePort } from "../servers/free-port.ts";
import { withFolder } from "../temporary.ts";

const against = "node -e 0";

export const startToReady: Benchmark = {
  name: "start-to-ready",
  describe: "from the start of reprise serve to the first 200 of /readyz, against node -e 0",
  run: (options) => withFolder((folder) => run(options, folder)),
};

async function run({ quick, log }: BenchOptions, folder: string) {
  const entries = quick ? 2_000 : 100_000;
  const empty = join(folder, "empty");
  const filled = join(folder, "filled");
  mkdirSync(empty);
  log(`filling the store with ${entries} entries`);
  const filler = startNode(new URL("./fill-store.ts", import.meta.url).pathname, [filled, String(entries)], {
    core: measuredCore,
  });
  const found = Number(await filler.output());
  if (found < entries) throw new Error(`only ${found} entries were stored`);

  const sides = { empty: () => readyAfterMs(empty), filled: () => readyAfterMs(filled), node: bareNodeMs };
  const samples = await interleave(sides, { rounds: quick ? 2 : 9 });
  return {
    budget: [
      budgetRow("start to ready, empty data folder", against, samples.empty, {
        must: 400,
        aim: 200,
        better: "lower",
        unit: "ms",
      }),
      budgetRow(
        `start to ready, ${entries.toLocaleString("en-US")} entries of 2 KB in SQLite`,
        against,
        samples.filled,
        { must: 2_000, aim: 1_000, better: "lower", unit: "ms" },
      ),
    ],
    figures: [
      figure("node -e 0", "ms", samples.node),
      figure("ready with an empty folder, less node -e 0", "ms", differences(samples.empty, samples.node)),
      figure("ready with entries, less node -e 0", "ms", differences(samples.filled, samples.node)),
    ],
    notes: [
      "The budget is for the whole time from spawning the process; the first start of each kind is thrown away, so files are in the page cache.",
      productNote(),
    ],
  };
}

/** Asks every few milliseconds, each time on a new connection, until the gateway says that it is ready. */
async function readyAfterMs(data: string): Promise<number> {
  const port = await freePort();
  const startedAt = performance.now();
  const child = startNode(
    repriseCommand(),
    ["serve", "--port", String(port), "--data", data, "--upstream", "http://127.0.0.1:9/v1"],
    {
      core: measuredCore,
      directory: data,
    },
  );
  try {
    while (!(await isReady(port))) {
      if (performance.now() - startedAt > 20_000) await child.output();
      await new Promise((resolve) => setTimeout(resolve, 3));
    }
    return performance.now() - startedAt;
  } finally {
    await child.stop();
  }
}

function isReady(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const request = get({ host: "127.0.0.1", port, path: "/readyz", agent: false }, (response) => {
      response.resume();
      response.on("end", () => resolve(response.statusCode === 200));
    });
    request.on("error", () => resolve(false));
  });
}

async function bareNodeMs(): Promise<number> {
  const startedAt = performance.now();
  await startNode("-e", ["0"], { core: measuredCore }).output();
  return performance.now() - startedAt;
}
