import type { BenchOptions, BudgetRow, Figure } from "../benchmark.ts";
import { budgetRow, figure } from "../budget.ts";
import { bothCores, startNode } from "../child-process.ts";
import type { LookupRound } from "./lookup-process.ts";

/** How long the layer takes to look a question up that is not there, by the number of stored ones, embedding included. */

const sizes = [
  { count: 10_000, lookupMs: { must: 0.5, aim: 0.3 } },
  { count: 100_000, lookupMs: { must: 4, aim: 2.5 } },
] as const;

export async function lookupTimes({ quick, log }: BenchOptions, data: string | undefined) {
  const budget: BudgetRow[] = [];
  const figures: Figure[] = [];
  for (const { count, lookupMs } of sizes) {
    const stored = quick ? count / 50 : count;
    log(`look-ups among ${stored.toLocaleString("en-US")} questions`);
    const rounds = await measure(data, stored, quick ? 20 : 300, quick ? 1 : 5);
    const name = `look-up among ${count.toLocaleString("en-US")} questions, embedding included`;
    const at = (share: "p50" | "p99") => rounds.map((round) => round[share]);
    budget.push(budgetRow(`${name}, p50`, "", at("p50"), { ...lookupMs, better: "lower", unit: "ms" }));
    figures.push(figure(`${name}, p99`, "ms", at("p99")));
    figures.push(
      figure(
        `${name}, time of the processor`,
        "ms",
        rounds.map(({ processorMs }) => processorMs),
      ),
    );
    figures.push(
      figure(
        `${name}: longest turn where plain arithmetic of the same length runs in its place`,
        "ms",
        rounds.map(({ longestPlainTurnMs }) => longestPlainTurnMs),
      ),
    );
    budget.push(
      budgetRow(
        `${name}, longest turn of the event loop`,
        "",
        rounds.map(({ longestTurnMs }) => longestTurnMs),
        { must: 5, better: "lower", unit: "ms" },
      ),
    );
  }
  return { budget, figures };
}

const script = new URL("./lookup-process.ts", import.meta.url).pathname;

async function measure(data: string | undefined, stored: number, lookups: number, rounds: number) {
  const child = startNode(script, [String(stored), ...(data === undefined ? [] : [data])], { core: bothCores });
  try {
    await child.says(/^ready$/m);
    const all: LookupRound[] = [];
    // The first round warms everything up and is thrown away.
    for (let round = 0; round <= rounds; round++) all.push(await child.ask<LookupRound>(lookups));
    return all.slice(1);
  } finally {
    await child.stop();
  }
}
