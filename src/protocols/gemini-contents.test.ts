import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { gemini } from "./gemini.ts";
import { contentWishes } from "./gemini-contents.ts";

type Json = Readonly<Record<string, unknown>>;
const target = "/v1beta/models/gemini-2.5-pro:generateContent";
const user = (text: string) => ({ role: "user", parts: [{ text }] });

function parsed(body: Json) {
  return gemini.parseRequest(Buffer.from(JSON.stringify(body)), target, "");
}

function read(bytes: Uint8Array): Json {
  return JSON.parse(Buffer.from(bytes).toString("utf8")) as Json;
}

function created(body: Json, end: number, place = target) {
  const wish = parsed(body).keepable?.()?.create(end, 90_000, place);
  if (wish === undefined) throw new Error("it keeps contents");
  return { ...wish, body: read(wish.body) };
}

const texts = fc.constantFrom("How?", "So.", '"cachedContent"', "Straße 🌊", "");
const bodies = fc.record(
  {
    contents: fc.array(
      fc.record({ role: fc.constantFrom("user", "model"), parts: fc.array(texts.map((text) => ({ text }))) }),
      { minLength: 1, maxLength: 6 },
    ),
    systemInstruction: texts.map((text) => ({ parts: [{ text }] })),
    tools: fc.constant([{ functionDeclarations: [{ name: "look", parameters: { type: "OBJECT", z: 1, a: 2 } }] }]),
    tool_config: fc.constant({ function_calling_config: { mode: "AUTO" } }),
    generationConfig: fc.constant({ temperature: 0.5 }),
    safetySettings: fc.constant([{ category: "C", threshold: "T" }]),
  },
  { requiredKeys: ["contents"] },
);

describe("contents that Gemini keeps under a name", () => {
  it("what is kept and what is sent are together what the client sent, wherever it is cut", () => {
    fc.assert(
      fc.property(bodies, fc.nat(6), (body, cut) => {
        const places = (parsed(body).keepable?.()?.parts ?? []).flatMap(({ takesMark }, end) =>
          takesMark ? [end] : [],
        );
        const end = places[cut % Math.max(1, places.length)];
        if (end === undefined) return;
        const kept = created(body, end).body;
        const sent = read(parsed(body).forward({ keptContent: { name: "cachedContents/x", end } }));
        expect([...((kept["contents"] as unknown[]) ?? []), ...(sent["contents"] as unknown[])]).toEqual(body.contents);
        expect((sent["contents"] as unknown[]).length).toBeGreaterThan(0);
        expect(kept["systemInstruction"]).toEqual(body.systemInstruction);
        expect(kept["tools"]).toEqual(body.tools);
        expect(kept["toolConfig"]).toEqual(body.tool_config);
        const { contents: _, cachedContent, ...others } = sent;
        const { contents: __, systemInstruction: ___, tools: ____, tool_config: _____, ...rest } = body;
        expect([cachedContent, others]).toEqual(["cachedContents/x", rest]);
      }),
      { numRuns: 150 },
    );
  });

  it("is asked for where the call goes, with its key and without what is about its answer", () => {
    const body = { systemInstruction: user("Rules."), contents: [user("How?")] };
    const place = "/v1beta/models/gemini-2.5-pro:streamGenerateContent?alt=sse&key=k";
    const made = created(body, 0, place);
    expect([made.method, made.target]).toEqual(["POST", "/v1beta/cachedContents?key=k"]);
    expect(made.body).toEqual({ model: "models/gemini-2.5-pro", systemInstruction: user("Rules."), ttl: "90s" });
    const extended = contentWishes.extend("cachedContents/x", 1_500, place);
    expect([extended.method, extended.target]).toEqual(["PATCH", "/v1beta/cachedContents/x?key=k&updateMask=ttl"]);
    expect(read(extended.body)).toEqual({ ttl: "2s" });
    const removed = contentWishes.remove("cachedContents/x", place);
    expect([removed.method, removed.target]).toEqual(["DELETE", "/v1beta/cachedContents/x?key=k"]);
  });

  it("below a project of Vertex AI names are whole", () => {
    const place = "/v1/projects/p/locations/l/publishers/google/models/gemini-2.5-pro:generateContent";
    const made = created({ systemInstruction: user("Rules."), contents: [user("How?")] }, 0, place);
    expect(made.target).toBe("/v1/projects/p/locations/l/cachedContents");
    expect(made.body["model"]).toBe("projects/p/locations/l/publishers/google/models/gemini-2.5-pro");
    const removed = contentWishes.remove("projects/p/locations/l/cachedContents/7", place);
    expect(removed.target).toBe("/v1/projects/p/locations/l/cachedContents/7");
  });

  it("the answer tells the name and the tokens; what is none is not believed", () => {
    const made = (answer: unknown) =>
      parsed({ contents: [user("How?")] })
        .keepable?.()
        ?.made(Buffer.from(JSON.stringify(answer)));
    expect(made({ name: "cachedContents/x", usageMetadata: { totalTokenCount: 7 } })).toEqual({
      ...{ name: "cachedContents/x", tokens: 7 },
    });
    expect(made({ name: "cachedContents/x" })).toEqual({ name: "cachedContents/x", tokens: undefined });
    for (const answer of [{}, { name: 7 }, { name: "a b?c#d" }, { name: "cachedContents/../models" }, "no", null])
      expect(made(answer)).toBeUndefined();
  });

  it("a name of the client's own is seen under both spellings; tuned models keep none", () => {
    for (const name of ["cachedContent", "cached_content"])
      expect(parsed({ contents: [user("How?")], [name]: "cachedContents/mine" }).keepable?.()?.hasOwn).toBe(true);
    const tuned = gemini.parseRequest(
      Buffer.from(JSON.stringify({ contents: [user("How?")] })),
      "/v1beta/tunedModels/mine:generateContent",
      "",
    );
    expect(tuned.keepable?.()).toBeUndefined();
  });

  it("the key of the request does not know of it", () => {
    const request = parsed({ systemInstruction: user("Rules."), contents: [user("How?"), user("Why?")] });
    const before = request.canonical;
    request.forward({ keptContent: { name: "cachedContents/x", end: 1 } });
    expect(request.canonical).toBe(before);
  });
});
