import { describe, expect, it } from "vitest";
import type { Billed } from "../core/cost.ts";
import { Prices, type TokenPrices } from "./prices.ts";

const noon = Date.UTC(2026, 0, 1, 12);
const usage = { inputTokens: 1_000, cachedInputTokens: 0, cacheWriteTokens: 0, outputTokens: 100, reasoningTokens: 0 };
const openAi: Billed = {
  protocol: "openai-chat",
  originId: "https://api.openai.com/v1",
  model: "gpt-4o",
  answeredBy: undefined,
  usage,
};
const usd = (billed: Partial<Billed>, overrides: Readonly<Record<string, TokenPrices>> = {}, now = noon) =>
  new Prices(overrides).price({ ...openAi, ...billed }, now).price?.usd;

describe("published prices", () => {
  it.each<readonly [string, Partial<Billed>, string | undefined]>([
    ["OpenAI", {}, "0.0035"],
    ["a snapshot", { model: "gpt-4o-2024-08-06" }, "0.0035"],
    ["an alias that its snapshot answers", { model: "deployment-7", answeredBy: "gpt-4o-2024-08-06" }, "0.0035"],
    ["an answer under a name that nobody knows", { answeredBy: "gpt-4o@eu" }, "0.0035"],
    ["Azure, by its host", { originId: "https://shop.openai.azure.com/openai/v1" }, "0.0035"],
    ["a proxy that speaks OpenAI", { originId: "http://127.0.0.1:4000/v1" }, "0.0035"],
    ["a proxy before Anthropic", { originId: "http://proxy:4000", model: "claude-sonnet-4-5" }, "0.0045"],
    [
      "Anthropic",
      { protocol: "anthropic-messages", originId: "https://api.anthropic.com", model: "claude-sonnet-4-5" },
      "0.0045",
    ],
    [
      "Gemini",
      {
        protocol: "gemini",
        originId: "https://generativelanguage.googleapis.com",
        model: "gemini-2.5-pro",
      },
      "0.00225",
    ],
    ["Gemini through a proxy", { protocol: "gemini", originId: "http://proxy", model: "gemini-2.5-pro" }, "0.00225"],
    [
      "an open model at a host that has a price",
      { originId: "https://api.groq.com/openai/v1", model: "llama-3.3-70b-versatile" },
      "0.000669",
    ],
    [
      "the same model at a host of one's own",
      { originId: "http://127.0.0.1:8000/v1", model: "llama-3.3-70b-versatile" },
      undefined,
    ],
    ["OpenAI's model at a host that does not have it", { originId: "https://api.groq.com/openai/v1" }, undefined],
    [
      "embeddings",
      { protocol: "openai-embeddings", model: "text-embedding-3-small", usage: { ...usage, outputTokens: 0 } },
      "0.00002",
    ],
    ["an unknown model", { model: "scripted-large" }, undefined],
    ["no model", { model: "" }, undefined],
    ["no usage", { usage: undefined }, undefined],
  ])("%s", (_name, billed, price) => {
    expect(usd(billed)).toBe(price);
  });

  it("take what was read from and written to the provider's cache for a part of the input", () => {
    const cached = { ...usage, cachedInputTokens: 600, cacheWriteTokens: 300 };
    const anthropic = {
      protocol: "anthropic-messages",
      originId: "https://api.anthropic.com",
      model: "claude-sonnet-4-5",
    };
    // 100 at 3, 600 at 0.30, 300 at 3.75, 100 at 15 dollars for a million.
    expect(usd({ ...anthropic, usage: cached })).toBe("0.003105");
  });

  it("rise with the length of the prompt where the list says so", () => {
    const long = { ...usage, inputTokens: 300_000 };
    const google = { protocol: "gemini", originId: "https://generativelanguage.googleapis.com" };
    expect(usd({ ...google, model: "gemini-2.5-pro", usage: long })).toBe("0.7515");
  });

  it("are not guessed from counts that cannot be", () => {
    expect(usd({ usage: { ...usage, cachedInputTokens: 1_001 } })).toBeUndefined();
    expect(usd({ usage: { ...usage, cachedInputTokens: 1_001 } }, { "*": { input: 1, output: 1 } })).toBeUndefined();
  });

  it("follow the time of day, an hour later as well", () => {
    const prices = new Prices();
    const billed = { ...openAi, originId: "https://api.deepseek.com", model: "deepseek-chat" };
    const at = (hour: number) => prices.price(billed, Date.UTC(2025, 4, 1, hour)).price?.usd;
    expect([at(3), at(20), at(3)]).toEqual(["0.00038", "0.00019", "0.00038"]);
  });

  it("name their list and its version", () => {
    expect(new Prices().price(openAi, noon).price?.source).toMatch(/^genai-prices \d+\.\d+\.\d+$/);
  });
});

describe("prices of one's own", () => {
  const own = { "gpt-*": { input: 1, output: 2, cacheRead: 0.000_001, cacheWrite: 4 }, "*": { input: 9, output: 9 } };

  it("come first; the first pattern that fits decides", () => {
    const counts = { ...usage, cachedInputTokens: 300, cacheWriteTokens: 200 };
    const { price } = new Prices(own).price({ ...openAi, usage: counts }, noon);
    // 500 at 1, 300 at 0.000001, 200 at 4, 100 at 2 dollars for a million.
    const list = { picodollars: 1_500_000_300, usd: "0.0015000003" };
    // 1,000 at 0.000001 and 100 at 2: the whole prompt read from a cache.
    expect(price).toEqual({ ...list, conservativePicodollars: 200_001_000, source: "override" });
    expect(usd({ model: "other" }, own)).toBe("0.0099");
  });

  it("count what was cached as input where nothing else is said", () => {
    const counts = { ...usage, cachedInputTokens: 300, cacheWriteTokens: 200 };
    expect(usd({ usage: counts }, { "*": { input: 1, output: 0 } })).toBe("0.001");
  });

  it("fit the model that answered or the one that was asked", () => {
    expect(usd({ model: "mine", answeredBy: "llama" }, { llama: { input: 1, output: 0 } })).toBe("0.001");
    expect(usd({ model: "mine", answeredBy: "llama" }, { mine: { input: 1, output: 0 } })).toBe("0.001");
  });

  it("that give more than a safe integer holds are none", () => {
    const many = { ...usage, inputTokens: 1_000_000_000 };
    expect(usd({ usage: many }, { "*": { input: 100_000, output: 0 } })).toBeUndefined();
  });
});

describe("what was priced once", () => {
  it("is not priced again for the same model, origin and counts, until the next quarter of an hour", () => {
    const prices = new Prices();
    const first = prices.price(openAi, noon);
    expect(prices.price({ ...openAi }, noon + 1)).toBe(first);
    expect(prices.price({ ...openAi, model: "gpt-4o-mini" }, noon)).not.toBe(first);
    expect(prices.price(openAi, noon + 15 * 60_000)).not.toBe(first);
  });
});
