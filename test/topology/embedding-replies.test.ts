import { describe, expect, it } from "vitest";
import { type EmbeddingFault, faultyEmbeddings } from "../../src/testing/scripted-embedding-faults.ts";
import { embeddingReply, geminiEmbeddingReply, scriptedVector } from "../../src/testing/scripted-embeddings.ts";
import { expectVectors, type Plan, repliesOf, setUpEmbeddings } from "./embedding-harness.ts";

/** What an origin may send in place of vectors, and what becomes of it: nothing that was not asked for is stored (I2). */

const faulty =
  (fault: EmbeddingFault): Plan =>
  (sent) =>
    Response.json(faultyEmbeddings(repliesOf(sent), fault));

describe("a reply with status 200 that is not what was asked for", () => {
  it.each<[EmbeddingFault, string]>([
    ["fewer", "wrong_count"],
    ["more", "wrong_count"],
    ["same-index", "wrong_index"],
    ["index-beyond", "wrong_index"],
    ["index-negative", "wrong_index"],
    ["index-no-number", "wrong_index"],
    ["ragged", "wrong_length"],
    ["empty", "wrong_length"],
    ["not-finite", "not_finite"],
    ["infinite", "not_finite"],
    ["text", "error_body"],
    ["null", "error_body"],
  ])("%s: is a 502 that says so, and nothing is stored", async (fault, code) => {
    const { embed, inputs, script } = await setUpEmbeddings();
    await embed(["stored"]);
    script.plan = faulty(fault);
    const { status, reply } = await embed(["a", "stored", "b"]);
    expect(status).toBe(502);
    expect(reply).toEqual({
      error: { message: expect.stringMatching(/origin.*\w\.$/), type: "api_error", param: null, code },
    });
    script.plan = undefined;
    expectVectors(await embed(["a", "stored", "b"]), ["a", "stored", "b"]);
    expect(inputs()).toEqual([["stored"], ["a", "b"], ["a", "b"]]);
  });

  it.each<[string, () => Response, string]>([
    ["no JSON", () => new Response("<html>"), "not_json"],
    ["an error", () => Response.json({ error: { message: "no" } }), "error_body"],
    ["nothing", () => new Response(""), "not_json"],
    ["no list", () => Response.json({ object: "list", data: {} }), "error_body"],
  ])("%s: is a 502 that says so, and nothing is stored", async (_, response, code) => {
    const { embed, script } = await setUpEmbeddings();
    script.plan = response;
    const { status, reply } = await embed(["a"]);
    expect([status, reply.error?.type, reply.error?.code]).toEqual([502, "api_error", code]);
    script.plan = undefined;
    expect((await embed(["a"])).outcome).toBe("MISS");
  });

  it("in dimensions that were not asked for is a 502, and nothing is stored", async () => {
    const { embed, inputs, script } = await setUpEmbeddings();
    script.plan = ({ body }) => Response.json(embeddingReply({ ...body, dimensions: 3 }, undefined));
    const { status, reply } = await embed(["a"], { body: { dimensions: 4 } });
    expect([status, reply.error?.code]).toEqual([502, "wrong_length"]);
    script.plan = undefined;
    expectVectors(await embed(["a"], { body: { dimensions: 4 } }), ["a"], 4);
    expect(inputs().length).toBe(2);
  });

  it.each<EmbeddingFault>(["fewer", "more", "ragged", "empty", "infinite", "text", "null"])(
    "%s: is a 502 in Gemini's words too",
    async (fault) => {
      const { cache, script } = await setUpEmbeddings();
      script.plan = ({ body }) =>
        Response.json(faultyEmbeddings(geminiEmbeddingReply(body, "g") as Record<string, unknown>, fault));
      const requests = ["a", "b"].map((text) => ({ model: "models/g", content: { parts: [{ text }] } }));
      const response = await cache.fetch("http://origin.test/v1beta/models/g:batchEmbedContents", {
        method: "POST",
        body: JSON.stringify({ requests }),
      });
      expect(response.status).toBe(502);
      expect(await response.json()).toMatchObject({ error: { code: 502, status: "UNAVAILABLE" } });
    },
  );

  it("shuffled is put in order", async () => {
    const { embed, inputs, script } = await setUpEmbeddings();
    script.plan = faulty("shuffled");
    expectVectors(await embed(["a", "b", "c"]), ["a", "b", "c"]);
    expectVectors(await embed(["c", "a"]), ["c", "a"]);
    expect(inputs().length).toBe(1);
  });

  it("without indexes is in the order that was asked for", async () => {
    const { embed, script } = await setUpEmbeddings();
    script.plan = (sent) => {
      const { data, ...rest } = repliesOf(sent) as { data: { embedding: unknown }[] };
      return Response.json({ ...rest, data: data.map(({ embedding }) => ({ embedding })) });
    };
    expectVectors(await embed(["a", "b"]), ["a", "b"]);
  });
});

