import { describe, expect, it } from "vitest";
import { embeddingReply } from "../../src/testing/scripted-embeddings.ts";
import { expectVectors, setUpEmbeddings } from "./embedding-harness.ts";

/** What a request for embeddings asks of the cache, and what it then gets. */

const hour = 3_600_000;

describe("only-if-cached", () => {
  const headers = { "cache-control": "only-if-cached" };

  it("is a 504 unless all vectors are stored, and asks nothing", async () => {
    const { embed, inputs } = await setUpEmbeddings();
    await embed(["a"]);
    const { status, reply, outcome, headers: sent } = await embed(["a", "b"], { headers });
    expect([status, outcome, sent.get("x-should-retry")]).toEqual([504, "MISS", "false"]);
    expect(reply.error?.code).toBe("cache_miss");
    expectVectors(await embed(["a"], { headers }), ["a"]);
    expect(inputs()).toEqual([["a"]]);
  });

  it("is a 504 where no cache may answer", async () => {
    const { embed, inputs } = await setUpEmbeddings();
    expect((await embed(["a"], { headers: { ...headers, "x-ai-cache": "off" } })).status).toBe(504);
    expect(inputs()).toEqual([]);
  });
});

describe("what is neither read nor stored", () => {
  it.each([
    ["cache-control", "no-store", "no_store"],
    ["x-ai-cache", "off", "no_store"],
    ["x-ai-cache-layers", "exact", "layer_off"],
  ])("%s: %s passes by, as it was sent", async (name, value, reason) => {
    const { asked, embed, inputs } = await setUpEmbeddings();
    await embed(["a"]);
    const passed = await embed(["a", "b", "a"], { headers: { [name]: value } });
    expect([passed.outcome, passed.reason, passed.counts]).toEqual(["BYPASS", reason, null]);
    expectVectors(passed, ["a", "b", "a"]);
    expect(asked.at(-1)?.body).toEqual({ model: "scripted-embed", input: ["a", "b", "a"] });
    await embed(["b"]);
    expect(inputs()).toEqual([["a"], ["a", "b", "a"], ["b"]]);
  });

  it("an origin's no-store is kept to", async () => {
    const { embed, inputs, script } = await setUpEmbeddings();

    script.plan = ({ body }) =>
      Response.json(embeddingReply(body, undefined), { headers: { "cache-control": "no-store" } });
    expect(await embed(["a"])).toMatchObject({ status: 200, outcome: "MISS", reason: "upstream_no_store" });
    await embed(["a"]);
    expect(inputs()).toEqual([["a"], ["a"]]);
  });
});

describe("x-ai-cache", () => {
  it("read: what is stored is used, and what is new is not stored", async () => {
    const { embed, inputs } = await setUpEmbeddings();
    const headers = { "x-ai-cache": "read" };
    await embed(["a"]);
    expect((await embed(["a", "b"], { headers })).counts).toBe("total=2, cached=1, asked=1");
    expect((await embed(["b"])).outcome).toBe("MISS");
    expect(inputs()).toEqual([["a"], ["b"], ["b"]]);
  });

  it.each([
    ["x-ai-cache", "write"],
    ["x-ai-cache", "refresh"],
    ["cache-control", "no-cache"],
  ])("%s: %s asks for everything, and stores it", async (name, value) => {
    const { embed, inputs, script } = await setUpEmbeddings();
    await embed(["a"]);

    script.plan = ({ body }) => Response.json(embeddingReply({ ...body, model: "scripted-embed-2" }, "scripted-embed"));
    const refreshed = await embed(["a", "b"], { headers: { [name]: value } });
    expect([refreshed.outcome, refreshed.counts]).toEqual(["REFRESH", "total=2, cached=0, asked=2"]);
    const again = await embed(["a", "b"]);
    expect(again.outcome).toBe("HIT");
    expect(again.reply.data).toEqual(refreshed.reply.data);
    expect(inputs()).toEqual([["a"], ["a", "b"]]);
  });
});

