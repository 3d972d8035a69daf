import type { Benchmark } from "../benchmark.ts";
import { budgetRow, figure, quotients } from "../budget.ts";
import { compareSides, type Sample, type Sides, timed } from "../sides.ts";

/** `cache.fetch` of a batch for embeddings whose vectors are all in memory, against serialising the same reply. */

const dimensions = 1_536;
const model = "text-embedding-3-small";
const url = "http://127.0.0.1:9/v1/embeddings";
const fields = { authorization: "Bearer sk-bench", "content-type": "application/json" };

type Encoding = "float" | "base64";
type Input = readonly string[];

/** How many inputs a batch has, how many different batches take turns, and how many calls are timed together. */
const sizes = {
  one: { inputs: 1, bodies: 500, batch: 200 },
  /** More than there is room for replies that were written. */
  rare: { inputs: 1, bodies: 2_000, batch: 200 },
  many: { inputs: 2_048, bodies: 2, batch: 1 },
} as const;
type Size = (typeof sizes)[keyof typeof sizes];

/** Unit vectors look like this: 32-bit floats around 0, of about this size. */
function vectorOf(text: string): Float32Array<ArrayBuffer> {
  let state = 0x811c9dc5;
  for (let index = 0; index < text.length; index++) state = Math.imul(state ^ text.charCodeAt(index), 0x01000193);
  return Float32Array.from({ length: dimensions }, () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) | 0;
    return state / 2 ** 31 / 16;
  });
}

const base64Of = (vector: Float32Array<ArrayBuffer>): string => Buffer.from(vector.buffer).toString("base64");

function textsOf({ inputs, bodies }: Size): readonly Input[] {
  return Array.from({ length: bodies }, (_, body) =>
    Array.from({ length: inputs }, (_, index) => `Passage ${body}.${index} of a corpus, about the tides in the bay.`),
  );
}

/** The reply as an object, as a server has it before it sends it. */
function replyOf(texts: Input, embeddingOf: (text: string) => unknown): object {
  const data = texts.map((text, index) => ({ object: "embedding", index, embedding: embeddingOf(text) }));
  const usage = { prompt_tokens: texts.length * 12, total_tokens: texts.length * 12 };
  return { object: "list", data, model, usage };
}

/** An origin that speaks base64, as it is asked to. */
const origin: typeof fetch = async (_url, init) => {
  const { input } = JSON.parse(Buffer.from(init?.body as Uint8Array).toString()) as { readonly input: Input };
  return Response.json(replyOf(input, (text) => base64Of(vectorOf(text))));
};

/** `fresh`: each call has an order of inputs that was not asked before, so that it is parsed and keyed. */
async function hits(size: Size, encoding: Encoding, fresh = false): Promise<Sample> {
  const { createCache } = await import("../../src/index.ts");
  let calls = 0;
  const cache = await createCache({
    fetch: (...given) => {
      calls++;
      return origin(...given);
    },
  });
  const texts = textsOf(size);
  const bodyOf = (input: Input): string => JSON.stringify({ model, input, encoding_format: encoding });
  const bodies = texts.map(bodyOf);
  // A Headers of its own for each call, as an SDK makes one; making it is not what is measured.
  let headers: Headers[] = [];
  const before = (batch: number): void => {
    headers = Array.from({ length: batch }, () => new Headers(fields));
  };
  before(1);
  const embed = (body: string, turn = 0) =>
    cache.fetch(url, { method: "POST", headers: headers[turn % headers.length] as Headers, body });
  for (const body of bodies) await (await embed(body)).bytes();
  const asked = calls;
  let turn = 0;
  const next = (index: number): string => {
    if (!fresh) return bodies[index % bodies.length] as string;
    const input = texts[0] as Input;
    const cut = ++turn % input.length;
    return bodyOf([...input.slice(cut), ...input.slice(0, cut)]);
  };
  return timed(
    async (index) => {
      const response = await embed(next(index), index);
      if (response.status !== 200 || calls !== asked) throw new Error("a hit went to the origin");
    },
    { batch: size.batch, before },
  );
}

