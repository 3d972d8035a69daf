import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { type CacheOptions, createCache } from "../cache.ts";
import { ManualClock } from "../core/clock.ts";
import type { Store } from "../core/store.ts";
import type { TraceEvent } from "../core/trace.ts";
import { memory } from "../stores/memory.ts";
import { sqlite } from "../stores/sqlite.ts";
import { Gate } from "../testing/gate.ts";
import type { EmbeddingsOptions } from "./embeddings-options.ts";
import type { EmbedTexts } from "./library-embeddings.ts";

const model = "e-1";
const vectorOf = (text: string): number[] => [text.length, text.codePointAt(0) ?? 0, 0.5];

async function setUp(options: CacheOptions = {}) {
  const events: TraceEvent[] = [];
  const cache = await createCache({ ...options, onEvent: (event) => events.push(event) });
  onTestFinished(() => cache.close());
  const asked: (readonly string[])[] = [];
  const embedTexts: EmbedTexts = async (texts) => {
    asked.push(texts);
    return texts.map(vectorOf);
  };
  const outcomes = () => events.flatMap((event) => (event.type === "call-end" ? [event.outcome] : []));
  return { cache, asked, embedTexts, events, outcomes };
}

describe("cache.embeddings", () => {
  it("computes only what is new, duplicates once, and gives every vector in its place", async () => {
    const { cache, asked, embedTexts, outcomes } = await setUp();
    const embed = cache.embeddings(embedTexts, { model });
    expect(await embed(["a", "bb", "a"])).toEqual(["a", "bb", "a"].map(vectorOf));
    expect(await embed(["ccc", "bb", "dd", "a", "ccc"])).toEqual(["ccc", "bb", "dd", "a", "ccc"].map(vectorOf));
    expect(await embed(["bb", "a"])).toEqual(["bb", "a"].map(vectorOf));
    expect(asked).toEqual([
      ["a", "bb"],
      ["ccc", "dd"],
    ]);
    expect(outcomes().map(({ kind }) => kind)).toEqual(["miss", "miss", "hit"]);
  });

  it("gives an empty list for an empty list and computes nothing", async () => {
    const { cache, asked, embedTexts } = await setUp();
    expect(await cache.embeddings(embedTexts, { model })([])).toEqual([]);
    expect(asked).toEqual([]);
  });

  it("gives the same 32-bit floats whether they were computed or found, as an array of its own", async () => {
    const { cache } = await setUp();
    const third = 1 / 3;
    const embed = cache.embeddings(async (texts) => texts.map(() => [third, -0, 1e-45, 3.4028234e38]), { model });
    const [computed] = (await embed(["a"])) as [number[]];
    expect(computed).toEqual([Math.fround(third), -0, Math.fround(1e-45), Math.fround(3.4028234e38)]);
    computed[0] = 7;
    const [found, twin] = (await embed(["a", "a"])) as [number[], number[]];
    expect(found[0]).toBe(Math.fround(third));
    found[0] = 7;
    expect(twin[0]).toBe(Math.fround(third));
    expect(JSON.stringify(found)).toMatch(/^\[7,/);
  });

  it("takes typed arrays, also views of larger ones", async () => {
    const { cache } = await setUp();
    const all = Float32Array.from([1, 2, 3, 4]);
    const embed = cache.embeddings(() => [all.subarray(0, 2), all.subarray(2)], { model });
    expect(await embed(["a", "b"])).toEqual([
      [1, 2],
      [3, 4],
    ]);
  });

  it("tells texts apart that look alike", async () => {
    const { cache, asked, embedTexts } = await setUp();
    const embed = cache.embeddings(embedTexts, { model });
    const texts = ["", " ", "a", "A", "a ", "é", "e\u0301", "\ud83d", "\ud83e", "\ufffd", "1", "[1]", '"a"', "a\u0000"];
    expect(await embed(texts)).toEqual(texts.map(vectorOf));
    expect(await embed([...texts].reverse())).toEqual([...texts].reverse().map(vectorOf));
    expect(asked).toEqual([texts]);
  });

  it("splits what is new into batches, of which four are computed at a time", async () => {
    const { cache } = await setUp();
    let running = 0;
    let most = 0;
    const sizes: number[] = [];
    const embed = cache.embeddings(
      async (texts) => {
        running += 1;
        most = Math.max(most, running);
        sizes.push(texts.length);
        await new Promise((resolve) => setImmediate(resolve));
        running -= 1;
        return texts.map(vectorOf);
      },
      { model, batchSize: 7 },
    );
    const texts = Array.from({ length: 100 }, (_, index) => `text ${index}`);
    expect(await embed(texts)).toEqual(texts.map(vectorOf));
    expect(sizes).toEqual([...new Array<number>(14).fill(7), 2]);
    expect(most).toBe(4);
  });

  it("cuts batches by the length of their texts, too", async () => {
    const { cache, asked, embedTexts } = await setUp();
    const texts = ["x", "y", "z"].map((letter) => letter.repeat(400_000));
    await cache.embeddings(embedTexts, { model })(texts);
    expect(asked.map((batch) => batch.length)).toEqual([2, 1]);
  });

  it("has overlapping calls at the same time share what they have in common", async () => {
    const { cache, outcomes } = await setUp();
    const gate = new Gate();
    const asked: (readonly string[])[] = [];
    const embedTexts: EmbedTexts = async (texts) => {
      asked.push(texts);
      await gate.pass();
      return texts.map(vectorOf);
    };
    const embed = cache.embeddings(embedTexts, { model });
    const first = embed(["a", "bb"]);
    await gate.reached();
    // Another function for the same model shares, too: the vectors are the same.
    const second = cache.embeddings(embedTexts, { model })(["bb", "ccc", "a"]);
    const third = embed(["bb"]);
    await new Promise((resolve) => setImmediate(resolve));
    gate.release();
    expect(await first).toEqual(["a", "bb"].map(vectorOf));
    expect(await second).toEqual(["bb", "ccc", "a"].map(vectorOf));
    expect(await third).toEqual([vectorOf("bb")]);
    expect(asked).toEqual([["a", "bb"], ["ccc"]]);
    expect(outcomes().map(({ kind }) => kind)).toContain("coalesced");
  });

  it("has calls of the same moment share, too", async () => {
    const { cache, asked, embedTexts } = await setUp();
    const embed = cache.embeddings(embedTexts, { model });
    const lists = [
      ["a", "bb"],
      ["bb", "ccc"],
      ["ccc", "a"],
    ];
    expect(await Promise.all(lists.map((texts) => embed(texts)))).toEqual(lists.map((texts) => texts.map(vectorOf)));
    expect(asked).toEqual([["a", "bb"], ["ccc"]]);
  });

  it("keeps nothing of a batch that fails, rejects with its error, and begins no further batch", async () => {
    const { cache } = await setUp();
    const asked: string[] = [];
    let failing = true;
    const broken = new Error("out of quota");
    const embed = cache.embeddings(
      async (texts) => {
        asked.push(...texts);
        if (failing) throw broken;
        return texts.map(vectorOf);
      },
      { model, batchSize: 1 },
    );
    const texts = Array.from({ length: 20 }, (_, index) => `t${index}`);
    await expect(embed(texts)).rejects.toBe(broken);
    expect(asked).toEqual(["t0", "t1", "t2", "t3"]);
    failing = false;
    expect(await embed(texts)).toEqual(texts.map(vectorOf));
    expect(asked).toHaveLength(24);
  });

  it("rejects when the function throws at once", async () => {
    const { cache } = await setUp();
    const embed = cache.embeddings(
      () => {
        throw new Error("no model");
      },
      { model },
    );
    await expect(embed(["a"])).rejects.toThrow("no model");
  });

  it("keeps sets of vectors apart by whatever changes them or parts their readers", async () => {
    const { cache, asked, embedTexts } = await setUp();
    const variants: Partial<EmbeddingsOptions>[] = [
      {},
      { model: "e-2" },
      { dimensions: 3 },
      { parameters: { task: "query" } },
      { parameters: { task: "document" } },
      { namespace: "other" },
      { version: "2" },
    ];
    for (const options of variants) await cache.embeddings(embedTexts, { model, ...options })(["a"]);
    expect(asked).toHaveLength(variants.length);
    for (const options of variants)
      await cache.embeddings(embedTexts, { model, ...options, user: "u", tags: ["t"] })(["a"]);
    expect(asked).toHaveLength(variants.length);
  });

  it("keeps users apart where a rule says so, and nothing for those it does not know", async () => {
    const { cache, asked, embedTexts, outcomes } = await setUp({ rules: [{ match: {}, perUser: true }] });
    for (const user of ["one", "two", "one"]) await cache.embeddings(embedTexts, { model, user })(["a"]);
    expect(asked).toHaveLength(2);
    const unknown = cache.embeddings(embedTexts, { model, batchSize: 1 });
    expect(await unknown(["a", "bb"])).toEqual(["a", "bb"].map(vectorOf));
    expect(await unknown(["a"])).toEqual([vectorOf("a")]);
    expect(asked).toHaveLength(5);
    expect(outcomes().at(-1)).toEqual({ kind: "bypass", reason: "not_cacheable" });
  });

  it("computes anew with refresh, and after the ttl", async () => {
    const clock = new ManualClock();
    const { cache, asked, embedTexts } = await setUp({ clock });
    const embed = cache.embeddings(embedTexts, { model, ttl: "1h" });
    await embed(["a"]);
    await embed(["a"], { refresh: true });
    expect(asked).toHaveLength(2);
    clock.advance(3_500_000);
    await embed(["a"]);
    expect(asked).toHaveLength(2);
    clock.advance(100_001);
    await embed(["a"]);
    expect(asked).toHaveLength(3);
  });

  it("lets a caller leave, and aborts the function when nobody waits any more", async () => {
    const { cache } = await setUp();
    const gate = new Gate();
    const signals: AbortSignal[] = [];
    const embed = cache.embeddings(
      async (texts, { signal }) => {
        signals.push(signal);
        await gate.pass();
        return texts.map(vectorOf);
      },
      { model },
    );
    const [one, two] = [new AbortController(), new AbortController()];
    const first = embed(["a"], { signal: one.signal });
    const second = embed(["a"], { signal: two.signal });
    await gate.reached();
    await new Promise((resolve) => setImmediate(resolve));
    one.abort(new Error("first left"));
    await expect(first).rejects.toThrow("first left");
    expect(signals.map((signal) => signal.aborted)).toEqual([false]);
    two.abort(new Error("second left"));
    await expect(second).rejects.toThrow("second left");
    expect(signals.map((signal) => signal.aborted)).toEqual([true]);
    await expect(embed(["a"], { signal: one.signal })).rejects.toThrow("first left");
    gate.release();
    expect(await embed(["a"])).toEqual([vectorOf("a")]);
  });

  it("computes when the store fails", async () => {
    const failing = memory();
    const { embedTexts, asked } = await setUp();
    const cache = await createCache({ store: failing });
    failing.close();
    const embed = cache.embeddings(embedTexts, { model });
    expect(await embed(["a", "bb"])).toEqual(["a", "bb"].map(vectorOf));
    expect(asked).toEqual([["a", "bb"]]);
  });

  it("asks for all of a batch anew when the model behind the name begins to give another length", async () => {
    const { cache } = await setUp();
    let length = 2;
    const asked: (readonly string[])[] = [];
    const embed = cache.embeddings(
      async (texts) => {
        asked.push(texts);
        return texts.map(() => new Array<number>(length).fill(length));
      },
      { model },
    );
    await embed(["a", "b"]);
    length = 3;
    expect(await embed(["a", "c"])).toEqual([
      [3, 3, 3],
      [3, 3, 3],
    ]);
    expect(asked).toEqual([["a", "b"], ["c"], ["a"]]);
  });

  it("has stored, when it is closed, what a slow store had not taken when the vectors went out", async () => {
    const inner = memory();
    const gate = new Gate();
    const slow: Store = {
      name: "slow",
      get: (tenant, keys) => inner.get(tenant, keys),
      set: (tenant, key, value, options) => inner.set(tenant, key, value, options),
      add: async (tenant, key, value, options) => {
        if (key.startsWith("g:")) await gate.pass();
        return inner.add(tenant, key, value, options);
      },
      delete: (tenant, key) => inner.delete(tenant, key),
      stats: () => inner.stats(),
      close: () => {},
    };
    const cache = await createCache({ store: slow });
    expect(await cache.embeddings((texts) => texts.map(vectorOf), { model })(["a", "bb"])).toHaveLength(2);
    const closing = cache.close();
    gate.release();
    await closing;
    const keys = inner.list({ tenant: "library", limit: 100 }).items.map(({ key }) => key);
    expect(keys.filter((key) => !key.startsWith("g:"))).toHaveLength(2);
  });

  it("finds after a restart what was computed before", async () => {
    const directory = mkdtempSync(join(tmpdir(), "reprise-embeddings-"));
    onTestFinished(() => rmSync(directory, { recursive: true }));
    const texts = Array.from({ length: 500 }, (_, index) => `text ${index}`);
    const asked: number[] = [];
    for (let start = 0; start < 2; start += 1) {
      const cache = await createCache({ store: sqlite(directory) });
      const embed = cache.embeddings(
        (some) => {
          asked.push(some.length);
          return some.map(vectorOf);
        },
        { model, batchSize: 500 },
      );
      expect(await embed(texts)).toEqual(texts.map(vectorOf));
      await cache.close();
    }
    expect(asked).toEqual([500]);
  });
});
