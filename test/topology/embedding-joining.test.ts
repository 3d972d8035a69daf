import { describe, expect, it } from "vitest";
import { ManualClock } from "../../src/core/clock.ts";
import type { Store } from "../../src/core/store.ts";
import { memory } from "../../src/stores/memory.ts";
import { Gate } from "../../src/testing/gate.ts";
import { embeddingReply } from "../../src/testing/scripted-embeddings.ts";
import { turns, until } from "./cache-harness.ts";
import { type EmbedInit, expectVectors, setUpEmbeddings } from "./embedding-harness.ts";

/** Batches at the same time: who waits for whose vectors, and what a failure or a caller who leaves does to the others. */

/** Every request to the origin is answered when the test says so, and how. */
async function held() {
  const harness = await setUpEmbeddings();
  const { asked, events, script } = harness;
  const answers: ((response: Response | undefined) => void)[] = [];
  script.plan = () => new Promise((resolve) => answers.push(resolve));
  return {
    ...harness,
    asks: (count: number) => until(() => asked.length === count, `request ${count}`),
    joins: (count: number) =>
      until(() => events.filter(({ type }) => type === "flight-join").length === count, `join ${count}`),
    /** Answers the request of this number, by default with its vectors. */
    answer: (number: number, response?: Response) => answers[number]?.(response),
  };
}

const refused = () => Response.json({ error: { message: "too long" } }, { status: 400 });
const failing = (status: number) => Response.json({ error: { message: "later" } }, { status });

describe("batches that overlap", () => {
  it("share what they have in common, and book it as joined", async () => {
    const { answer, asks, embed, inputs } = await held();
    const one = embed(["a", "b", "c"]);
    await asks(1);
    const other = embed(["b", "c", "d"]);
    await asks(2);
    answer(1);
    answer(0);
    expectVectors(await one, ["a", "b", "c"]);
    const joined = await other;
    expectVectors(joined, ["b", "c", "d"]);
    expect(joined.counts).toBe("total=3, cached=0, asked=1");
    expect(inputs()).toEqual([["a", "b", "c"], ["d"]]);
  });

  it("of 50 callers for the same batch one asks", async () => {
    const { answer, asks, embed, inputs, joins } = await held();
    const all = Array.from({ length: 50 }, () => embed(["a", "b"]));
    await asks(1);
    await joins(49);
    answer(0);
    const outcomes = (await Promise.all(all)).map(({ outcome }) => outcome);
    expect(outcomes.filter((outcome) => outcome === "MISS")).toHaveLength(1);
    expect(outcomes.filter((outcome) => outcome === "COALESCED")).toHaveLength(49);
    expect(inputs()).toEqual([["a", "b"]]);
  });

  it("join what was computed and is not stored yet", async () => {
    const clock = new ManualClock();
    const behind = memory({ clock });
    const gate = new Gate();
    const slow: Store = {
      name: "slow",
      get: (tenant, keys) => behind.get(tenant, keys),
      set: (...given) => gate.pass().then(() => behind.set(...given)),
      add: (...given) => behind.add(...given),
      delete: (tenant, key) => behind.delete(tenant, key),
      stats: () => behind.stats(),
      close: () => behind.close(),
    };
    const { embed, inputs } = await setUpEmbeddings({ clock, store: slow });
    const one = embed(["a", "b"]);
    await gate.reached(2);
    clock.advance(25);
    expect((await one).outcome).toBe("MISS");
    const again = embed(["b", "c"]);
    await gate.reached(3);
    clock.advance(25);
    expectVectors(await again, ["b", "c"]);
    gate.release();
    expect(inputs()).toEqual([["a", "b"], ["c"]]);
  });

  it("of two tenants share nothing", async () => {
    const { answer, asks, embed } = await held();
    const one = embed(["a"]);
    await asks(1);
    const other = embed(["a"], { headers: { authorization: "Bearer b" } });
    await asks(2);
    answer(0);
    answer(1);
    expect([(await one).outcome, (await other).outcome]).toEqual(["MISS", "MISS"]);
  });
});

describe("a caller who leaves", () => {
  it("alone ends the origin's call, and nothing is stored", async () => {
    const { asked, asks, embed, events } = await held();
    const leaving = new AbortController();
    const gone = embed(["a", "b"], { signal: leaving.signal });
    await asks(1);
    leaving.abort(new Error("enough"));
    await expect(gone).rejects.toThrow("enough");
    await until(() => events.some((event) => event.type === "origin-end"));
    expect(asked[0]?.signal.aborted).toBe(true);
    expect(events.filter(({ type }) => type === "entry-write")).toEqual([]);
    void embed(["a"]).catch(() => {});
    await asks(2);
  });

  it("does not end what another batch waits for, but what only its own did", async () => {
    const { answer, asked, asks, embed, joins } = await held();
    const first = embed(["a", "b"]);
    await asks(1);
    const leaving = new AbortController();
    const second = embed(["b", "c"], { signal: leaving.signal });
    await asks(2);
    await joins(1);
    leaving.abort();
    await expect(second).rejects.toThrow();
    await turns();
    expect(asked.map(({ signal }) => signal.aborted)).toEqual([false, true]);
    answer(0);
    expectVectors(await first, ["a", "b"]);
  });

  it("and who began does not end what others joined", async () => {
    const { answer, asked, asks, embed, joins } = await held();
    const leaving = new AbortController();
    const first = embed(["a", "b"], { signal: leaving.signal });
    await asks(1);
    const second = embed(["b"]);
    await joins(1);
    leaving.abort();
    await expect(first).rejects.toThrow();
    await turns();
    expect(asked[0]?.signal.aborted).toBe(false);
    answer(0);
    expectVectors(await second, ["b"]);
    expect((await embed(["a", "b"])).outcome).toBe("HIT");
  });
});

