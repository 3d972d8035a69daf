import { hash } from "node:crypto";
import type { Benchmark } from "../benchmark.ts";
import { budgetRow, figure, quotients } from "../budget.ts";
import { answerBody, numbered, requestBody } from "../load/chat-payload.ts";
import { compareSides, type Sides, timed } from "../sides.ts";

/** `cache.fetch` as the official SDK calls it, answered from memory; 1,000 bodies of 1,400 bytes in turn. */

const bodies = Array.from({ length: 1_000 }, (_, index) => requestBody(index));
const bodyAt = (index: number): string => bodies[index % bodies.length] as string;

interface SdkCall {
  readonly url: string;
  readonly init: RequestInit;
}

/** What the SDK hands to its fetch. */
async function sdkCall(): Promise<SdkCall> {
  const { default: OpenAI } = await import("openai");
  const captured = Promise.withResolvers<SdkCall>();
  const openai = new OpenAI({
    apiKey: "sk-bench",
    baseURL: "http://127.0.0.1:9/v1",
    fetch: async (url, init = {}) => {
      captured.resolve({ url: String(url), init });
      return Response.json(JSON.parse(answerBody(numbered(0))));
    },
  });
  await openai.chat.completions.create(JSON.parse(bodyAt(0)));
  return captured.promise;
}

async function hits(read: boolean) {
  const { createCache } = await import("../../src/index.ts");
  let calls = 0;
  const cache = await createCache({
    fetch: async () => {
      calls++;
      return new Response(answerBody(numbered(calls - 1)), { headers: { "content-type": "application/json" } });
    },
  });
  const { url, init } = await sdkCall();
  // A Headers of its own for each call, as the SDK makes one; making it is not what is measured.
  let inits: RequestInit[] = [];
  const before = (batch: number): void => {
    inits = Array.from({ length: batch }, () => ({ ...init, headers: new Headers(init.headers) }));
  };
  before(1);
  for (const body of bodies) await (await cache.fetch(url, { ...inits[0], body })).text();
  const operation = async (index: number): Promise<void> => {
    const given = inits[index % inits.length] as RequestInit;
    given.body = bodyAt(index);
    const response = await cache.fetch(url, given);
    if (read) await response.text();
    if (calls > bodies.length) throw new Error("a hit went to the origin");
  };
  return timed(operation, { batch: 500, before });
}

export const sides: Sides = {
  fetch: () => hits(false),
  fetchAndText: () => hits(true),
  async bare() {
    let model = "";
    return timed((index) => {
      const body = bodyAt(index);
      model = (JSON.parse(body) as { readonly model: string }).model;
      if (hash("sha256", body, "base64url") === model) throw new Error("impossible");
    });
  },
};

export const cacheFetchHit: Benchmark = {
  name: "cache-fetch-hit",
  describe: "cache.fetch in memory, against JSON.parse and SHA-256 of the same body",
  async run({ quick }) {
    const {
      fetch = [],
      fetchAndText = [],
      bare = [],
    } = await compareSides(import.meta.filename, Object.keys(sides), {
      rounds: quick ? 1 : 9,
      sampleMs: quick ? 100 : 400,
    });
    const bound = { must: 4, aim: 2, better: "lower", unit: "x" } as const;
    const against = "JSON.parse + SHA-256 of the same body";
    const us = (ns: readonly number[]) => ns.map((value) => value / 1_000);
    return {
      budget: [
        budgetRow("cache.fetch hit, body of 1.4 KB", against, quotients(fetch, bare), bound),
        budgetRow("cache.fetch hit, and its text read", against, quotients(fetchAndText, bare), bound),
      ],
      figures: [
        figure("cache.fetch hit", "us", us(fetch)),
        figure("cache.fetch hit, and its text read", "us", us(fetchAndText)),
        figure("JSON.parse + SHA-256", "us", us(bare)),
      ],
      notes: ["URL, headers and options are those that the official openai SDK passes to its fetch."],
    };
  },
};
