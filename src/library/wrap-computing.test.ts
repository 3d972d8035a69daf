import { describe, expect, it, onTestFinished } from "vitest";
import { createCache } from "../cache.ts";
import { ManualClock } from "../core/clock.ts";
import type { Computing } from "./wrap.ts";

async function setUp() {
  const clock = new ManualClock();
  const policy = { ttl: "1m", staleWhileRevalidate: "1m", staleIfError: 0, ttlJitter: 0 } as const;
  const cache = await createCache({ clock, policy });
  onTestFinished(() => cache.close());
  return { clock, wrap: cache.wrap };
}

const turn = () => new Promise((resolve) => setImmediate(resolve));

describe("a computation of cache.wrap", () => {
  it("can hand on a value that is not to be kept, to all who wait", async () => {
    const { wrap } = await setUp();
    const half = async (computing: Computing) => {
      await turn();
      computing.refuse("finish_length");
      return { text: "half" };
    };
    const both = await Promise.all([wrap({ key: "k" }, half), wrap({ key: "k" }, half)]);
    expect(both.map(({ value }) => value.text)).toEqual(["half", "half"]);
    expect(both.map(({ outcome }) => outcome.kind)).toEqual(["miss", "coalesced"]);
    expect(both[1]?.outcome).toMatchObject({ stored: { state: "refused", reason: "finish_length" } });
    expect((await wrap({ key: "k" }, () => "whole")).value).toBe("whole");
  });

  it("is the same object for those who begin it and those who join it", async () => {
    const { wrap } = await setUp();
    const begun: Computing[] = [];
    const joined: Computing[] = [];
    const compute = async (computing: Computing) => {
      begun.push(computing);
      await turn();
      return 1;
    };
    const options = { key: "k", onJoin: (computing: Computing) => joined.push(computing) };
    await Promise.all([wrap(options, compute), wrap(options, compute), wrap(options, compute)]);
    expect(begun).toHaveLength(1);
    expect(joined).toEqual([begun[0], begun[0]]);
  });

  it("knows when nobody waits for it", async () => {
    const { clock, wrap } = await setUp();
    const seen: boolean[] = [];
    const compute = ({ background }: Computing) => seen.push(background);
    await wrap({ key: "k" }, compute);
    clock.advance(60_000);
    expect((await wrap({ key: "k" }, compute)).outcome.kind).toBe("stale");
    await turn();
    expect(seen).toEqual([false, true]);
  });

  it("that is given up is joined by nobody, and its failure is held against nobody", async () => {
    const { wrap } = await setUp();
    const started = Promise.withResolvers<Computing>();
    const ended = Promise.withResolvers<never>();
    const slow = (computing: Computing) => {
      started.resolve(computing);
      return ended.promise;
    };
    const joined = Promise.withResolvers<Computing>();
    const options = { key: "k", onJoin: joined.resolve };
    const early = [wrap(options, slow), wrap(options, slow)].map((one) => one.catch((error: unknown) => error));
    expect(await joined.promise).toBe(await started.promise);
    (await started.promise).abandon();
    expect((await wrap({ key: "k" }, () => "new")).outcome.kind).toBe("miss");
    const error = new Error("given up");
    ended.reject(error);
    expect(await Promise.all(early)).toEqual([error, error]);
    expect((await wrap({ key: "k", refresh: true }, () => "newer")).value).toBe("newer");
  });
});
