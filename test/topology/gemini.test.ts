import { describe, expect, it } from "vitest";
import type { CacheOptions } from "../../src/cache.ts";
import { Gate } from "../../src/testing/gate.ts";
import type { PlannedReply } from "../../src/testing/scripted-plan.ts";
import { canaryOf, isWhole } from "../../src/testing/scripted-text.ts";
import { type Harness, readResponse, setUp, until } from "./cache-harness.ts";

/** Gemini through a library cache: forms, refusals, cuts, tenants, followers. */

const question = { contents: [{ role: "user", parts: [{ text: "Where? 🌊" }] }] };
const weather = {
  functionDeclarations: [
    { name: "weather", parameters: { type: "OBJECT", properties: { city: { type: "STRING" } }, required: [] } },
  ],
};
const json = "generateContent";
const stream = "streamGenerateContent?alt=sse";

interface Part {
  readonly text?: string;
  readonly thought?: boolean;
}

interface Candidate {
  readonly index: number;
  readonly finishReason?: string;
  readonly parts: readonly Part[];
}

interface Reading extends Omit<Awaited<ReturnType<typeof readResponse>>, "text"> {
  readonly candidates: readonly Candidate[];
  readonly usage: Readonly<Record<string, unknown>> | undefined;
  readonly text: string;
}

