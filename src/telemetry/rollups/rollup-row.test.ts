import { describe, expect, it, test } from "vitest";
import type { TraceEvent } from "../../core/trace.ts";
import { Rollup } from "./rollup.ts";
import { decodeRow, encodeRow } from "./rollup-row.ts";
import { reportOf } from "./stats.ts";

const usage = { inputTokens: 5, cachedInputTokens: 4, cacheWriteTokens: 3, outputTokens: 2, reasoningTokens: 1 };
const price = { picodollars: Number.MAX_SAFE_INTEGER, conservativePicodollars: 3, usd: "", source: "override" };
const call = { protocol: "p", originId: "o", model: "m" };
const look = { type: "semantic-look", mode: "observe", tier: "vector", durationMs: 1 } as const;
const events: readonly TraceEvent[] = [
  ...(["hit", "stale", "miss", "coalesced", "refresh", "bypass", "error"] as const).map(
    (kind) =>
      ({ ...call, type: "call-end", outcome: { kind, layer: "semantic" }, stream: false, durationMs: 8 }) as never,
  ),
  { ...call, type: "saving", by: "semantic", cost: { usage, price }, bytes: 9, time: { stream: false, waitedMs: 1 } },
  { ...call, type: "saving", by: "exact", cost: { usage, price: undefined }, bytes: 9 },
  { type: "saving-undone", by: "exact", model: "m", cost: { usage, price }, bytes: 50, timeMs: 70 },
  { ...call, type: "spending", cost: { usage, price } },
  { ...call, type: "spending", overhead: "judge", cost: { usage: undefined, price: undefined } },
  { ...look, result: "would_hit", similarity: 0.93, reason: undefined, guard: undefined },
  { ...look, result: "miss", similarity: 1.01, reason: "guard", guard: "numbers" },
  { type: "semantic-observed", model: "m", cost: { usage, price } },
  { type: "semantic-verdict", right: false, by: "answers", wouldServe: true },
];

function rollupOf(heard: readonly TraceEvent[]): Rollup {
  const rollup = new Rollup();
  for (const event of heard) rollup.hear(event, event.type === "saving" ? 40 : undefined);
  return rollup;
}

const told = { window: "1h", step: "minute", nodes: ["n"], complete: true, since: 0, until: 1 } as const;

describe("a row", () => {
  it("holds everything that a report tells", () => {
    const whole = reportOf(rollupOf(events), told);
    expect(reportOf(decodeRow(encodeRow(rollupOf(events))) as Rollup, told)).toEqual(whole);
    expect(whole.saved.exact).toMatchObject({ answers: 0, wrong: 1, unpriced: 1, timeMs: -30, bytes: -41 });
    expect(whole.saved.exact.usd.list.startsWith("-9007.")).toBe(true);
    expect(whole.semantic.similarity.counts.filter((count) => count > 0)).toEqual([1, 1]);
    expect(whole.unpricedModels).toEqual({ m: 2 });
  });

  it("of nothing, and of each event alone, comes back as it was", () => {
    for (const heard of [[], ...events.map((event) => [event])]) {
      const bytes = encodeRow(rollupOf(heard));
      expect(reportOf(decodeRow(bytes) as Rollup, told)).toEqual(reportOf(rollupOf(heard), told));
    }
  });

  it("stays small, however many models are asked for", () => {
    const rollup = new Rollup();
    for (let model = 0; model < 1_000; model++)
      rollup.hear(
        { ...call, type: "spending", model: `${model}`.repeat(60), cost: { usage, price: undefined } },
        undefined,
      );
    for (let duration = 0; duration < 20_000; duration++)
      rollup.hear({ type: "call-end", outcome: { kind: "miss" }, durationMs: 1.001 ** duration } as never, undefined);
    const bytes = encodeRow(rollup);
    expect(bytes.length).toBeLessThan(8_192);
    const { unpriced } = decodeRow(bytes) as Rollup;
    expect([...unpriced.values()].reduce((sum, answers) => sum + answers, 0)).toBe(1_000);
  });

  it("has the calls of so many prompts, and of all others together", () => {
    const rollup = new Rollup();
    for (let prompt = 0; prompt < 300; prompt++) rollup.hear({ type: "prompt-call", prompt: `p@${prompt}` }, undefined);
    rollup.hear({ type: "prompt-call", prompt: "p@1" }, undefined);
    const { prompts } = reportOf(decodeRow(encodeRow(rollup)) as Rollup, told);
    expect(Object.keys(prompts)).toHaveLength(201);
    expect(prompts).toMatchObject({ "p@0": 1, "p@1": 2, other: 100 });
  });

  test.each([
    ["another version", '{"v":2}'],
    ["no JSON", "{"],
    ["something else", '"row"'],
    [
      "money that is none",
      JSON.stringify({
        ...JSON.parse(text(rollupOf(events))),
        spent: { inference: { n: [1, 0, 0, 0, 0, 0, 0], usd: "1.5" } },
      }),
    ],
  ])("that is %s is not read", (_, row) => {
    expect(decodeRow(Buffer.from(row))).toBeUndefined();
  });
});

function text(rollup: Rollup): string {
  return Buffer.from(encodeRow(rollup)).toString("utf8");
}
