import { describe, expect, it, onTestFinished } from "vitest";
import { type CacheOptions, createCache } from "./cache.ts";
import { ManualClock } from "./core/clock.ts";
import type { TraceEvent } from "./core/trace.ts";
import { memory } from "./stores/memory.ts";

const personal = "Write to jane.doe@example.com that I am late.";
const plain = "What is a cache?";

/** A cache of the library before an origin that answers `reply` of the request, or the same to all. */
async function setUp(
  policy: CacheOptions["policy"] = {},
  reply: (body: string) => string = () => "Fine.",
  more: CacheOptions = {},
) {
  const clock = new ManualClock();
  const events: TraceEvent[] = [];
  let asked = 0;
  const store = memory({ clock });
  const priorities: unknown[] = [];
  const set = store.set.bind(store);
  const watched = Object.assign(store, {
    set: (...given: Parameters<typeof set>) => {
      if (given[2].length > 200) priorities.push(given[3].priority ?? "normal");
      return set(...given);
    },
  });
  const cache = await createCache({
    ...more,
    store: watched,
    policy,
    clock,
    onEvent: (event) => events.push(event),
    fetch: async (_, init) => {
      asked++;
      const content = reply(String(Buffer.from(init?.body as Uint8Array)));
      const message = { role: "assistant", content };
      const choices = [{ index: 0, message, finish_reason: "stop" }];
      const request = JSON.parse(String(Buffer.from(init?.body as Uint8Array)));
      if (request.stream !== true) return Response.json({ object: "chat.completion", model: request.model, choices });
      const events = [...content].map((piece) => ({ index: 0, delta: { content: piece }, finish_reason: null }));
      const all = [...events, { index: 0, delta: {}, finish_reason: "stop" }].map((choice) => {
        const chunk = { object: "chat.completion.chunk", model: request.model, choices: [choice] };
        return `data: ${JSON.stringify(chunk)}\n\n`;
      });
      const headers = { "content-type": "text/event-stream" };
      return new Response(`${all.join("")}data: [DONE]\n\n`, { headers });
    },
  });
  onTestFinished(() => cache.close());
  const ask = async (content: string, headers: Record<string, string> = {}, body: object = {}) => {
    const response = await cache.fetch("http://origin/v1/chat/completions", {
      method: "POST",
      headers: { authorization: "Bearer a", "content-type": "application/json", ...headers },
      body: JSON.stringify({ model: "m", messages: [{ role: "user", content }], ...body }),
    });
    await response.text();
    const [status, reason] = ["x-ai-cache-status", "x-ai-cache-reason"].map((name) => response.headers.get(name));
    return reason === null ? status : `${status} ${reason}`;
  };
  return { ask, asked: () => asked, cache, clock, events, priorities };
}

