import { rmSync } from "node:fs";
import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { ManualClock } from "../../src/core/clock.ts";
import { memory } from "../../src/stores/memory.ts";
import { sqlite } from "../../src/stores/sqlite.ts";
import { ChaosStore } from "../../src/testing/chaos-store.ts";
import { embeddingReply } from "../../src/testing/scripted-embeddings.ts";
import { type Embedded, expectVectors, setUpEmbeddings } from "./embedding-harness.ts";

/** Vectors in real stores, in stores that fail, and of several tenants in one. */

describe("SQLite", () => {
  const folder = async () => {
    const path = await mkdtemp(join(tmpdir(), "reprise-embeddings-"));
    onTestFinished(() => rmSync(path, { recursive: true, force: true }));
    return path;
  };
  const texts = Array.from({ length: 300 }, (_, index) => `passage ${index}`);

  it("has every vector after a restart, bit by bit", async () => {
    const path = await folder();
    const before = await setUpEmbeddings({ store: sqlite(path) });
    const first = await before.embed(texts, { body: { dimensions: 64 } });
    await before.cache.close();
    const after = await setUpEmbeddings({ store: sqlite(path) });
    const again = await after.embed(texts, { body: { dimensions: 64, encoding_format: "base64" } });
    expect([again.outcome, again.counts]).toEqual(["HIT", "total=300, cached=300, asked=0"]);
    expectVectors(again, texts, 64);
    expect(again.reply.usage).toEqual(first.reply.usage);
    expect(after.asked).toEqual([]);
  });

  it("asks only for what is new after a restart", async () => {
    const path = await folder();
    const before = await setUpEmbeddings({ store: sqlite(path) });
    await before.embed(texts.slice(0, 200));
    await before.cache.close();
    const after = await setUpEmbeddings({ store: sqlite(path) });
    expectVectors(await after.embed(texts), texts);
    expect(after.inputs()).toEqual([texts.slice(200)]);
  });
});

describe.each(["failing", "hanging"] as const)("a store that is %s", (mode) => {
  async function chaotic() {
    const clock = new ManualClock();
    const chaos = new ChaosStore(memory({ clock }));
    const harness = await setUpEmbeddings({ clock, store: chaos });
    onTestFinished(() => chaos.release());
    /** Lets deadlines pass until the answer is there. */
    const inTime = async (answer: Promise<Embedded>): Promise<Embedded> => {
      let done = false;
      const watched = answer.finally(() => {
        done = true;
      });
      watched.catch(() => {});
      const before = clock.monotonic();
      while (!done) {
        for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve));
        clock.advance(10);
        if (clock.monotonic() - before > 1_500) throw new Error("the answer is late");
      }
      return watched;
    };
    return { ...harness, chaos, clock, inTime };
  }

  it("fails no batch", async () => {
    const { chaos, embed, inputs, inTime } = await chaotic();
    chaos.mode = mode;
    for (const inputs of [["a"], ["b", "c"], ["c", "d", "c"]]) {
      const embedded = await inTime(embed(inputs));
      expect([embedded.status, embedded.outcome]).toEqual([200, "MISS"]);
      expectVectors(embedded, inputs);
    }
    expect(inputs().length).toBe(3);
  });

  it("leaves what memory holds, and heals", async () => {
    const { chaos, clock, embed, inTime } = await chaotic();
    await embed(["a"]);
    chaos.mode = mode;
    clock.advance(1_001);
    expect((await inTime(embed(["a"]))).outcome).toBe("HIT");
    chaos.release();
    clock.advance(60_000);
    await inTime(embed(["b"]));
    clock.advance(60_000);
    await inTime(embed(["b", "c"]));
    expectVectors(await inTime(embed(["a", "b", "c"])), ["a", "b", "c"]);
    expect((await inTime(embed(["a", "b", "c"]))).outcome).toBe("HIT");
  });
});

describe("two tenants", () => {
  it("with the same texts never share a vector", async () => {
    const { embed, script } = await setUpEmbeddings();
    // The origin tells them apart, so that a vector of the one is seen with the other.
    const canaries: Record<string, string> = { a: "canary-a", b: "canary-b" };
    const texts = ["same", "words"];
    const data: Record<string, unknown> = {};
    for (const tenant of ["a", "b"]) {
      const replied = ({ body }: { readonly body: object }) =>
        Response.json(embeddingReply({ ...body, model: canaries[tenant] }, "scripted-embed"));
      script.plan = replied;
      const first = await embed(texts, { headers: { authorization: `Bearer ${tenant}` } });
      expect([first.outcome, first.counts]).toEqual(["MISS", "total=2, cached=0, asked=2"]);
      data[tenant] = first.reply.data;
    }
    expect(data["a"]).not.toEqual(data["b"]);
    for (const tenant of ["a", "b", "a"]) {
      const hit = await embed(texts, { headers: { authorization: `Bearer ${tenant}` } });
      expect(hit.outcome).toBe("HIT");
      expect(hit.reply.data).toEqual(data[tenant]);
    }
  });
});
