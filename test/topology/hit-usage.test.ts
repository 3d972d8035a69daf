import Anthropic from "@anthropic-ai/sdk";
import { GoogleGenAI } from "@google/genai";
import OpenAI from "openai";
import { describe, expect, it } from "vitest";
import type { CacheOptions } from "../../src/cache.ts";
import { Gate } from "../../src/testing/gate.ts";
import { type Harness, readResponse, setUp, until } from "./cache-harness.ts";

/**
 * `hitUsage: zero`: an answer that was not computed for its caller counts nothing, in the form and the shape in which the
 * official SDKs read what was counted for the one who paid.
 */

type Fetch = Harness["cache"]["fetch"];
type Usage = object | null | undefined;
/** Asks and gives what the SDK says was used. */
type Ask = () => Promise<Usage>;
type Forms = Readonly<Record<"json" | "stream", Ask>>;

const text = "How many? 🌊";
const messages = [{ role: "user" as const, content: text }];

const openAi = (baseURL: string, fetch: Fetch) => new OpenAI({ apiKey: "k", baseURL, fetch, maxRetries: 0 });

const protocols: Readonly<Record<string, (url: string, fetch: Fetch) => Forms>> = {
  "openai-chat": (url, fetch) => {
    const { completions } = openAi(url, fetch).chat;
    const request = { model: "m", messages };
    return {
      json: async () => (await completions.create(request)).usage,
      stream: async () => {
        const asked = { ...request, stream: true, stream_options: { include_usage: true } } as const;
        return last(await completions.create(asked), (chunk) => chunk.usage);
      },
    };
  },
  "openai-completions": (url, fetch) => {
    const { completions } = openAi(url, fetch);
    const request = { model: "m", prompt: text };
    return {
      json: async () => (await completions.create(request)).usage,
      stream: async () => {
        const asked = { ...request, stream: true, stream_options: { include_usage: true } } as const;
        return last(await completions.create(asked), (chunk) => chunk.usage);
      },
    };
  },
  "openai-responses": (url, fetch) => {
    const { responses } = openAi(url, fetch);
    const request = { model: "m", input: text };
    return {
      json: async () => (await responses.create(request)).usage,
      stream: async () => (await responses.stream(request).finalResponse()).usage,
    };
  },
  "anthropic-messages": (url, fetch) => {
    const client = new Anthropic({ apiKey: "k", baseURL: new URL(url).origin, fetch, maxRetries: 0 });
    const request = { model: "m", max_tokens: 64, messages };
    return {
      json: async () => (await client.messages.create(request)).usage,
      stream: async () => (await client.messages.stream(request).finalMessage()).usage,
    };
  },
  gemini: (url, fetch) => {
    const { models } = new GoogleGenAI({ apiKey: "k", httpOptions: { baseUrl: new URL(url).origin, fetch } });
    const request = { model: "m", contents: text };
    return {
      json: async () => (await models.generateContent(request)).usageMetadata,
      stream: async () => last(await models.generateContentStream(request), (chunk) => chunk.usageMetadata),
    };
  },
};

async function last<T>(chunks: AsyncIterable<T>, usageOf: (chunk: T) => Usage): Promise<Usage> {
  let found: Usage;
  for await (const chunk of chunks) found = usageOf(chunk) ?? found;
  return found;
}

async function setUpForms(protocol: string, hitUsage: "original" | "zero", options: CacheOptions = {}) {
  const harness = await setUp({ ...options, policy: { hitUsage } });
  const formsOf = protocols[protocol] as (url: string, fetch: Fetch) => Forms;
  return { ...harness, forms: formsOf(harness.origin.url, harness.cache.fetch) };
}

const plain = (usage: Usage): unknown => JSON.parse(JSON.stringify(usage));
const zeroed = (usage: Usage): unknown =>
  JSON.parse(JSON.stringify(usage), (_, value) => (typeof value === "number" ? 0 : value));
const hasCounts = (usage: Usage): boolean => /:[1-9]/.test(JSON.stringify(usage) ?? "");

const both = ["json", "stream"] as const;
const kindsOf = ({ eventsOf }: Pick<Harness, "eventsOf">) => eventsOf("call-end").map(({ outcome }) => outcome.kind);