describe("a request that fails", () => {
  it.each([429, 500, 503])("with %d fails all who wait for it, and nobody else", async (status) => {
    const { answer, asks, embed, inputs, joins } = await held();
    const stored = embed(["stored"]);
    await asks(1);
    answer(0);
    await stored;
    const one = embed(["a", "b"]);
    await asks(2);
    const other = embed(["b", "stored"]);
    await joins(1);
    answer(1, failing(status));
    expect([(await one).status, (await other).status]).toEqual([status, status]);
    expect((await embed(["stored"])).outcome).toBe("HIT");
    // The failure stands for a moment, so that a failing origin is not asked by every waiter in turn.
    expect((await embed(["b"])).status).toBe(status);
    expect(inputs()).toEqual([["stored"], ["a", "b"]]);
  });

  it.each([400, 413, 422])("with %d because of an input does not fail who joined for another", async (status) => {
    const { answer, asks, embed, inputs, joins } = await held();
    const one = embed(["too long", "b"]);
    await asks(1);
    const other = embed(["b", "c"]);
    await joins(1);
    await asks(2);
    answer(0, failing(status));
    answer(1);
    await asks(3);
    answer(2);
    expect((await one).status).toBe(status);
    expectVectors(await other, ["b", "c"]);
    expect(inputs()).toEqual([["too long", "b"], ["c"], ["b"]]);
  });

  it("with 400 is shared by who asked for just the same", async () => {
    const { answer, asks, embed, inputs, joins } = await held();
    const one = embed(["too long", "b"]);
    await asks(1);
    const same = embed(["b", "too long"]);
    await joins(1);
    answer(0, refused());
    expect([(await one).status, (await same).status]).toEqual([400, 400]);
    expect(inputs().length).toBe(1);
  });

  it("with 400 because of an input does not stand in the way of the others later", async () => {
    const { answer, asks, embed, joins } = await held();
    const one = embed(["too long", "b"]);
    await asks(1);
    const same = embed(["too long", "b"]);
    await joins(1);
    answer(0, refused());
    await Promise.all([one, same]);
    const later = embed(["b"]);
    await asks(2);
    answer(1);
    expectVectors(await later, ["b"]);
  });
});

describe("who may join", () => {
  const both = async (first: EmbedInit["headers"], second: EmbedInit["headers"]) => {
    const harness = await held();
    const older = harness.embed(["a"], { headers: first ?? {} });
    await harness.asks(1);
    const newer = harness.embed(["a"], { headers: second ?? {} });
    return { ...harness, older, newer };
  };

  it.each([
    ["a shorter ttl", {}, { "x-ai-cache-ttl": "60" }],
    ["a tag that the other has not", { "x-ai-cache-tags": "a" }, { "x-ai-cache-tags": "a,b" }],
    ["a wish for new vectors", {}, { "cache-control": "no-cache" }],
    ["a wish to write only", {}, { "x-ai-cache": "write" }],
  ])("%s is a request of its own", async (_, first, second) => {
    const { answer, asks, newer, older } = await both(first as EmbedInit["headers"], second as EmbedInit["headers"]);
    await asks(2);
    answer(0);
    answer(1);
    expect([(await older).status, (await newer).status]).toEqual([200, 200]);
  });

  it.each([
    ["a longer ttl", { "x-ai-cache-ttl": "60" }, { "x-ai-cache-ttl": "61" }],
    ["fewer tags", { "x-ai-cache-tags": "a,b" }, { "x-ai-cache-tags": "b" }],
    ["tags of one who stores nothing", {}, { "x-ai-cache-tags": "a", "x-ai-cache": "read" }],
  ])("%s joins", async (_, first, second) => {
    const { answer, inputs, joins, newer, older } = await both(
      first as EmbedInit["headers"],
      second as EmbedInit["headers"],
    );
    await joins(1);
    answer(0);
    expect([(await older).outcome, (await newer).outcome]).toEqual(["MISS", "COALESCED"]);
    expect(inputs().length).toBe(1);
  });

  it.each([true, false])(
    "what began before a wish for new vectors does not take their place (last: %j)",
    async (last) => {
      const { answer, asked, asks, embed, newer, older } = await both({}, { "cache-control": "no-cache" });
      await asks(2);
      const fresh = () => Response.json(embeddingReply({ ...asked[1]?.body, model: "other" }, "scripted-embed"));
      if (last) answer(1, fresh());
      else answer(0);
      await (last ? newer : older);
      if (last) answer(0);
      else answer(1, fresh());
      const [, { reply }] = await Promise.all([older, newer]);
      const hit = await embed(["a"]);
      expect(hit.outcome).toBe("HIT");
      expect(hit.reply.data).toEqual(reply.data);
    },
  );
});