/** The vectors are at hand, as they are for the cache, or already in the form that the reply holds. */
function serialised(size: Size, encoding: Encoding, from: "vectors" | "form"): () => Promise<Sample> {
  return async () => {
    const written = (vector: Float32Array<ArrayBuffer>) =>
      encoding === "base64" ? base64Of(vector) : Array.from(vector);
    const replies = textsOf(size).map((texts) => {
      const vectors = new Map(texts.map((text) => [text, vectorOf(text)]));
      const forms = new Map(from === "form" ? texts.map((text) => [text, written(vectorOf(text))]) : []);
      return () => replyOf(texts, (text) => forms.get(text) ?? written(vectors.get(text) as Float32Array<ArrayBuffer>));
    });
    return timed(
      (index) => {
        const reply = (replies[index % replies.length] as () => object)();
        if (Buffer.from(JSON.stringify(reply)).length === 0) throw new Error("impossible");
      },
      { batch: size.batch },
    );
  };
}

export const sides: Sides = {
  oneFloat: () => hits(sizes.one, "float"),
  oneFloatBare: serialised(sizes.one, "float", "form"),
  oneBase64: () => hits(sizes.one, "base64"),
  oneBase64Bare: serialised(sizes.one, "base64", "vectors"),
  oneBase64Text: serialised(sizes.one, "base64", "form"),
  oneFloatRare: () => hits(sizes.rare, "float"),
  oneBase64Rare: () => hits(sizes.rare, "base64"),
  manyFloat: () => hits(sizes.many, "float"),
  manyFloatBare: serialised(sizes.many, "float", "form"),
  manyBase64: () => hits(sizes.many, "base64"),
  manyBase64Bare: serialised(sizes.many, "base64", "vectors"),
  manyBase64Text: serialised(sizes.many, "base64", "form"),
  manyBase64New: () => hits(sizes.many, "base64", true),
};

const bound = { must: 1.5, aim: 1.2, better: "lower", unit: "x" } as const;

export const embeddingBatch: Benchmark = {
  name: "embedding-batch",
  describe: "a batch for embeddings, all of it in memory, against serialising the same reply",
  async run({ quick }) {
    const measure = (names: readonly string[]) =>
      compareSides(import.meta.filename, names, { rounds: quick ? 1 : 9, sampleMs: quick ? 50 : 300 });
    const one = await measure(Object.keys(sides).filter((name) => name.startsWith("one")));
    const many = await measure(Object.keys(sides).filter((name) => name.startsWith("many")));
    const ns = (name: string): readonly number[] => ({ ...one, ...many })[name] ?? [];
    const of = (name: string, against: string) => quotients(ns(name), ns(against));
    const us = (name: string) => ns(name).map((value) => value / 1_000);
    const ms = (name: string) => ns(name).map((value) => value / 1_000_000);
    const same = "JSON.stringify of the same reply";
    const encoded = "base64 of the vectors and JSON.stringify";
    return {
      budget: [
        budgetRow("embedding batch, all cached: 1 input, float", same, of("oneFloat", "oneFloatBare"), bound),
        budgetRow("the same in base64", encoded, of("oneBase64", "oneBase64Bare"), bound),
        budgetRow("embedding batch, all cached: 2,048 inputs, float", same, of("manyFloat", "manyFloatBare"), bound),
        budgetRow("the same in base64", encoded, of("manyBase64", "manyBase64Bare"), bound),
      ],
      figures: [
        figure("1 input, float", "us", us("oneFloat")),
        figure("1 input, base64", "us", us("oneBase64")),
        figure("1 input, base64, over JSON.stringify alone", "x", of("oneBase64", "oneBase64Text")),
        figure("1 input of 2,000 in turn, float, over JSON.stringify", "x", of("oneFloatRare", "oneFloatBare")),
        figure(
          "1 input of 2,000 in turn, base64, over base64 and JSON.stringify",
          "x",
          of("oneBase64Rare", "oneBase64Bare"),
        ),
        figure("2,048 inputs, float", "ms", ms("manyFloat")),
        figure("2,048 inputs, base64", "ms", ms("manyBase64")),
        figure("2,048 inputs, base64, over JSON.stringify alone", "x", of("manyBase64", "manyBase64Text")),
        figure("2,048 inputs in an order that was not asked before, base64", "ms", ms("manyBase64New")),
      ],
      notes: [
        "1,536 dimensions. `cache.fetch` gives a response whose bytes are there; the other side makes the bytes of the same reply from an object, with its numbers at hand or, for base64, with its vectors at hand.",
        "A reply of one vector is kept as it was written while it is asked for: those of 500 inputs in turn are, those of 2,000 do not fit and are written each time.",
        "Each call has a Headers of its own, as an SDK makes one; making it is not measured. Batches of the same inputs in the same order are recognised; the last figure is of batches that have to be parsed and keyed.",
      ],
    };
  },
};