describe("ages", () => {
  it("max-age asks again only for what is older", async () => {
    const { clock, embed, inputs } = await setUpEmbeddings();
    await embed(["old"]);
    clock.advance(hour);
    await embed(["new"]);
    clock.advance(60_000);
    const { headers, counts } = await embed(["old", "new"], { headers: { "cache-control": "max-age=60" } });
    expect([headers.get("x-ai-cache-status"), counts]).toEqual(["MISS", "total=2, cached=1, asked=1"]);
    const hit = await embed(["old", "new"], { headers: { "cache-control": "max-age=60" } });
    expect([hit.outcome, hit.headers.get("age")]).toEqual(["HIT", "60"]);
    expect(inputs()).toEqual([["old"], ["new"], ["old"]]);
  });

  it("a vector does not age, unless the request says so, and no request makes it live longer", async () => {
    const { clock, embed } = await setUpEmbeddings({
      rules: [{ match: { model: "short" }, ttl: "1h" }],
    });
    await embed(["a"]);
    await embed(["b"], { headers: { "x-ai-cache-ttl": "60" } });
    await embed(["c"], { body: { model: "short" }, headers: { "x-ai-cache-ttl": "7200" } });
    clock.advance(59_999);
    expect((await embed(["b"])).outcome).toBe("HIT");
    clock.advance(1);
    expect((await embed(["b"])).outcome).toBe("MISS");
    clock.advance(hour - 60_001);
    expect((await embed(["c"], { body: { model: "short" } })).outcome).toBe("HIT");
    clock.advance(1);
    expect((await embed(["c"], { body: { model: "short" } })).outcome).toBe("MISS");
    clock.advance(365 * 24 * hour);
    expect((await embed(["a"])).outcome).toBe("HIT");
  });
});

describe("usage", () => {
  const texts = ["a", "twelve chars", "a", "somewhat more than that"];
  const usageOf = (tokens: number) => ({ prompt_tokens: tokens, total_tokens: tokens });

  it("of a batch that is partly stored is that of a direct call", async () => {
    const direct = await setUpEmbeddings();
    const { reply } = await direct.embed(texts, { headers: { "x-ai-cache": "off" } });
    expect(reply.usage).toEqual(usageOf(11));
    const { embed } = await setUpEmbeddings();
    for (const text of [texts[0], texts[1]]) await embed([text]);
    const partly = await embed(texts);
    expect(partly.counts).toBe("total=4, cached=3, asked=1");
    expect(partly.reply.usage).toEqual(reply.usage);
    expect((await embed(texts)).reply.usage).toEqual(reply.usage);
  });

  it("with `hitUsage: zero` is what was computed for this call", async () => {
    const { embed } = await setUpEmbeddings({ policy: { hitUsage: "zero" } });
    expect((await embed(texts.slice(0, 3))).reply.usage).toEqual(usageOf(4));
    expect((await embed(texts)).reply.usage).toEqual(usageOf(6));
    expect((await embed(texts)).reply.usage).toEqual(usageOf(0));
  });

  it("is not made up where the origin says nothing", async () => {
    const { embed, script } = await setUpEmbeddings();

    script.plan = ({ body }) => Response.json({ ...embeddingReply(body, undefined), usage: undefined });
    expect((await embed(["a"])).reply.usage).toBeUndefined();
    expect((await embed(["a"])).reply.usage).toBeUndefined();
  });
});

describe("encoding_format", () => {
  it.each(["int8", "BASE64", 1, ["float"]])("%j is none, and nothing is asked", async (encoding) => {
    const { embed, inputs } = await setUpEmbeddings();
    const { status, reply } = await embed(["a"], { body: { encoding_format: encoding } });
    expect(status).toBe(400);
    expect(reply.error).toMatchObject({ type: "invalid_request_error", param: "encoding_format" });
    expect(inputs()).toEqual([]);
  });

  it("null is the usual one", async () => {
    const { embed } = await setUpEmbeddings();
    expectVectors(await embed(["a"], { body: { encoding_format: null } }), ["a"]);
  });
});