describe("a batch of which the provider refuses an input", () => {
  const refusal = { error: { message: "too many tokens", type: "invalid_request_error", param: "input", code: null } };
  const limited: Plan = ({ input }) =>
    input.some((text) => text.length > 100) ? Response.json(refusal, { status: 400 }) : undefined;
  const long = "long ".repeat(50);

  it("gets the provider's own words, and what is stored stays", async () => {
    const { embed, inputs, script } = await setUpEmbeddings();
    script.plan = limited;
    await embed(["a"]);
    const { status, reply } = await embed(["a", long]);
    expect([status, reply]).toEqual([400, refusal]);
    expect((await embed(["a"])).outcome).toBe("HIT");
    expect(inputs()).toEqual([["a"], [long]]);
  });

  it("keeps what its other requests brought", async () => {
    const { embed, inputs, script } = await setUpEmbeddings();
    script.plan = limited;
    const many = Array.from({ length: 2_048 }, (_, index) => `t${index}`);
    expect((await embed([...many, long], { body: { dimensions: 2 } })).status).toBe(400);
    expect((await embed(many, { body: { dimensions: 2 } })).outcome).toBe("HIT");
    expect(inputs().map(({ length }) => length)).toEqual([2_048, 1]);
  });
});

describe("an origin that fails", () => {
  it.each([429, 500, 503])("with %d is passed on, with its headers, and nothing is stored", async (status) => {
    const { embed, inputs, script } = await setUpEmbeddings();
    const error = { error: { message: "later" } };
    script.plan = () => Response.json(error, { status, headers: { "retry-after": "7" } });
    const answer = await embed(["a"]);
    expect([answer.status, answer.reply, answer.headers.get("retry-after")]).toEqual([status, error, "7"]);
    script.plan = undefined;
    expect((await embed(["a"])).outcome).toBe("MISS");
    expect(inputs().length).toBe(2);
  });

  it("to be reached rejects as fetch does, with the same error", async () => {
    const { embed, script } = await setUpEmbeddings();
    const refused = new TypeError("fetch failed");
    script.plan = () => Promise.reject(refused);
    await expect(embed(["a"])).rejects.toBe(refused);
    await expect(embed(["a"], { headers: { "x-ai-cache": "off" } })).rejects.toBe(refused);
  });

  it("in the middle of its reply is a 502", async () => {
    const { embed, script } = await setUpEmbeddings();
    script.plan = () => {
      const body = new ReadableStream({
        pull: (controller) => controller.error(new TypeError("terminated")),
      });
      return new Response(body);
    };
    const { status, reply } = await embed(["a"]);
    expect([status, reply.error?.type]).toEqual([502, "api_error"]);
  });
});

it("a batch of 10,000 of which some are stored is asked for in requests that the provider takes", async () => {
  const { embed, inputs } = await setUpEmbeddings();
  const all = Array.from({ length: 10_000 }, (_, index) => `t${index}`);
  const init = { body: { dimensions: 2 } };
  await embed(all.slice(100, 1_100), init);
  expectVectors(await embed(all, init), all, 2);
  const lengths = inputs().map(({ length }) => length);
  expect(lengths).toEqual([1_000, 2_048, 2_048, 2_048, 2_048, 808]);
  const hit = await embed(all, init);
  expect([hit.outcome, hit.counts]).toEqual(["HIT", "total=10000, cached=10000, asked=0"]);
});

it("a heavy batch is cut by its length, and each input gets its own vector", async () => {
  const { embed, inputs } = await setUpEmbeddings();
  const heavy = ["x", "y", "z"].map((letter) => letter.repeat(400_000));
  const { reply } = await embed(heavy);
  expect(inputs().map(({ length }) => length)).toEqual([2, 1]);
  expect(reply.data.map(({ embedding }) => embedding)).toEqual(
    heavy.map((text) => scriptedVector(text, "scripted-embed").map((number) => expect.closeTo(number, 6))),
  );
});