describe("what holds personal data", () => {
  it("is kept for ten minutes and goes first, if nothing else is said", async () => {
    const { ask, clock, priorities } = await setUp({ ttl: "1h", ttlJitter: 0 });
    for (const text of [personal, plain]) expect(await ask(text)).toBe("MISS absent");
    expect(priorities).toEqual(["low", "normal"]);
    clock.advance(9 * 60_000);
    for (const text of [personal, plain]) expect(await ask(text)).toBe("HIT");
    clock.advance(2 * 60_000);
    expect(await ask(personal)).toMatch(/^MISS/);
    expect(await ask(plain)).toBe("HIT");
  });

  it("is kept no longer whatever the request asks for, and never stale", async () => {
    const policy = { staleIfError: "1d", staleWhileRevalidate: "1d", personalDataTtl: "1m" } as const;
    const { ask, clock } = await setUp(policy);
    const headers = { "x-ai-cache-ttl": "86400" };
    for (const text of [personal, plain]) expect(await ask(text, headers)).toBe("MISS absent");
    clock.advance(61_000);
    expect(await ask(personal, headers)).toMatch(/^MISS/);
    expect(await ask(plain, headers)).toBe("HIT");
  });

  it("card numbers and secrets are not kept at all, if nothing else is said", async () => {
    const { ask, asked, priorities } = await setUp();
    for (const text of ["Is 4111 1111 1111 1111 valid?", "Why does sk-ant-api03-Zm9vYmFyYmF6cXV4MTIzNDU2Nzg5 fail?"])
      for (let time = 0; time < 2; time++) expect(await ask(text)).toBe("BYPASS personal_data");
    expect(asked()).toBe(4);
    expect(priorities).toEqual([]);
  });

  it("with user-scope is for the user who asked, and for nobody where none is named", async () => {
    const { ask } = await setUp({ personalData: "user-scope" });
    const [ann, bob] = [{ "x-ai-user": "ann" }, { "x-ai-user": "bob" }];
    expect(await ask(personal)).toBe("BYPASS personal_data");
    expect(await ask(personal, ann)).toBe("MISS absent");
    expect(await ask(personal, bob)).toBe("MISS absent");
    for (const user of [ann, bob]) expect(await ask(personal, user)).toBe("HIT");
    expect(await ask(plain, ann)).toBe("MISS absent");
    expect(await ask(plain, bob)).toBe("HIT");
    expect(await ask(plain)).toBe("HIT");
  });

  it("is treated by its kind, and what is excepted as if it were none", async () => {
    const { ask } = await setUp({
      personalData: { email: "no-store", others: "off" },
      personalDataExcept: ["*@support.example", "442079460000"],
    });
    expect(await ask(personal)).toBe("BYPASS personal_data");
    expect(await ask("Call +44 20 7946 0123.")).toBe("MISS absent");
    expect(await ask("Call +44 20 7946 0123.")).toBe("HIT");
    expect(await ask("Mail Help@Support.example.")).toBe("MISS absent");
    expect(await ask("Mail a@support.example and b@other.example.")).toBe("BYPASS personal_data");
  });

  it("is not looked for where a rule says off", async () => {
    const rules = [{ match: { model: "m" }, personalData: "off" as const }];
    const { ask, events } = await setUp({ personalData: "no-store" }, () => "Mail bob@example.com.", { rules });
    expect(await ask(personal)).toBe("MISS absent");
    expect(await ask(personal)).toBe("HIT");
    expect(await ask(personal, {}, { model: "other" })).toBe("BYPASS personal_data");
    expect(events.filter(({ type }) => type === "personal-data")).toHaveLength(1);
  });

  it("is found wherever it stands in the request", async () => {
    const { ask } = await setUp({ personalData: "no-store" });
    const system = {
      messages: [
        { role: "system", content: "The user is a@b.example." },
        { role: "user", content: "Hi" },
      ],
    };
    const parts = { messages: [{ role: "user", content: [{ type: "text", text: "I am\na@b.example" }] }] };
    const tools = [{ type: "function", function: { name: "f", description: "for a@b.example", parameters: {} } }];
    const called = {
      messages: [
        {
          role: "assistant",
          tool_calls: [{ id: "1", type: "function", function: { name: "f", arguments: '{"to":"a@b.example"}' } }],
        },
      ],
    };
    for (const body of [system, parts, { tools }, called])
      expect(await ask("Hi", {}, body)).toBe("BYPASS personal_data");
  });
});

