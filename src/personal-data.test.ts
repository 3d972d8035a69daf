import { describe, expect, it, onTestFinished } from "vitest";
import { type CacheOptions, createCache } from "./cache.ts";
import { ManualClock } from "./core/clock.ts";
import type { TraceEvent } from "./core/trace.ts";
import { memory } from "./stores/memory.ts";

const personal = "Write to jane.doe@example.com that I am late.";
const plain = "What is a cache?";

/** A cache of the library before an origin that answers `reply` of the request, or the same to all. */
async function setUp(policy: CacheOptions["policy"] = {}, reply: (body: string) => string = () => "Fine.") {
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
    store: watched,
    policy,
    clock,
    onEvent: (event) => events.push(event),
    fetch: async (_, init) => {
      asked++;
      const content = reply(String(Buffer.from(init?.body as Uint8Array)));
      const message = { role: "assistant", content };
      const choices = [{ index: 0, message, finish_reason: "stop" }];
      return Response.json({ object: "chat.completion", model: "m", choices });
    },
  });
  onTestFinished(() => cache.close());
  const ask = async (content: string, headers: Record<string, string> = {}) => {
    const response = await cache.fetch("http://origin/v1/chat/completions", {
      method: "POST",
      headers: { authorization: "Bearer a", "content-type": "application/json", ...headers },
      body: JSON.stringify({ model: "m", messages: [{ role: "user", content }] }),
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
});
