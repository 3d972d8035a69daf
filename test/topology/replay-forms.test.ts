import { describe, expect, it } from "vitest";
import { eventsOf, isIntact, setUp } from "./cache-harness.ts";

/** One recording, every form: filled by a stream or in one piece, read either way, with usage and without (S16, I5). */

const stream = { stream: true };
const withUsage = { stream: true, stream_options: { include_usage: true } };
const forms: readonly (readonly [string, object])[] = [
  ["as JSON", {}],
  ["as a stream", stream],
  ["as a stream with usage", withUsage],
];

describe.each(forms)("an answer filled %s", (_, filledBy) => {
  it.each(forms)("is read %s from the cache, with the same content (S16)", async (name, readBy) => {
    const { origin, read } = await setUp();
    const filled = await read(filledBy);
    expect(filled).toMatchObject({ status: 200, outcome: "MISS" });
    const hit = await read(readBy);
    expect(hit).toMatchObject({ status: 200, outcome: "HIT" });
    expect(origin.callCount).toBe(1);
    expect(isIntact(filled)).toBe(true);
    expect(isIntact(hit)).toBe(true);
    expect(hit.text).toBe(filled.text);
    const isStream = name !== "as JSON";
    expect(hit.headers.get("content-type")).toBe(isStream ? "text/event-stream; charset=utf-8" : "application/json");
    if (!isStream) {
      expect(JSON.parse(hit.raw)).toMatchObject({
        object: "chat.completion",
        usage: { total_tokens: expect.any(Number) },
      });
      return;
    }
    const events = eventsOf(hit.raw);
    expect(hit.raw.endsWith("data: [DONE]\n\n")).toBe(true);
    expect(events[0]).toMatchObject({ choices: [{ delta: { role: "assistant" } }] });
    expect(events.filter(({ usage }) => usage !== undefined && usage !== null)).toHaveLength(
      readBy === withUsage ? 1 : 0,
    );
  });
});

describe("a hit", () => {
  it("is byte for byte what the origin sent, where the form is the same (I5)", async () => {
    for (const form of [{}, withUsage]) {
      const { read } = await setUp();
      const filled = await read(form);
      expect((await read(form)).raw).toBe(filled.raw);
    }
  });

  it("does not show usage to a stream that did not ask for it, though the origin was asked for it", async () => {
    const { origin, read } = await setUp();
    const filled = await read(stream);
    expect(origin.calls[0]?.json).toMatchObject({ stream: true, stream_options: { include_usage: true } });
    expect(filled.raw).not.toContain("usage");
    expect((await read(stream)).raw).toBe(filled.raw);
  });

  it("reports no tokens where the policy says so", async () => {
    const { read } = await setUp({ policy: { hitUsage: "zero" } });
    const filled = await read();
    const hit = await read();
    expect(JSON.parse(filled.raw).usage.total_tokens).toBeGreaterThan(0);
    expect(JSON.parse(hit.raw)).toMatchObject({
      usage: { total_tokens: 0 },
      choices: [{ message: { content: filled.text } }],
    });
    expect(eventsOf((await read(withUsage)).raw).at(-1)).toMatchObject({ usage: { total_tokens: 0 } });
  });

  it("tells its age and its entry", async () => {
    const { clock, read } = await setUp({ policy: { ttl: "10m" } });
    const filled = await read();
    clock.advance(90_500);
    const hit = await read();
    expect(hit.headers.get("age")).toBe("90");
    expect(hit.headers.get("cache-status")).toBe("reprise; hit; ttl=509; detail=exact");
    expect(hit.headers.get("x-ai-cache-layer")).toBe("exact");
    expect(hit.headers.get("x-ai-cache-entry")).toBe(filled.headers.get("x-ai-cache-entry"));
    expect(hit.headers.get("cache-control")).toBe("private, no-store");
  });

  it("is not changed by whatever callers do with what they were given (N6)", async () => {
    const { read, ask, cache, origin } = await setUp();
    const body = Buffer.from(
      JSON.stringify({ model: "scripted-small", stream: true, messages: [{ role: "user", content: "mine" }] }),
    );
    const headers = { authorization: "Bearer one", "x-note": "1" };
    const pending = cache.fetch(`${origin.url}/chat/completions`, { method: "POST", headers, body });
    body.fill(0x20);
    headers["x-note"] = "2";
    const first = await pending;
    const other = await cache.fetch(`${origin.url}/chat/completions`, {
      method: "POST",
      headers: { authorization: "Bearer one", "x-note": "1" },
      body: JSON.stringify({ model: "scripted-small", stream: true, messages: [{ role: "user", content: "mine" }] }),
    });
    let original = "";
    for await (const chunk of first.body as ReadableStream<Uint8Array>) {
      original += Buffer.from(chunk).toString("utf8");
      chunk.fill(0x21);
    }
    expect(await other.text()).toBe(original);
    const again = await read(
      { stream: true, messages: [{ role: "user", content: "mine" }] },
      { headers: { "x-note": "1" } },
    );
    expect(again).toMatchObject({ outcome: "HIT", raw: original });
    expect(origin.callCount).toBe(1);

    const filled = await read();
    const bytes = new Uint8Array(await (await ask()).arrayBuffer());
    bytes.fill(0);
    expect((await read()).raw).toBe(filled.raw);
  });
});
