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
    ledger.hear({ type: "saving", by: "exact", ...call, bytes: 0, model: "a", cost: cost(7) });
    ledger.hear({ type: "saving", by: "exact", ...call, bytes: 0, model: "b", cost: unpriced });
    ledger.hear({
      type: "saving",
      by: "embedding",
      ...call,
      bytes: 0,
      model: "b",
      cost: { usage: undefined, price: undefined },
    });
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

  it("takes off what was found to be wrong, and leaves what counters count", () => {
    const ledger = new Ledger();
    const wrong = { usage, price: { picodollars: 7, usd: "", conservativePicodollars: 3, source: "override" } };
    ledger.hear({ type: "saving", by: "semantic", ...call, bytes: 9, model: "a", cost: wrong });
    ledger.hear({ type: "saving", by: "exact", ...call, bytes: 9, model: "a", cost: cost(4) });
    ledger.hear({ type: "saving-undone", by: "semantic", model: "a", cost: wrong, bytes: 9, timeMs: 5 });
    // It was booked by another process.
    ledger.hear({ type: "saving-undone", by: "exact", model: "b", cost: cost(1), bytes: 9, timeMs: undefined });
    const { saved, savedInAll } = ledger.totals();
    expect(saved.semantic).toMatchObject({ answers: 0, tokens: { inputTokens: 0 }, usd: "0" });
    expect(savedInAll).toMatchObject({ answers: 0, usd: "0.000000000003" });
    const booked = ledger.savedLines().map(({ by, account }) => [by, account.conservativePicodollars]);
    expect(booked).toEqual([
      ["exact", 4n],
      ["semantic", 3n],
    ]);
    const undone = ledger.undoneLines().map(({ by, model, account }) => [by, model, account.picodollars]);
    expect(undone).toEqual([
      ["exact", "b", 1n],
      ["semantic", "a", 7n],
    ]);
  });

  it("takes off what cost more than it saved, and counters never fall", () => {
    const ledger = new Ledger();
    const net = (picodollars: number, conservativePicodollars: number) => ({
      usage,
      price: { picodollars, usd: "", conservativePicodollars, source: "override" },
    });
    ledger.hear({ type: "saving", by: "prefix", ...call, bytes: 0, model: "a", cost: net(-5, -5) });
    ledger.hear({ type: "saving", by: "prefix", ...call, bytes: 0, model: "a", cost: net(12, 0) });
    const { saved, savedInAll } = ledger.totals();
    expect(saved.prefix).toMatchObject({ answers: 2, unpriced: 0, tokens: { inputTokens: 20 }, usd: "0.000000000007" });
    expect(savedInAll.usd).toBe("0.000000000007");
    expect(ledger.savedLines().map(({ account }) => account.picodollars)).toEqual([12n]);
    expect(ledger.undoneLines().map(({ account }) => account.picodollars)).toEqual([5n]);
    expect(ledger.undoneLines().map(({ account }) => account.conservativePicodollars)).toEqual([5n]);
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
