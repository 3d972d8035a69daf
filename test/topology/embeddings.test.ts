import fc from "fast-check";
import OpenAI from "openai";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type Cache, createCache } from "../../src/cache.ts";
import {
  embeddingInputs,
  embeddingReply,
  scriptedTokens,
  scriptedVector,
} from "../../src/testing/scripted-embeddings.ts";

type Input = string | number[];
type Reply = {
  data: { index: number; embedding: number[] | string }[];
  model: string;
  usage: { total_tokens: number };
};
type Sent = { input: Input[]; dimensions?: number };
type Plan = (request: Sent & Record<string, unknown>) => Response | undefined | Promise<Response | undefined>;

const url = "http://origin.test/v1/embeddings";
const asked: Sent[] = [];
let plan: Plan | undefined;
let cache: Cache;

/** An origin of a function, so that a property test can ask it thousands of times. */
const origin: typeof fetch = async (_url, init) => {
  const request = JSON.parse(Buffer.from(init?.body as Uint8Array).toString()) as Sent & Record<string, unknown>;
  asked.push({ ...request, input: embeddingInputs(request) as Input[] });
  return (await plan?.(request)) ?? Response.json(embeddingReply(request, undefined));
};

beforeEach(async () => {
  asked.length = 0;
  plan = undefined;
  cache = await createCache({ fetch: origin, masterKey: "a key that is long enough" });
});
afterEach(() => cache.close());

async function embed(input: unknown, body: object = {}, headers: Record<string, string> = {}) {
  const response = await cache.fetch(url, {
    method: "POST",
    headers: { authorization: "Bearer a", ...headers },
    body: JSON.stringify({ model: "scripted-embed", input, ...body }),
  });
  return { status: response.status, headers: response.headers, reply: (await response.json()) as Reply };
}

const countAsked = () => asked.reduce((sum, request) => sum + request.input.length, 0);
const expected = (input: Input, dimensions?: number) => scriptedVector(input, "scripted-embed", dimensions);

function expectVectors(reply: Reply, inputs: readonly Input[], dimensions?: number): void {
  expect(reply.data.map((item) => item.index)).toEqual(inputs.map((_, index) => index));
  for (const [index, input] of inputs.entries()) {
    const { embedding } = reply.data[index] as Reply["data"][number];
    const numbers = typeof embedding === "string" ? floats(embedding) : embedding.map(Math.fround);
    expect(numbers).toEqual(expected(input, dimensions));
  }
}

const floats = (text: string) => [...new Float32Array(new Uint8Array(Buffer.from(text, "base64")).buffer)];

describe("a batch of inputs", () => {
  it("asks only for what is new and answers in order, with a direct origin's usage", async () => {
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
        for (const inputs of batches as Input[][]) {
          const fresh = new Set(inputs.map((one) => JSON.stringify(one)).filter((one) => !seen.has(one)));
          asked.length = 0;
          const encoding = inputs.length % 2 === 0 ? "base64" : "float";
          const { reply, headers } = await embed(
            inputs,
            { encoding_format: encoding },
            { "x-ai-cache-version": `${run}` },
          );
          expectVectors(reply, inputs);
          expect(countAsked()).toBe(fresh.size);
          expect(headers.get("x-ai-cache-status")).toBe(fresh.size === 0 ? "HIT" : "MISS");
          for (const one of fresh) seen.add(one);
          if (inputs.every((one) => typeof one !== "string")) {
            expect(reply.usage.total_tokens).toBe(inputs.reduce((sum, one) => sum + scriptedTokens(one), 0));
          }
        }
      }),
      { numRuns: 150 },
    );
  });

  it("of 1,000 with 937 stored asks for 63", async () => {
    const inputs = Array.from({ length: 1000 }, (_, index) => `text ${index}`);
    await embed(inputs.filter((_, index) => index % 16 !== 3));
    asked.length = 0;
    const { reply, headers } = await embed(inputs);
    expect(countAsked()).toBe(63);
    expect(headers.get("x-ai-cache-embeddings")).toBe("total=1000, cached=937, asked=63");
    expectVectors(reply, inputs);
  });

  it("of 10,000 is asked for in requests that the provider takes", async () => {
    const inputs = Array.from({ length: 10_000 }, (_, index) => `t${index}`);
    const { reply } = await embed(inputs, { dimensions: 2 });
    expect(asked.map((request) => request.input.length)).toEqual([2048, 2048, 2048, 2048, 1808]);
    expectVectors(reply, inputs, 2);
  });

  it.each([[[]], [""], [["a", ""]], [["a", 1]], [[1, "a"]], [["a", [1]]], [{}], [null], [[1.5]], [[[]]]])(
    "%j is refused before anything is asked",
    async (input) => {
      const { status, reply } = await embed(input);
      expect(status).toBe(400);
      expect(reply).toMatchObject({ error: { type: "invalid_request_error" } });
      expect(asked).toEqual([]);
    },
  );

  it("in base64 and in decimals has the same numbers and one stored vector", async () => {
    const decimals = await embed(["a"], { encoding_format: "float" });
    const base64 = await embed(["a"], { encoding_format: "base64" });
    expect(asked.length).toBe(1);
    expectVectors(decimals.reply, ["a"]);
    expectVectors(base64.reply, ["a"]);
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
    await embed("a");
    await embed("a", body, headers);
    expect(asked.length).toBe(2);
    await embed("a", body, headers);
    expect(asked.length).toBe(2);
  });
});

