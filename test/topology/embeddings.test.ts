import fc from "fast-check";
import OpenAI from "openai";
import { describe, expect, it } from "vitest";
import { embeddingReply, scriptedTokens, scriptedVector } from "../../src/testing/scripted-embeddings.ts";
import { expectVectors, type Input, model, setUpEmbeddings } from "./embedding-harness.ts";

/** A batch is taken apart, asked for as far as it is new, and put together again. */

describe("a batch of inputs", () => {
  it("asks only for what is new and answers in order, with a direct origin's usage", async () => {
    const { asked, embed, inputs } = await setUpEmbeddings();
    const input = fc.oneof(
      fc.constantFrom("alpha", "beta", "gamma gamma", "1", "[1]"),
      fc.string({ minLength: 1, maxLength: 12 }),
      fc.array(fc.nat(50), { minLength: 1, maxLength: 3 }),
    );
    const batch = fc.oneof(
      fc.array(
        input.filter((one) => typeof one === "string"),
        { minLength: 1, maxLength: 12 },
      ),
      fc.array(
        input.filter((one) => typeof one !== "string"),
        { minLength: 1, maxLength: 12 },
      ),
    );
    let run = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(batch, { minLength: 1, maxLength: 5 }), async (batches) => {
        run++;
        const seen = new Set<string>();
        for (const texts of batches as Input[][]) {
          const fresh = new Set(texts.map((one) => JSON.stringify(one)).filter((one) => !seen.has(one)));
          asked.length = 0;
          const encoding = texts.length % 2 === 0 ? "base64" : "float";
          const init = { body: { encoding_format: encoding }, headers: { "x-ai-cache-version": `${run}` } };
          const embedded = await embed(texts, init);
          expectVectors(embedded, texts);
          expect(inputs().flat().length).toBe(fresh.size);
          expect(embedded.outcome).toBe(fresh.size === 0 ? "HIT" : "MISS");
          for (const one of fresh) seen.add(one);
          if (texts.every((one) => typeof one !== "string")) {
            expect(embedded.reply.usage?.total_tokens).toBe(texts.reduce((sum, one) => sum + scriptedTokens(one), 0));
          }
        }
      }),
      { numRuns: 150 },
    );
  });

  it("of 1,000 with 937 stored asks for 63", async () => {
    const { embed, inputs } = await setUpEmbeddings();
    const texts = Array.from({ length: 1000 }, (_, index) => `text ${index}`);
    await embed(texts.filter((_, index) => index % 16 !== 3));
    const embedded = await embed(texts);
    expect(inputs().at(-1)?.length).toBe(63);
    expect(embedded.counts).toBe("total=1000, cached=937, asked=63");
    expectVectors(embedded, texts);
  });

  it("of 10,000 is asked for in requests that the provider takes", async () => {
    const { embed, inputs } = await setUpEmbeddings();
    const texts = Array.from({ length: 10_000 }, (_, index) => `t${index}`);
    const embedded = await embed(texts, { body: { dimensions: 2 } });
    expect(inputs().map(({ length }) => length)).toEqual([2048, 2048, 2048, 2048, 1808]);
    expectVectors(embedded, texts, 2);
  });

  it.each([[[]], [""], [["a", ""]], [["a", 1]], [[1, "a"]], [["a", [1]]], [{}], [null], [[1.5]], [[[]]]])(
    "%j is refused before anything is asked",
    async (input) => {
      const { embed, inputs } = await setUpEmbeddings();
      const { status, reply } = await embed(input);
      expect(status).toBe(400);
      expect(reply).toMatchObject({ error: { type: "invalid_request_error" } });
      expect(inputs()).toEqual([]);
    },
  );

  it("in base64 and in decimals has the same numbers and one stored vector", async () => {
    const { embed, inputs } = await setUpEmbeddings();
    const decimals = await embed(["a"], { body: { encoding_format: "float" } });
    const base64 = await embed(["a"], { body: { encoding_format: "base64" } });
    expect(inputs().length).toBe(1);
    expectVectors(decimals, ["a"]);
    expectVectors(base64, ["a"]);
    expect(typeof base64.reply.data[0]?.embedding).toBe("string");
  });
});

describe("vectors are kept apart", () => {
  it.each([
    ["tenants", {}, { authorization: "Bearer b" }],
    ["version labels", {}, { "x-ai-cache-version": "2" }],
    ["namespaces", {}, { "x-ai-cache-namespace": "n" }],
    ["dimensions", { dimensions: 4 }, {}],
    ["models", { model: "another" }, {}],
    ["unknown fields", { input_type: "query" }, {}],
  ])("by %s", async (_, body, headers) => {
    const { embed, inputs } = await setUpEmbeddings();
    await embed("a");
    await embed("a", { body, headers: headers as Record<string, string> });
    expect(inputs().length).toBe(2);
    await embed("a", { body, headers: headers as Record<string, string> });
    expect(inputs().length).toBe(2);
  });
});

describe("a model that answers under its name with other vectors", () => {
  it("is never mixed with what it was", async () => {
    const { embed, inputs, script } = await setUpEmbeddings();
    script.plan = ({ body }) => Response.json(embeddingReply(body, "scripted-embed-001"));
    await embed(["a", "b"]);
    script.plan = ({ body }) => Response.json(embeddingReply(body, "scripted-embed-002"));
    const { reply } = await embed(["a", "b", "c"]);
    expect(reply.model).toBe("scripted-embed-002");
    expect(inputs()).toEqual([["a", "b"], ["c"], ["a", "b"]]);
  });

  it("in the middle of a large batch gives no mixture, but an error", async () => {
    const { asked, embed, script } = await setUpEmbeddings();
    script.plan = ({ body }) => Response.json(embeddingReply(body, `scripted-embed-00${asked.length}`));
    const texts = Array.from({ length: 2_049 }, (_, index) => `t${index}`);
    const { status, reply } = await embed(texts, { body: { dimensions: 2 } });
    expect([status, reply.error?.code]).toEqual([502, "vectors_differ"]);
  });

  it("of which both are stored is asked for everything", async () => {
    const { embed, inputs, script } = await setUpEmbeddings();
    script.plan = ({ body }) => Response.json(embeddingReply(body, "scripted-embed-001"));
    await embed(["a"]);
    script.plan = ({ body }) => Response.json(embeddingReply(body, "scripted-embed-002"));
    await embed(["b"]);
    const embedded = await embed(["a", "b"]);
    expect(embedded.reply.model).toBe("scripted-embed-002");
    expect((await embed(["a", "b"])).outcome).toBe("HIT");
    expect(inputs()).toEqual([["a"], ["b"], ["a", "b"]]);
  });
});

it("an origin that knows no base64 is asked for decimals from then on", async () => {
  const { asked, embed, script } = await setUpEmbeddings();
  script.plan = ({ body }) =>
    body["encoding_format"] === "base64"
      ? Response.json({ error: { message: "encoding_format is not supported" } }, { status: 400 })
      : undefined;
  expectVectors(await embed("a"), ["a"]);
  expectVectors(await embed("b"), ["b"]);
  expect(asked.length).toBe(3);
});

it("the official SDK reads stored vectors, which it asks for in base64", async () => {
  const { asked, cache } = await setUpEmbeddings();
  const openai = new OpenAI({ apiKey: "k", baseURL: "http://origin.test/v1", fetch: cache.fetch });
  const ask = () => openai.embeddings.create({ model, input: ["a", "b"] });
  const first = await ask();
  const second = await ask();
  expect(second).toEqual(first);
  expect(second.data[1]?.embedding).toEqual(scriptedVector("b", model));
  expect(asked.length).toBe(1);
});
