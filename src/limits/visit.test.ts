import { describe, expect, it } from "vitest";
import type { Expected } from "../core/allowance.ts";
import { ManualClock } from "../core/clock.ts";
import type { Limits } from "../core/limits.ts";
import type { Usage } from "../core/recording.ts";
import { memory } from "../stores/memory.ts";
import { Limiter } from "./limiter.ts";
import { enter, type Visit } from "./visit.ts";

const body = new TextEncoder().encode("x".repeat(400));
const usageOf = (inputTokens: number, outputTokens: number): Usage => ({
  ...{ inputTokens, outputTokens },
  ...{ cachedInputTokens: 0, cacheWriteTokens: 0, reasoningTokens: 0 },
});
/** A picodollar for each token. */
const expecting = (outputTokens: number | undefined): Expected => ({
  outputTokens,
  priceOf: (usage) => usage.inputTokens + usage.outputTokens,
});

function setting(of: Readonly<Record<string, Limits>>, onUnpriced: (model: string) => void = () => {}) {
  const clock = new ManualClock(Date.UTC(2026, 4, 20, 12));
  const random = { bytes: () => new Uint8Array(9), fraction: () => 0.5 };
  const limiter = new Limiter({ store: memory({ clock }), clock, random, onUnpriced });
  const bounded = Object.entries(of).map(([account, limits]) => ({ account, limits }));
  const come = () => enter(limiter.accountsOf(bounded));
  const visit = async (): Promise<Visit> => {
    const entry = await come();
    if (!entry.ok) throw new Error(entry.refusal.message);
    entry.visit.brings(body);
    return entry.visit;
  };
  const used = async (account: string) => {
    const standing = await limiter.standing({ account, limits: of[account] as Limits });
    return standing.map((one) => one.used);
  };
  return { clock, limiter, come, visit, used };
}