describe("a reply that is not what was asked", () => {
  const change =
    (edit: (data: Reply["data"]) => unknown[]): Plan =>
    (request) => {
      const reply = embeddingReply(request, undefined) as unknown as Reply;
      return Response.json({ ...reply, data: edit(reply.data) });
    };
  const notFinite = Buffer.from(Float32Array.of(1, Number.NaN).buffer).toString("base64");
  it.each<[string, Plan]>([
    ["fewer vectors", change((data) => data.slice(1))],
    ["more vectors", change((data) => [...data, data[0]])],
    ["an index twice", change((data) => data.map((item) => ({ ...item, index: 0 })))],
    ["an index beyond", change((data) => data.map((item) => ({ ...item, index: item.index + 1 })))],
    [
      "another length",
      change((data) => data.map((item, index) => ({ ...item, embedding: Array(index + 1).fill(0.5) }))),
    ],
    ["no numbers", change((data) => data.map((item) => ({ ...item, embedding: notFinite })))],
    ["no JSON", () => new Response("<html>")],
    ["an error with status 200", () => Response.json({ error: { message: "no" } })],
  ])("with %s is a 502, and nothing is stored", async (_, broken) => {
    plan = broken;
    const { status, reply } = await embed(["a", "b"]);
    expect(status).toBe(502);
    expect(reply).toMatchObject({ error: { type: "api_error" } });
    plan = undefined;
    const again = await embed(["a", "b"]);
    expect(again.headers.get("x-ai-cache-status")).toBe("MISS");
    expectVectors(again.reply, ["a", "b"]);
  });

  it("in dimensions that were not asked is a 502", async () => {
    plan = (request) => Response.json(embeddingReply({ ...request, dimensions: 3 }, undefined));
    expect((await embed("a", { dimensions: 4 })).status).toBe(502);
  });

  it("in another order is put in order", async () => {
    plan = change((data) => [...data].reverse());
    expectVectors((await embed(["a", "b", "c"])).reply, ["a", "b", "c"]);
  });

  it("is passed on when it is an error, and what was stored stays", async () => {
    await embed(["a"]);
    plan = () => Response.json({ error: { message: "too long" } }, { status: 400 });
    const { status, reply } = await embed(["a", "b"]);
    expect([status, reply]).toEqual([400, { error: { message: "too long" } }]);
    expect((await embed(["a"])).headers.get("x-ai-cache-status")).toBe("HIT");
  });
});

describe("batches at the same time", () => {
  it("share what they have in common", async () => {
    const { promise: open, resolve } = Promise.withResolvers<undefined>();
    plan = () => open;
    const one = embed(["a", "b", "c"]);
    await expect.poll(() => asked.length).toBe(1);
    const other = embed(["b", "c", "d"]);
    await expect.poll(() => asked.length).toBe(2);
    resolve(undefined);
    expectVectors((await one).reply, ["a", "b", "c"]);
    expectVectors((await other).reply, ["b", "c", "d"]);
    expect(asked.map((request) => request.input)).toEqual([["a", "b", "c"], ["d"]]);
  });
});

it("a model that answers under its name with other vectors is never mixed with what it was", async () => {
  plan = (request) => Response.json(embeddingReply(request, "scripted-embed-001"));
  await embed(["a", "b"]);
  plan = (request) => Response.json(embeddingReply(request, "scripted-embed-002"));
  const { reply } = await embed(["a", "b", "c"]);
  expect(reply.model).toBe("scripted-embed-002");
  expect(asked.map((request) => request.input)).toEqual([["a", "b"], ["c"], ["a", "b"]]);
});

it("an origin that knows no base64 is asked for decimals from then on", async () => {
  plan = (request) =>
    request["encoding_format"] === "base64"
      ? Response.json({ error: { message: "encoding_format is not supported" } }, { status: 400 })
      : undefined;
  expectVectors((await embed("a")).reply, ["a"]);
  expectVectors((await embed("b")).reply, ["b"]);
  expect(asked.length).toBe(3);
});

it("the official SDK reads stored vectors, which it asks for in base64", async () => {
  const openai = new OpenAI({ apiKey: "k", baseURL: "http://origin.test/v1", fetch: cache.fetch });
  const ask = () => openai.embeddings.create({ model: "scripted-embed", input: ["a", "b"] });
  const first = await ask();
  const second = await ask();
  expect(second).toEqual(first);
  expect(second.data[1]?.embedding).toEqual(expected("b"));
  expect(asked.length).toBe(1);
});
