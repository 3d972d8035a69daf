import { describe, expect, it } from "vitest";
import { turns } from "./cache-harness.ts";
import { answeredBy, setUpSemantic } from "./semantic-harness.ts";

/** Answers to questions that ask the same in other words, and to no others. */

const serve = { mode: "serve" } as const;
const password = "How do I reset my password?";

describe("serve", () => {
  it("answers a typo of an earlier question, and neither another thing nor its opposite", async () => {
    const { origin, say } = await setUpSemantic(serve);
    const first = await say(password);
    expect(first.outcome).toBe("MISS");
    const typo = await say("how can i reset my pasword");
    expect(answeredBy(typo)).toBe("semantic");
    expect(typo.text).toBe(first.text);
    expect(answeredBy(await say("How do I reset my router?"))).toBe("MISS");
    expect(answeredBy(await say("How do I not reset my password?"))).toBe("MISS");
    expect(origin.callCount).toBe(3);
  });

  it("says what answered, how like it is, and what it saved", async () => {
    const { say, eventsOf } = await setUpSemantic(serve);
    const first = await say(password, { model: "gpt-4o-mini" });
    const { headers, status } = await say("how do i reset my password", { model: "gpt-4o-mini" });
    expect(status).toBe(200);
    expect(headers.get("cache-status")).toMatch(/^reprise; hit; ttl=\d+; detail=semantic$/);
    expect(headers.get("x-ai-cache-status")).toBe("HIT");
    expect(headers.get("x-ai-cache-layer")).toBe("semantic");
    expect(headers.get("x-ai-cache-entry")).toMatch(
      new RegExp(`^${first.headers.get("x-ai-cache-entry")}~[\\w-]{43}$`),
    );
    expect(headers.get("x-ai-cache-saved-usd")).not.toBeNull();
    expect(eventsOf("saving").map(({ by }) => by)).toEqual(["semantic"]);
    expect(eventsOf("semantic-look").map(({ result, reason, tier }) => [result, reason, tier])).toEqual([
      ["miss", "no_candidate", undefined],
      ["hit", undefined, "normal"],
    ]);
  });

  it("plays the answer in the form that is asked for", async () => {
    const { say, origin } = await setUpSemantic(serve);
    const whole = await say(password);
    const stream = await say("please tell me how to reset my password", { stream: true });
    expect(answeredBy(stream)).toBe("semantic");
    expect(stream.raw).toContain("data: [DONE]");
    expect(stream.text).toBe(whole.text);
    expect(origin.callCount).toBe(1);
  });

  it.each<[string, object, Record<string, string>]>([
    ["another model", { model: "scripted-large" }, {}],
    ["another temperature", { temperature: 0.5 }, {}],
    ["a field that nobody knows", { whatever: 1 }, {}],
    ["another tenant", {}, { authorization: "Bearer two" }],
    ["another namespace", {}, { "x-ai-cache-namespace": "n" }],
    ["another version", {}, { "x-ai-cache-version": "v2" }],
    ["another organization", {}, { "openai-organization": "o" }],
  ])("answers nothing that was asked with %s", async (_, body, headers) => {
    const { say } = await setUpSemantic(serve);
    await say(password, body, { headers });
    expect(answeredBy(await say("how do i reset my password"))).toBe("MISS");
    expect(answeredBy(await say("how do i reset my password", body, { headers }))).toBe("semantic");
  });

  it.each<[string, readonly { readonly role: string; readonly content: string }[]]>([
    ["another system prompt", [{ role: "system", content: "You are a pirate." }]],
    [
      "earlier turns",
      [
        { role: "user", content: "I use Linux." },
        { role: "assistant", content: "Good." },
      ],
    ],
  ])("answers nothing that was asked after %s", async (_, before) => {
    const { say } = await setUpSemantic(serve);
    const following = (content: string) => ({ messages: [...before, { role: "user", content }] });
    await say("", following(password));
    expect(answeredBy(await say("how do i reset my password"))).toBe("MISS");
    expect(answeredBy(await say("", following("how do i reset my password")))).toBe("semantic");
  });

  it("answers nothing to what demands more than words, and says why", async () => {
    const { say, lastLook } = await setUpSemantic(serve);
    const tools = { tools: [{ type: "function", function: { name: "f", parameters: { type: "object" } } }] };
    const structured = { response_format: { type: "json_object" } };
    for (const [reason, demand] of [
      ["tools", tools],
      ["structured", structured],
    ] as const) {
      await say(password, demand);
      expect(answeredBy(await say("how do i reset my password", demand))).toBe("MISS");
      expect(lastLook()).toMatchObject({ result: "miss", reason });
    }
  });

  it("answers such questions where it is allowed, but never with an answer that calls a tool", async () => {
    const { origin, say } = await setUpSemantic({ ...serve, allow: ["tools"] });
    const tools = { tools: [{ type: "function", function: { name: "f", parameters: { type: "object" } } }] };
    await say(password, tools);
    expect(answeredBy(await say("how do i reset my password", tools))).toBe("semantic");
    origin.plan({ toolCalls: [{ name: "f", arguments: "{}" }] });
    await say("Where is the nearest harbour?", tools);
    expect(answeredBy(await say("where is the nearest harbour", tools))).toBe("MISS");
  });

  it("keeps to the layers and the threshold that the caller asks for", async () => {
    const { say } = await setUpSemantic(serve);
    await say(password);
    const asked = (headers: Record<string, string>, text = "how can i reset my pasword") => say(text, {}, { headers });
    expect(answeredBy(await asked({ "x-ai-cache-layers": "exact" }))).toBe("MISS");
    expect(answeredBy(await asked({ "x-ai-cache-threshold": "1" }, "how can i resett my password"))).toBe("MISS");
    expect(answeredBy(await asked({ "x-ai-cache-threshold": "0.1" }, "How can I reset my passwrod"))).toBe("semantic");
  });

  it("serves nothing that was invalidated, or is past its time", async () => {
    const { cache, clock, say, lastLook } = await setUpSemantic(serve);
    const headers = { "x-ai-cache-tags": "doc:1", "x-ai-cache-ttl": "60" };
    await say(password, {}, { headers });
    expect(answeredBy(await say("how do i reset my password"))).toBe("semantic");
    await cache.invalidate({ tags: ["doc:1"] });
    expect(answeredBy(await say("how do i reset my  password", {}, { headers }))).toBe("MISS");
    expect(lastLook()?.reason).toBe("dead");
    expect(answeredBy(await say("how do i reset my password"))).toBe("semantic");
    clock.advance(61_000);
    expect(answeredBy(await say("HOW do i reset my password"))).toBe("MISS");
  });

  it("answers a caller who accepts only young answers with young ones", async () => {
    const { clock, say } = await setUpSemantic(serve);
    await say(password);
    clock.advance(20_000);
    const headers = { "cache-control": "max-age=10" };
    expect(answeredBy(await say("how do i reset my password", {}, { headers }))).toBe("MISS");
  });

  it("does not learn from answers that may not be stored, and asks nothing for callers who want no cache", async () => {
    const { origin, say, eventsOf } = await setUpSemantic(serve);
    origin.plan([{ finishReason: "length" }, { finishReason: "content_filter" }]);
    await say(password);
    await say(password);
    expect(answeredBy(await say("how do i reset my password"))).toBe("MISS");
    const looks = eventsOf("semantic-look").length;
    for (const control of ["no-store", "no-cache"])
      await say("how do I reset my password", {}, { headers: { "cache-control": control } });
    expect(eventsOf("semantic-look")).toHaveLength(looks);
  });

  it("leaves alone what is too long, says nothing, or changes from day to day", async () => {
    const { say, lastLook } = await setUpSemantic({ ...serve, maxTextLength: 100 });
    for (const [text, reason] of [
      [`${"word ".repeat(21)}?`, "too_long"],
      ["x".repeat(100_000), "too_long"],
      ["   ", "empty"],
      ["What is the weather like today?", "volatile"],
    ] as const) {
      await say(text);
      await say(` ${text}`);
      expect(lastLook()).toMatchObject({ result: "miss", reason });
    }
  });

  it("knows of a language that it does not know only what is the same", async () => {
    const { say } = await setUpSemantic(serve);
    await say("Wie setze ich mein Passwort zurück?");
    expect(answeredBy(await say("wie setze ich mein passwort zurück"))).toBe("semantic");
    expect(answeredBy(await say("Wie kann ich mein Passwort zurücksetzen?"))).toBe("MISS");
    expect(answeredBy(await say("Wie setze ich mein Passwort nicht zurück?"))).toBe("MISS");
  });
});

