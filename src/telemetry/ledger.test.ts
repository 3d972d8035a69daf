import { describe, expect, it } from "vitest";
import type { Cost } from "../core/cost.ts";
import { usdText } from "../core/money.ts";
import { Ledger } from "./ledger.ts";

const usage = { inputTokens: 10, cachedInputTokens: 4, cacheWriteTokens: 3, outputTokens: 2, reasoningTokens: 1 };
const cost = (picodollars: number): Cost => ({
  usage,
  price: { picodollars, usd: usdText(picodollars), source: "override" },
});
const unpriced: Cost = { usage, price: undefined };
const call = { protocol: "p", originId: "o" };

describe("Ledger", () => {
  it("adds up by what saved, apart from what was spent", () => {
    const ledger = new Ledger();
    ledger.hear({ type: "spending", ...call, model: "a", cost: cost(5) });
    ledger.hear({ type: "saving", by: "exact", ...call, model: "a", cost: cost(7) });
    ledger.hear({ type: "saving", by: "exact", ...call, model: "b", cost: unpriced });
    ledger.hear({ type: "saving", by: "embedding", ...call, model: "b", cost: { usage: undefined, price: undefined } });
    const { spent, saved, savedInAll, priceSources } = ledger.totals();
    expect(spent).toEqual({ answers: 1, unpriced: 0, tokens: usage, usd: "0.000000000005" });
    expect(saved.exact).toMatchObject({ answers: 2, unpriced: 1, usd: "0.000000000007" });
    expect(saved.exact.tokens).toMatchObject({ inputTokens: 20, cachedInputTokens: 8, reasoningTokens: 2 });
    expect(saved.embedding).toMatchObject({ answers: 1, unpriced: 1, tokens: { inputTokens: 0 }, usd: "0" });
    expect(savedInAll).toMatchObject({ answers: 3, unpriced: 2, usd: "0.000000000007" });
    expect(priceSources).toEqual({ override: 2 });
    expect(ledger.savedLines().map(({ by, model }) => [by, model])).toEqual([
      ["exact", "a"],
      ["exact", "b"],
      ["embedding", "b"],
    ]);
  });

  it("stays exact beyond what a safe integer holds", () => {
    const ledger = new Ledger();
    const most = Number.MAX_SAFE_INTEGER;
    for (const amount of [most, most, 1, most])
      ledger.hear({ type: "spending", ...call, model: "a", cost: cost(amount) });
    expect(ledger.totals().spent.usd).toBe(usdText(3n * BigInt(most) + 1n));
  });

  it("keeps the number of models bounded and loses none of their money", () => {
    const ledger = new Ledger();
    for (let index = 0; index < 250; index++)
      ledger.hear({ type: "spending", ...call, model: `model-${index}`, cost: cost(1) });
    expect(ledger.spentLines()).toHaveLength(101);
    expect(ledger.spentLines().at(-1)).toMatchObject({ model: "other", account: { answers: 150 } });
    expect(ledger.totals().spent).toMatchObject({ answers: 250, usd: "0.00000000025" });
  });
});

it("keeps what the cache itself spent, and what was only observed, apart from answers", () => {
  const ledger = new Ledger();
  const cost = { usage: undefined, price: { picodollars: 5_000_000, usd: "0.000005", source: "test" } };
  const call = { protocol: "openai-chat", model: "m", originId: "o" };
  ledger.hear({ type: "spending", ...call, cost });
  ledger.hear({ type: "spending", overhead: "judge", ...call, model: "small", cost });
  ledger.hear({ type: "spending", overhead: "embedding", ...call, model: "e", cost });
  ledger.hear({ type: "semantic-observed", model: "m", cost });
  const totals = ledger.totals();
  expect(totals.spent).toMatchObject({ answers: 1, usd: "0.000005" });
  expect(totals.overhead).toMatchObject({ answers: 2, usd: "0.00001" });
  expect(totals.observed).toMatchObject({ answers: 1, usd: "0.000005" });
  expect(totals.savedInAll.answers).toBe(0);
  expect(ledger.spentLines().map(({ what, model }) => [what, model])).toEqual([
    ["inference", "m"],
    ["judge", "small"],
    ["embedding", "e"],
  ]);
});
