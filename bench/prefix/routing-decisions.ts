import { AffinityPolicy } from "../../src/layers/prefix/routing/affinity-policy.ts";
import { blocksOf } from "../../src/layers/prefix/routing/prompt-blocks.ts";
import type { BudgetRow, Figure } from "../benchmark.ts";
import { budgetRow, figure } from "../budget.ts";
import { chanceOf } from "./routing-trace.ts";

/** How long it takes to choose a replica: naming the blocks of the prompt, choosing, and noting what was chosen. */

const replicas = 64;
const usualLength = 16_000;
const longLength = 100_000;
const microseconds = 1_000;

export function decisionRows(calls: number): {
  readonly budget: readonly BudgetRow[];
  readonly figures: readonly Figure[];
} {
  const [usual, long] = [decisions(usualLength, calls), decisions(longLength, calls)];
  const what = (share: string): string => `a decision among ${replicas} replicas, ${share}`;
  const against = (length: number): string => `a prompt of ${length.toLocaleString("en")} characters`;
  const bound = { must: 100, aim: 30, better: "lower", unit: "us" } as const;
  return {
    budget: [budgetRow(what("p99"), against(usualLength), [percentile(usual, 0.99)], bound)],
    figures: [
      figure(`${what("p50")}, ${against(usualLength)}`, "us", [percentile(usual, 0.5)]),
      figure(`${what("p50")}, ${against(longLength)}`, "us", [percentile(long, 0.5)]),
      figure(`${what("p99")}, ${against(longLength)}`, "us", [percentile(long, 0.99)]),
    ],
  };
}

/** Microseconds of each, in ascending order, without those that warm up. */
function decisions(length: number, calls: number): readonly number[] {
  const policy = new AffinityPolicy({ replicas, capacity: 4_000 });
  const eligible = Array.from({ length: replicas }, (_, index) => index);
  const chance = chanceOf(5);
  const conversations = Array.from({ length: 200 }, (_, id) =>
    `Conversation ${id}. `.padEnd(length, "It is about a house. "),
  );
  const times = Array.from({ length: calls }, (_, call) => {
    const text = conversations[Math.floor(chance() * conversations.length)] as string;
    const nowMs = call * 10;
    const startedAt = performance.now();
    const prompt = blocksOf(text);
    const choice = policy.choose(prompt, eligible, nowMs);
    const dispatched = policy.dispatch(prompt, choice, nowMs);
    const took = performance.now() - startedAt;
    dispatched.begun(nowMs + 5);
    dispatched.ended(nowMs + 8);
    dispatched.told(choice.expected);
    return took * microseconds;
  });
  return times.slice(Math.floor(calls / 10)).sort((a, b) => a - b);
}

/** Of values in ascending order. */
function percentile(values: readonly number[], share: number): number {
  return values[Math.min(values.length - 1, Math.floor(share * values.length))] as number;
}