describe.each(Object.keys(protocols))("%s", (protocol) => {
  it.each(both)(
    "stored as it came in the form %s: the first caller's counts stand, those of hits are 0",
    async (came) => {
      const original = await setUpForms(protocol, "original");
      const zero = await setUpForms(protocol, "zero");
      for (const { forms } of [original, zero]) expect(hasCounts(await forms[came]())).toBe(true);
      for (const form of [...both, ...both]) {
        const usage = await original.forms[form]();
        expect(hasCounts(usage)).toBe(true);
        expect(plain(await zero.forms[form]())).toEqual(zeroed(usage));
      }
      expect(kindsOf(zero)).toEqual(["miss", "hit", "hit", "hit", "hit"]);
      expect(zero.origin.callCount).toBe(1);
    },
  );

  it.each(both)("joined while it came in the form %s: only the one who began is told counts", async (came) => {
    const original = await setUpForms(protocol, "original");
    const expected = { json: {} as Usage, stream: {} as Usage };
    await original.forms[came]();
    for (const form of both) expected[form] = await original.forms[form]();

    for (const at of came === "stream" ? (["headers", 2] as const) : (["headers"] as const)) {
      const zero = await setUpForms(protocol, "zero");
      const gate = new Gate();
      zero.origin.plan({ holds: [{ at, gate }] });
      const first = zero.forms[came]();
      await gate.reached();
      const others = [...both, ...both].map((form) => zero.forms[form]());
      await until(() => zero.eventsOf("flight-join").length === 4);
      gate.release();
      expect(plain(await first)).toEqual(plain(expected[came]));
      expect((await Promise.all(others)).map(plain)).toEqual([...both, ...both].map((form) => zeroed(expected[form])));
      expect(kindsOf(zero).toSorted()).toEqual([...Array(4).fill("coalesced"), "miss"]);
      expect(zero.origin.callCount).toBe(1);
    }
  });

  it("all of it is counted for those who join where the policy does not say zero", async () => {
    const { eventsOf, forms, origin } = await setUpForms(protocol, "original");
    const gate = new Gate();
    origin.plan({ holds: [{ at: "headers", gate }] });
    const all = [forms.stream(), forms.stream(), forms.json()];
    await until(() => eventsOf("flight-join").length === 2);
    gate.release();
    for (const usage of await Promise.all(all)) expect(hasCounts(usage)).toBe(true);
  });
});

describe("a stream that somebody joins", () => {
  it("is the same in all but the counts, keep-alives and the bytes of other events included", async () => {
    const { ask, eventsOf, origin } = await setUp({ policy: { hitUsage: "zero" } });
    const gate = new Gate();
    origin.plan({ keepAlive: true, holds: [{ at: 3, gate }] });
    const form = { stream: true, stream_options: { include_usage: true } };
    const first = await ask(form);
    const other = ask(form);
    await until(() => eventsOf("flight-join").length === 1);
    gate.release();
    const [counted, uncounted] = [await readResponse(first), await readResponse(await other)];
    const counts = /"(\w+_tokens)":\d+/g;
    expect(counted.raw).toMatch(/^: .*\n\n/m);
    expect(uncounted.raw).not.toMatch(/_tokens":[1-9]/);
    expect(uncounted.raw).toBe(counted.raw.replace(counts, '"$1":0'));
  });

  it("without usage stays without it, and an error in it is told to all", async () => {
    const { ask, eventsOf, origin } = await setUp({ policy: { hitUsage: "zero" } });
    const gate = new Gate();
    origin.plan({ holds: [{ at: 1, gate }], errorEvent: { atChunk: 3, error: { message: "usage: none left" } } });
    const first = await ask({ stream: true });
    const other = ask({ stream: true });
    await until(() => eventsOf("flight-join").length === 1);
    gate.release();
    const [one, two] = [await readResponse(first), await readResponse(await other)];
    expect(two.raw).toBe(one.raw);
    expect(two.raw).toContain("usage: none left");
  });
});

describe("embeddings", () => {
  const embed = async (fetch: Fetch, url: string, input: string[]) =>
    (await openAi(url, fetch).embeddings.create({ model: "scripted-embed", input })).usage;

  it("count what was computed for this call alone", async () => {
    const { cache, origin } = await setUp({ policy: { hitUsage: "zero" } });
    const counted = await embed(cache.fetch, origin.url, ["a", "b"]);
    expect(counted.total_tokens).toBeGreaterThan(0);
    expect(await embed(cache.fetch, origin.url, ["a", "b"])).toEqual({ prompt_tokens: 0, total_tokens: 0 });
    const mixed = await embed(cache.fetch, origin.url, ["a", "c"]);
    expect(mixed.total_tokens).toBe(counted.total_tokens / 2);
  });

  it("of Google's count in its own shape", async () => {
    const { cache, origin } = await setUp({ policy: { hitUsage: "zero" } });
    const count = { promptTokenCount: 6, totalTokenCount: 6 };
    origin.plan({ body: { embeddings: [{ values: [1, 0] }, { values: [0, 1] }], usageMetadata: count } });
    const url = `${new URL(origin.url).origin}/v1beta/models/gemini-embedding-001:batchEmbedContents`;
    const requests = ["a", "b"].map((part) => ({ content: { parts: [{ text: part }] } }));
    const usageOf = async () => {
      const response = await cache.fetch(url, { method: "POST", body: JSON.stringify({ requests }) });
      return ((await response.json()) as { usageMetadata: unknown }).usageMetadata;
    };
    expect(await usageOf()).toEqual(count);
    expect(await usageOf()).toEqual({ promptTokenCount: 0, totalTokenCount: 0 });
    expect(origin.callCount).toBe(1);
  });

  it("count nothing for inputs that another call was computing", async () => {
    const { cache, eventsOf, origin } = await setUp({ policy: { hitUsage: "zero" } });
    const gate = new Gate();
    origin.plan({ holds: [{ at: "headers", gate }] });
    const first = embed(cache.fetch, origin.url, ["a", "b"]);
    await gate.reached();
    const other = embed(cache.fetch, origin.url, ["b", "a"]);
    const turn = () => new Promise((resolve) => setImmediate(resolve));
    for (let count = 0; count < 20; count++) await turn();
    gate.release();
    expect((await first).total_tokens).toBeGreaterThan(0);
    expect(await other).toEqual({ prompt_tokens: 0, total_tokens: 0 });
    expect([kindsOf({ eventsOf }).toSorted(), origin.callCount]).toEqual([["coalesced", "miss"], 1]);
  });
});