describe("observe", () => {
  it("is what is done unless something else is asked for: it serves nothing, and counts what it would have saved", async () => {
    const { cache, origin, say, eventsOf } = await setUpSemantic({});
    const model = { model: "gpt-4o-mini" };
    await say(password, model);
    expect(answeredBy(await say("how can i reset my pasword", model))).toBe("MISS");
    expect(answeredBy(await say("How do I reset my router?", model))).toBe("MISS");
    expect(origin.callCount).toBe(3);
    expect(eventsOf("semantic-look").map(({ mode, result }) => [mode, result])).toEqual([
      ["observe", "miss"],
      ["observe", "would_hit"],
      ["observe", "miss"],
    ]);
    const { observed, saved } = cache.stats();
    expect(observed).toMatchObject({ answers: 1, unpriced: 0 });
    expect(Number(observed.usd)).toBeGreaterThan(0);
    expect(saved.semantic.answers).toBe(0);
  });

  it("learns from the answers whether it would have been right", async () => {
    const { origin, say, eventsOf, lastLook } = await setUpSemantic({});
    origin.plan({ content: "Click on it." });
    await say(password, { temperature: 0 });
    await say("how can i reset my pasword", { temperature: 0 });
    const verdict = { type: "semantic-verdict", by: "answers", wouldServe: true };
    expect(eventsOf("semantic-verdict")).toEqual([{ ...verdict, right: true }]);
    origin.plan({ content: "Ask your administrator." });
    await say("please, how could I reset my passwrod", { temperature: 0 });
    expect(lastLook()?.result).toBe("miss");
    expect(eventsOf("semantic-verdict").at(-1)).toEqual({ ...verdict, right: false, wouldServe: false });
  });
});