describe("an answer that holds personal data", () => {
  const leaking = () => "Ask bob@example.com.";

  it.each([
    ["user-scope", "MISS personal_data"],
    ["no-store", "MISS personal_data"],
    ["short-ttl", "MISS absent"],
    ["first-to-evict", "MISS absent"],
  ] as const)("with %s: %s", async (personalData, status) => {
    const { ask, clock, priorities } = await setUp({ personalData, ttlJitter: 0 }, leaking);
    for (const stream of [false, true]) {
      const body = { stream, seed: Number(stream) };
      expect(await ask(plain, { "x-ai-user": "ann" }, body)).toBe(stream ? "MISS absent" : status);
      const isKept = status === "MISS absent";
      const again = await ask(plain, { "x-ai-user": "ann" }, body);
      expect(again).toBe(isKept ? "HIT" : stream ? "MISS absent" : status);
    }
    expect(priorities).toEqual(
      status === "MISS absent" ? Array(2).fill(personalData === "first-to-evict" ? "low" : "normal") : [],
    );
    clock.advance(11 * 60_000);
    if (personalData === "short-ttl") expect(await ask(plain, {}, { seed: 0 })).toMatch(/^MISS/);
  });

  it("that its request held already is its user's anyway", async () => {
    const { ask } = await setUp({ personalData: "user-scope" }, () => "I wrote to Jane.Doe@example.com.");
    const ann = { "x-ai-user": "ann" };
    expect(await ask(personal, ann)).toBe("MISS absent");
    expect(await ask(personal, ann)).toBe("HIT");
    expect(await ask(plain, ann)).toBe("MISS personal_data");
  });

  it("is counted by its kinds, like the request, and nothing is told of what it was", async () => {
    const { ask, events } = await setUp({ personalData: "no-store" }, () => "Call +44 20 7946 0123.");
    await ask(plain);
    await ask(personal);
    const told = events.filter(({ type }) => type === "personal-data");
    expect(told).toEqual([
      { type: "personal-data", kind: "phone" },
      { type: "personal-data", kind: "email" },
    ]);
    expect(JSON.stringify(events)).not.toMatch(/jane|7946/);
  });
});

describe("values of a program", () => {
  it("are kept by the same rules", async () => {
    const { cache } = await setUp({ personalData: { email: "no-store", phone: "short-ttl", ip: "user-scope" } });
    const stored = async (key: unknown, value: unknown) => {
      const { outcome } = await cache.wrap({ key }, () => value);
      return "stored" in outcome && outcome.stored.state === "refused" ? outcome.stored.reason : outcome.kind;
    };
    expect(await stored("a@example.com", 1)).toBe("personal_data");
    expect(await stored("k", { mail: "a@example.com" })).toBe("personal_data");
    expect(await stored("visitor", "203.0.113.77")).toBe("personal_data");
    expect(await stored("caller", "+44 20 7946 0123")).toBe("miss");
    expect(await stored("caller", "another")).toBe("hit");
    expect(await stored("plain", "text")).toBe("miss");
  });

  it("end sooner", async () => {
    const { cache, clock } = await setUp({ ttl: "1h" });
    const asked: string[] = [];
    const get = (key: string) => cache.wrap({ key, ttl: "1h" }, () => asked.push(key));
    for (const key of ["a@example.com", "plain"]) await get(key);
    clock.advance(11 * 60_000);
    for (const key of ["a@example.com", "plain"]) await get(key);
    expect(asked).toEqual(["a@example.com", "plain", "a@example.com"]);
  });
});

describe("vectors", () => {
  it("of texts that hold personal data are kept by the rules of each text", async () => {
    const { cache } = await setUp({ personalData: { email: "no-store", phone: "user-scope" } });
    const computed: string[] = [];
    const compute = (texts: readonly string[]) => {
      computed.push(...texts);
      return texts.map((text) => [text.length]);
    };
    const texts = ["plain", "mail a@example.com", "call +44 20 7946 0123"];
    const shared = cache.embeddings(compute, { model: "e" });
    const ann = cache.embeddings(compute, { model: "e", user: "ann" });
    const bob = cache.embeddings(compute, { model: "e", user: "bob" });
    for (const embed of [shared, shared, ann, ann, bob]) expect(await embed(texts)).toEqual([[5], [18], [21]]);
    expect(computed.filter((text) => text === "plain")).toHaveLength(1);
    expect(computed.filter((text) => text.startsWith("mail"))).toHaveLength(5);
    expect(computed.filter((text) => text.startsWith("call"))).toHaveLength(4);
  });
});