describe("a visit", () => {
  it("sets aside what is expected, and counts what was told", async () => {
    const { visit, used } = setting({ a: { tokensPerDay: 1_000, usdPerDay: 1_000_000n } });
    const taking = await (await visit()).take(expecting(50));
    expect(await used("a")).toEqual(["150", "0.00000000015"]);
    if (taking.ok) taking.charge.settle({ usage: usageOf(90, 30), model: "m", outputCharacters: 3, isWhole: true });
    expect(await used("a")).toEqual(["120", "0.00000000012"]);
  });

  it.each([
    ["unasked", [0, 0]],
    ["failed", [0, 1]],
    ["expected", [150, 1]],
    [{ usage: undefined, model: undefined, outputCharacters: 80, isWhole: false }, [150, 1]],
    [{ usage: undefined, model: undefined, outputCharacters: 800, isWhole: false }, [300, 1]],
    [{ usage: usageOf(90, 1), model: undefined, outputCharacters: 80, isWhole: false }, [140, 1]],
    [{ usage: usageOf(90, 70), model: undefined, outputCharacters: 80, isWhole: false }, [160, 1]],
    [{ usage: undefined, model: undefined, outputCharacters: 80, isWhole: true }, [120, 1]],
    [{ usage: usageOf(90, 1), model: undefined, outputCharacters: 80, isWhole: true }, [91, 1]],
    [{ usage: usageOf(2_000, 1), model: undefined, outputCharacters: 80, isWhole: true }, [2_001, 1]],
  ] as const)("that ends as %j has taken %j", async (end, [tokens, requests]) => {
    const { visit, used } = setting({ a: { requestsPerMinute: 9, tokensPerDay: 1_000, cachedFree: true } });
    const taking = await (await visit()).take(expecting(50));
    if (taking.ok) taking.charge.settle(end);
    expect(await used("a")).toEqual([String(requests), String(tokens)]);
  });

  it("counts cached answers as requests and by their tokens, unless they are free", async () => {
    const limits = { requestsPerMinute: 2, tokensPerDay: 1_000, usdPerDay: 1_000n };
    const { come, visit, used } = setting({ counted: limits, free: { ...limits, cachedFree: true } });
    for (let times = 0; times < 2; times++) {
      const hit = await visit();
      hit.served(usageOf(100, 20));
      hit.leave();
    }
    expect(await used("counted")).toEqual(["2", "240", "0"]);
    expect(await used("free")).toEqual(["0", "0", "0"]);
    expect(await come()).toMatchObject({ ok: false, refusal: { limit: "requestsPerMinute" } });
  });

  it("counts cached answers that nobody may know to be cached as if they were not", async () => {
    const { visit, used } = setting({ a: { requestsPerMinute: 9, tokensPerDay: 1_000, cachedFree: true } });
    const hit = await visit();
    hit.served(usageOf(100, 20), true);
    hit.leave();
    expect(await used("a")).toEqual(["1", "120"]);
  });

  it("is let in although all is used up where cached answers are free, and asks no origin then", async () => {
    const { visit } = setting({ a: { tokensPerDay: 0, cachedFree: true } });
    expect(await (await visit()).take(expecting(1))).toMatchObject({ ok: false, refusal: { limit: "tokensPerDay" } });
  });

  it("is turned away at the door where anything is used up and cached answers count", async () => {
    const { come, visit } = setting({ a: { tokensPerDay: 100 } });
    (await visit()).served(usageOf(100, 1));
    expect(await come()).toMatchObject({ ok: false, refusal: { code: "insufficient_quota" } });
  });

  it("takes of the key and of the tenant, or of neither", async () => {
    const { visit, used } = setting({ key: { tokensPerDay: 1_000 }, tenant: { tokensPerDay: 200 } });
    const first = await visit();
    expect((await first.take(expecting(50))).ok).toBe(true);
    expect(await first.take(expecting(50))).toMatchObject({ ok: false });
    expect([await used("key"), await used("tenant")]).toEqual([["150"], ["150"]]);
  });

  it("is one call under way until it leaves, however often that is said", async () => {
    const { come, visit } = setting({ a: { concurrent: 1 } });
    const first = await visit();
    expect(await come()).toMatchObject({ ok: false, refusal: { limit: "concurrent" } });
    first.leave();
    first.leave();
    await visit();
    expect((await come()).ok).toBe(false);
  });

  it("costs no money where no price is known, and tokens all the same", async () => {
    const { visit, used } = setting({ a: { tokensPerDay: 1_000, usdPerDay: 10n } });
    const taking = await (await visit()).take({ outputTokens: 50, priceOf: () => undefined });
    if (taking.ok)
      taking.charge.settle({ usage: usageOf(90, 30), model: undefined, outputCharacters: 3, isWhole: true });
    expect(await used("a")).toEqual(["120", "0"]);
  });

  it("tells which models have no price, where money is limited", async () => {
    const told: string[] = [];
    const of = { key: { usdPerDay: 10n }, tenant: { tokensPerDay: 1_000 } };
    const { visit } = setting(of, (model) => told.push(model));
    const unpriced = { model: "asked", outputTokens: 5, priceOf: () => undefined };
    const answer = { usage: usageOf(9, 3), outputCharacters: 3, isWhole: true };
    for (const model of [undefined, "answered"]) {
      const taking = await (await visit()).take(unpriced);
      if (taking.ok) taking.charge.settle({ ...answer, model });
    }
    const failing = await (await visit()).take(unpriced);
    if (failing.ok) failing.charge.settle("failed");
    const priced = await (await visit()).take({ ...unpriced, priceOf: () => 1 });
    if (priced.ok) priced.charge.settle({ ...answer, model: "priced" });
    expect(told).toEqual(["asked", "answered"]);
  });

  it("learns how long answers are to calls that name no bound", async () => {
    const { visit, used } = setting({ a: { tokensPerDay: 1_000_000 } });
    for (let times = 0; times < 60; times++) {
      const taking = await (await visit()).take(expecting(undefined));
      if (taking.ok)
        taking.charge.settle({ usage: usageOf(100, 7), model: undefined, outputCharacters: 0, isWhole: true });
    }
    const [before] = await used("a");
    await (await visit()).take(expecting(undefined));
    expect(Number((await used("a"))[0]) - Number(before)).toBe(108);
  });

  it("sets no more than a tenth of a limit aside for an answer of unknown length", async () => {
    const { visit, used } = setting({ a: { tokensPerMinute: 500 } });
    expect((await (await visit()).take(expecting(undefined))).ok).toBe(true);
    expect(await used("a")).toEqual(["150"]);
  });
});