it("off looks at nothing", async () => {
  const { say, eventsOf } = await setUpSemantic({ mode: "off" });
  await say(password);
  expect(answeredBy(await say("how do i reset my password"))).toBe("MISS");
  expect(eventsOf("semantic-look")).toEqual([]);
});

it("a rule may say how far it goes", async () => {
  const rules = [{ match: { namespace: "faq" }, semantic: "serve" as const }];
  const { say } = await setUpSemantic({ mode: "off" }, { rules });
  const faq = { headers: { "x-ai-cache-namespace": "faq" } };
  await say(password);
  expect(answeredBy(await say("how do i reset my password"))).toBe("MISS");
  await say(password, {}, faq);
  expect(answeredBy(await say("how do i reset my password", {}, faq))).toBe("semantic");
});

describe("feedback", () => {
  it("a wrong answer is never served for that question again, and for others it is", async () => {
    const { cache, say, lastLook } = await setUpSemantic(serve);
    await say(password);
    const asked = "how can i reset my pasword";
    const { headers } = await say(asked, {}, { headers: { "x-ai-cache": "read" } });
    const entry = headers.get("x-ai-cache-entry") as string;
    expect(await cache.feedback({ entry, verdict: "wrong" })).toEqual({ blocked: true, removed: false });
    expect(answeredBy(await say(asked, {}, { headers: { "x-ai-cache": "read" } }))).toBe("MISS");
    expect(lastLook()?.reason).toBe("blocked");
    expect(answeredBy(await say("how do i reset my password"))).toBe("semantic");
  });

  it("a wrong answer to the very same question is removed", async () => {
    const { cache, say } = await setUpSemantic(serve);
    const { headers } = await say(password);
    const entry = headers.get("x-ai-cache-entry") as string;
    expect(await cache.feedback({ entry, verdict: "right" })).toEqual({ blocked: false, removed: false });
    expect(await cache.feedback({ entry, verdict: "wrong" })).toEqual({ blocked: false, removed: true });
    expect(answeredBy(await say(password))).toBe("MISS");
  });

  it.each([
    [{}, "entry"],
    [{ entry: "nonsense!", verdict: "wrong" }, "entry"],
    [{ entry: "t:slot", verdict: "bad" }, "verdict"],
    [{ entry: "t:slot", verdict: "wrong", more: 1 }, "more"],
  ])("%j is turned down, naming %s", async (given, name) => {
    const { cache } = await setUpSemantic(serve);
    await expect(cache.feedback(given as never)).rejects.toThrow(name);
  });
});

describe("the judge", () => {
  it("is asked in the background about what is not sure, and what it finds to be one question is answered as one", async () => {
    const pairs: (readonly [string, string])[] = [];
    const judge = {
      asksTheSame: async (one: string, other: string) => {
        pairs.push([one, other]);
        return true;
      },
    };
    // Nothing reaches such a target by itself.
    const { say, eventsOf } = await setUpSemantic({ ...serve, strategy: "threshold", threshold: 1 }, { judge });
    await say("How do I change the oil of a motorcycle?");
    const asked = "What is the way to change a motorcycle's oil?";
    expect(answeredBy(await say(asked, {}, { headers: { "x-ai-cache-ttl": "1" } }))).toBe("MISS");
    await turns();
    expect(pairs).toEqual([[asked, "How do I change the oil of a motorcycle?"]]);
    expect(eventsOf("semantic-promotion")).toHaveLength(1);
  });
});