interface Ask {
  readonly body?: object;
  readonly model?: string;
  readonly version?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

type Read = (method?: string, ask?: Ask) => Promise<Reading>;

async function setUpGemini(options?: CacheOptions): Promise<Harness & { readonly gemini: Read }> {
  const harness = await setUp(options);
  const { cache, origin } = harness;
  const gemini: Read = async (method = json, ask = {}) => {
    const { body = {}, model = "gemini-2.5-flash", version = "/v1beta", headers = { "x-goog-api-key": "one" } } = ask;
    const url = `${new URL(origin.url).origin}${version}/models/${model}:${method}`;
    const response = await cache.fetch(url, {
      method: "POST",
      headers: { "content-type": "application/json", ...headers },
      body: JSON.stringify({ ...question, ...body }),
    });
    const reading = await readResponse(response);
    return { ...reading, ...answerIn(reading.raw) };
  };
  return { ...harness, gemini };
}

function chunksOf(raw: string): readonly Record<string, never>[] {
  if (!raw.startsWith("data: ")) return raw.startsWith("{") ? [JSON.parse(raw)] : [];
  return [...raw.matchAll(/^data: (\{.*\})\n\n/gm)].map(([, data]) => JSON.parse(data as string));
}

/** The accumulation of a client: texts of one kind that follow one another are one. */
function answerIn(raw: string): Pick<Reading, "candidates" | "usage" | "text"> {
  const drafts: { index: number; finishReason?: string; parts: Part[] }[] = [];
  let usage: Reading["usage"];
  for (const chunk of chunksOf(raw)) {
    usage = (chunk["usageMetadata"] as Reading["usage"]) ?? usage;
    for (const { content, index, ...rest } of (chunk["candidates"] ?? []) as readonly Record<string, never>[]) {
      drafts[index ?? 0] ??= { index: index ?? 0, parts: [] };
      const draft = drafts[index ?? 0] as (typeof drafts)[number];
      for (const part of ((content as { parts?: Part[] } | undefined)?.parts ?? []) as Part[]) {
        const last = draft.parts.at(-1);
        if (part.text !== undefined && last?.text !== undefined && last.thought === part.thought)
          draft.parts[draft.parts.length - 1] = { ...last, text: last.text + part.text };
        else draft.parts.push(part);
      }
      Object.assign(draft, rest);
    }
  }
  const spoken = drafts[0]?.parts.filter((part) => part.thought !== true) ?? [];
  return { candidates: drafts, usage, text: spoken.map((part) => part.text ?? "").join("") };
}

const image = { inlineData: { mimeType: "image/png", data: "iVBORw0KGgo=" } };
const cases: Readonly<Record<string, readonly [object, PlannedReply]>> = {
  text: [{}, {}],
  "thoughts and text": [
    { generationConfig: { thinkingConfig: { includeThoughts: true } } },
    { reasoning: "Let me see… 🤔 yes." },
  ],
  "parallel calls": [
    { tools: [weather] },
    {
      content: "Both.",
      toolCalls: [
        { name: "weather", arguments: '{"city": "Πειραιάς \\"old\\""}' },
        { name: "weather", arguments: "{}" },
      ],
    },
  ],
  "an image": [{ contents: [{ role: "user", parts: [image, { text: "What is it?" }] }] }, {}],
  "two candidates": [{ generationConfig: { candidateCount: 2 } }, {}],
  "a structured output": [
    {
      generationConfig: {
        responseMimeType: "application/json",
        responseSchema: { type: "OBJECT", properties: { answer: { type: "STRING" } }, required: ["answer"] },
      },
    },
    {},
  ],
  "cached tokens": [{ cachedContent: "cachedContents/1" }, { usage: { cachedContentTokenCount: 9 } }],
};

describe.each(Object.entries(cases))("%s", (_, [body, plan]) => {
  it.each([json, stream])("filled by %s is read in every form, of one call", async (filledBy) => {
    const { origin, gemini } = await setUpGemini();
    origin.plan(plan);
    const filled = await gemini(filledBy, { body });
    expect(filled).toMatchObject({ status: 200, outcome: "MISS", error: undefined });
    expect(filled.candidates.every(({ finishReason }) => finishReason === "STOP")).toBe(true);
    for (const readBy of [json, stream]) {
      const hit = await gemini(readBy, { body });
      expect(hit.outcome).toBe("HIT");
      expect(hit.candidates).toEqual(filled.candidates);
      expect(hit.usage).toEqual(filled.usage);
      expect(hit.headers.get("content-type")).toMatch(readBy === stream ? /^text\/event-stream/ : /^application\/json/);
    }
    expect(origin.callCount).toBe(1);
  });
});

describe("a hit", () => {
  it("is byte for byte what the origin sent, where the form is the same", async () => {
    for (const form of [json, stream]) {
      const { gemini } = await setUpGemini();
      const filled = await gemini(form);
      expect(isWhole(filled.text)).toBe(true);
      expect((await gemini(form)).raw).toBe(filled.raw);
    }
  });

  it("reports no tokens where the policy says so", async () => {
    const { gemini } = await setUpGemini({ policy: { hitUsage: "zero" } });
    expect((await gemini()).usage?.["totalTokenCount"]).toBeGreaterThan(1);
    for (const form of [json, stream])
      expect((await gemini(form)).usage).toMatchObject({
        totalTokenCount: 0,
        promptTokensDetails: [{ tokenCount: 0 }],
      });
  });

  it("is for what differs only in fields that cannot matter, and for nothing else", async () => {
    const { origin, gemini } = await setUpGemini();
    const outcome = async (method: string, ask?: Ask) => (await gemini(method, ask)).outcome;
    expect(await outcome(json)).toBe("MISS");
    expect(await outcome(`${stream}&prettyPrint=false`, { body: { labels: { team: "a" } } })).toBe("HIT");
    const client = { "x-goog-api-key": "one", "x-goog-api-client": "google-genai-sdk/9", "x-server-timeout": "3" };
    expect(await outcome(`${json}?$alt=json`, { headers: client })).toBe("HIT");
    for (const [method, ask] of [
      [json, { version: "/v1" }],
      [json, { model: "gemini-2.5-pro" }],
      [json, { body: { cachedContent: "cachedContents/2" } }],
      [json, { body: { unknown: true } }],
      [json, { headers: { "x-goog-api-key": "one", "x-goog-user-project": "p" } }],
      [`${json}?fields=candidates`, {}],
    ] as const)
      expect(await outcome(method, ask), JSON.stringify(ask)).toBe("MISS");
    expect(origin.callCount).toBe(7);
  });
});

describe("what passes by", () => {
  it.each([
    ["a stream as one JSON array", "streamGenerateContent", {}, "not_cacheable"],
    ["a search", json, { tools: [{ googleSearch: {} }] }, "provider_tools"],
  ])("%s: %s", async (_, method, body, reason) => {
    const { origin, gemini } = await setUpGemini();
    for (let call = 1; call <= 2; call++) {
      const reading = await gemini(method, { body });
      expect(reading).toMatchObject({ status: 200, outcome: "BYPASS", reason });
      expect(reading.raw.startsWith("[")).toBe(method !== json);
      expect(origin.callCount).toBe(call);
    }
    expect(origin.calls[0]?.path).toBe(`/v1beta/models/gemini-2.5-flash:${method}`);
  });
});

describe("a stream that is cut", () => {
  it("at every byte is never stored and ends in an error of Google's shape", async () => {
    const { origin, gemini, eventsOf } = await setUpGemini();
    const short = { content: 'ü🌊 "x"' };
    origin.plan(short);
    const whole = await fetch(`${new URL(origin.url).origin}/v1beta/models/gemini-2.5-flash:${stream}`, {
      method: "POST",
      headers: { "x-goog-api-key": "one" },
      body: JSON.stringify(question),
    });
    const length = (await whole.arrayBuffer()).byteLength;
    for (let afterBytes = 0; afterBytes <= length; afterBytes++) {
      origin.plan({ ...short, cut: { afterBytes, how: "fin" } });
      const reading = await gemini(stream);
      expect(reading.outcome, `byte ${afterBytes}`).toBe("MISS");
      const { error } = chunksOf(reading.raw).at(-1) as unknown as { error: unknown };
      expect(error).toMatchObject({ code: 502, status: "UNAVAILABLE", details: [{ reason: "ORIGIN_TRUNCATED" }] });
      expect(reading.error).toBeInstanceOf(Error);
    }
    expect(eventsOf("entry-write")).toEqual([]);
    expect(new Set(eventsOf("entry-refuse").map(({ reason }) => reason))).toEqual(new Set(["truncated"]));
    origin.plan(short);
    expect(await gemini(stream)).toMatchObject({ outcome: "MISS", error: undefined, text: short.content });
    expect((await gemini(json)).outcome).toBe("HIT");
  });

  it("ends in order, but without a finish reason: an error, and not stored", async () => {
    const { origin, gemini } = await setUpGemini();
    origin.plan({ terminal: false });
    expect((await gemini(stream)).error).toBeInstanceOf(Error);
    expect((await gemini(stream)).outcome).toBe("MISS");
    expect(origin.callCount).toBe(2);
  });

  it("reports an error, which is passed on in the origin's words and not stored", async () => {
    const { origin, gemini, eventsOf } = await setUpGemini();
    origin.plan({ errorEvent: { atChunk: 2 } });
    const reading = await gemini(stream);
    expect(chunksOf(reading.raw)).toHaveLength(3);
    expect(chunksOf(reading.raw).at(-1)).toMatchObject({ error: { code: 503, status: "UNAVAILABLE" } });
    expect(reading.error).toBeUndefined();
    expect(eventsOf("entry-refuse").map(({ reason }) => reason)).toEqual(["error_body"]);
    expect((await gemini(stream)).outcome).toBe("MISS");
  });
});

describe("an answer that is not what was asked for", () => {
  it.each([
    [{ finishReason: "MAX_TOKENS" }, "finish_length"],
    [{ refusal: "I cannot" }, "content_filter"],
    [{ finishReason: "PROHIBITED_CONTENT" }, "content_filter"],
    [{ finishReason: "MALFORMED_FUNCTION_CALL" }, "schema_mismatch"],
    [{ finishReason: null }, "truncated"],
    [{ content: "" }, "schema_mismatch"],
    [{ toolCalls: [{ name: "weather", arguments: '{"city": 7}' }] }, "schema_mismatch"],
    [{ toolCalls: [{ name: "unknown", arguments: "{}" }] }, "schema_mismatch"],
    [{ toolCalls: [{ name: "weather", arguments: "{" }] }, "schema_mismatch"],
    [{ body: { promptFeedback: { blockReason: "SAFETY" } } }, "content_filter"],
    [{ body: { error: { code: 500, message: "m", status: "INTERNAL" } } }, "error_body"],
    [{ body: {} }, "schema_mismatch"],
  ] satisfies readonly (readonly [PlannedReply, string])[])("as with %j is not stored: %s", async (plan, reason) => {
    const { origin, gemini, eventsOf } = await setUpGemini();
    origin.plan(plan);
    expect(await gemini(json, { body: { tools: [weather] } })).toMatchObject({ status: 200, outcome: "MISS", reason });
    await gemini(stream, { body: { tools: [weather] } });
    expect(origin.callCount).toBe(2);
    expect(eventsOf("entry-refuse").map((event) => event.reason)).toEqual([reason, reason]);
  });
});

describe("callers", () => {
  it("with other credentials never share, wherever the key stands", async () => {
    const { origin, gemini } = await setUpGemini();
    const asks: readonly (readonly [string, Ask, string])[] = [
      [json, { headers: { "x-goog-api-key": "one" } }, "one"],
      [json, { headers: { "x-goog-api-key": "two" } }, "two"],
      [json, { headers: { authorization: "Bearer three" } }, "Bearer three"],
      [`${json}?key=four`, { headers: {} }, "four"],
      [`${stream}&key=five`, { headers: {} }, "five"],
    ];
    for (const [method, ask, credential] of asks) {
      for (const outcome of ["MISS", "HIT"]) {
        const reading = await gemini(method, ask);
        expect(reading.outcome).toBe(outcome);
        expect(reading.text).toContain(canaryOf(credential));
      }
    }
    expect(origin.callCount).toBe(asks.length);
  });

  it("who come while it is answered get everything, in the form they asked for", async () => {
    const { origin, gemini, eventsOf } = await setUpGemini();
    const gate = new Gate();
    origin.plan({ holds: [{ at: 3, gate }], reasoning: "Hm 🤔." });
    const readings = [gemini(stream), gemini(stream), gemini(json), gemini(stream)];
    await until(() => eventsOf("flight-join").length === 3);
    await gate.reached();
    gate.release();
    const [leader, ...followers] = await Promise.all(readings);
    expect(leader).toMatchObject({ outcome: "MISS", error: undefined });
    for (const follower of followers) {
      expect(follower).toMatchObject({ outcome: "COALESCED", error: undefined });
      expect(follower.candidates).toEqual(leader?.candidates);
    }
    expect(origin.callCount).toBe(1);
    expect((await gemini()).outcome).toBe("HIT");
  });
});

describe("an alias of the newest model of a line", () => {
  const asked = { model: "gemini-flash-latest" };

  it.each([json, stream])(
    "filled by %s under the name of the model that answered is read in every form",
    async (by) => {
      const { origin, gemini } = await setUpGemini();
      origin.plan({ model: "gemini-2.5-flash-preview-09-2025" });
      expect(await gemini(by, asked)).toMatchObject({ outcome: "MISS", reason: "absent" });
      for (const form of [json, stream]) expect((await gemini(form, asked)).outcome).toBe("HIT");
      expect(origin.callCount).toBe(1);
    },
  );

  it("is not answered by another line, whose answer it never keeps", async () => {
    const { origin, gemini } = await setUpGemini();
    for (const model of ["gemini-2.5-flash-lite", "gemini-2.5-pro", "gemini-2.5-flash-image"]) {
      origin.plan({ model });
      expect(await gemini(json, asked)).toMatchObject({ outcome: "MISS", reason: "model_mismatch" });
      // It is kept as that of the model that gave it.
      expect((await gemini(json, { model })).outcome).toBe("HIT");
    }
    expect(origin.callCount).toBe(3);
  });

  it("is another question than that of the model by its own name", async () => {
    const { gemini } = await setUpGemini();
    await gemini(json, asked);
    expect((await gemini(json, { model: "gemini-2.5-flash" })).outcome).toBe("MISS");
  });

  it("that moves to a new generation forgets the answers of the old one where the policy says so", async () => {
    const { clock, origin, gemini } = await setUpGemini({ policy: { invalidateOnModelChange: true } });
    origin.plan({ model: "gemini-2.5-flash" });
    await gemini(json, asked);
    expect((await gemini(json, asked)).outcome).toBe("HIT");
    clock.advance(10);
    origin.plan({ model: "gemini-3-flash" });
    await gemini(json, { ...asked, body: { contents: [{ role: "user", parts: [{ text: "And then?" }] }] } });
    expect(await gemini(json, asked)).toMatchObject({ outcome: "MISS", reason: "generation_changed" });
  });
});
