import { describe, expect, it } from "vitest";
import { isIntact, setUp, turns } from "./cache-harness.ts";

/** What a request asks of the cache, and what the policy says to calls whose answers vary. */

const cacheControl = (value: string) => ({ headers: { "cache-control": value } });
const wish = (value: string) => ({ headers: { "x-ai-cache": value } });

describe("replayPace (S18)", () => {
  it("plays a stored stream event by event, and JSON at once", async () => {
    const { ask, clock, read } = await setUp({ policy: { replayPace: "20ms" } });
    await read({ stream: true });
    const hit = await ask({ stream: true });
    expect(hit.headers.get("x-ai-cache-status")).toBe("HIT");
    const reader = (hit.body as ReadableStream<Uint8Array>).getReader();
    const first = Buffer.from((await reader.read()).value ?? []).toString("utf8");
    expect(first.match(/\n\n/g)).toHaveLength(1);
    const second = reader.read();
    clock.advance(20);
    expect(Buffer.from((await second).value ?? []).toString("utf8")).toMatch(/^data: .+\n\n$/);
    await reader.cancel();
    expect(isIntact(await read())).toBe(true);
  });
});

describe("Cache-Control", () => {
  it("no-cache computes anew and stores", async () => {
    const { origin, read } = await setUp();
    await read();
    origin.generation = 1;
    const refreshed = await read({}, cacheControl("no-cache"));
    expect(refreshed).toMatchObject({ outcome: "REFRESH" });
    expect(refreshed.headers.get("cache-status")).toBe("reprise; fwd=request; fwd-status=200; stored");
    expect(await read()).toMatchObject({ outcome: "HIT", text: refreshed.text });
    expect(refreshed.text).toContain("generation-1");
  });

  it("no-store neither reads nor writes, as JSON and as a stream", async () => {
    for (const form of [{}, { stream: true }]) {
      const { origin, read } = await setUp();
      for (let count = 1; count <= 2; count++) {
        const reading = await read(form, cacheControl("no-store"));
        expect(reading).toMatchObject({ outcome: "BYPASS", reason: "no_store" });
        expect(reading.headers.get("cache-status")).toBe("reprise; fwd=bypass; fwd-status=200; detail=no_store");
        expect(isIntact(reading)).toBe(true);
        expect(origin.callCount).toBe(count);
      }
      expect((await read(form)).outcome).toBe("MISS");
    }
  });

  it("only-if-cached never calls the origin: 504 for a miss", async () => {
    const { origin, read } = await setUp();
    for (const value of ["only-if-cached", "only-if-cached, no-store", "only-if-cached, no-cache"]) {
      const reading = await read({}, cacheControl(value));
      expect(reading.status).toBe(504);
      expect(JSON.parse(reading.raw).error.code).toBe("cache_miss");
      // Nothing was forwarded, so nothing may say so (RFC 9211 section 2.2).
      expect(reading.headers.get("cache-status")).not.toContain("fwd");
    }
    expect(origin.callCount).toBe(0);
    await read();
    expect(await read({}, cacheControl("only-if-cached"))).toMatchObject({ status: 200, outcome: "HIT" });
  });

  it("max-age, min-fresh and max-stale bound what is served", async () => {
    const { clock, read } = await setUp({ policy: { ttl: "60s" } });
    await read();
    clock.advance(30_000);
    expect((await read({}, cacheControl("max-age=30"))).outcome).toBe("HIT");
    expect((await read({}, cacheControl("min-fresh=30"))).outcome).toBe("HIT");
    expect(await read({}, { headers: { ...cacheControl("max-age=29").headers, "x-ai-cache": "read" } })).toMatchObject({
      outcome: "MISS",
      reason: "no_store",
    });
    clock.advance(40_000);
    expect(await read({}, cacheControl("max-stale=10"))).toMatchObject({ outcome: "STALE", reason: "max_stale" });
    expect((await read({}, cacheControl("max-stale=9"))).outcome).toBe("MISS");
  });

  it("that breaks its grammar is 400, naming field and rule, before anything is sent", async () => {
    const { origin, read } = await setUp();
    const reading = await read({}, cacheControl("max-age=soon"));
    expect(reading.status).toBe(400);
    expect(JSON.parse(reading.raw).error).toMatchObject({ code: "invalid_header", param: "Cache-Control" });
    expect(origin.callCount).toBe(0);
  });
});

describe("X-AI-Cache", () => {
  it("off, read, write, read-write and refresh do what they say", async () => {
    const { origin, read } = await setUp();
    expect(await read({}, wish("off"))).toMatchObject({ outcome: "BYPASS", reason: "no_store" });
    expect(await read({}, wish("read"))).toMatchObject({ outcome: "MISS", reason: "no_store" });
    expect(await read({}, wish("read"))).toMatchObject({ outcome: "MISS" });
    expect(origin.callCount).toBe(3);
    expect(await read({}, wish("write"))).toMatchObject({ outcome: "REFRESH" });
    expect(await read({}, wish("read"))).toMatchObject({ outcome: "HIT" });
    expect(await read({}, wish("write"))).toMatchObject({ outcome: "REFRESH" });
    expect(await read({}, wish("read-write"))).toMatchObject({ outcome: "HIT" });
    expect(await read({}, wish("refresh"))).toMatchObject({ outcome: "REFRESH" });
    expect(origin.callCount).toBe(6);
  });

  it("and layers that exclude the exact one are a bypass; two wishes that exclude each other too", async () => {
    const { read } = await setUp();
    expect(await read({}, { headers: { "x-ai-cache-layers": "semantic" } })).toMatchObject({
      outcome: "BYPASS",
      reason: "layer_off",
    });
    const both = { headers: { "x-ai-cache": "read", "cache-control": "no-cache" } };
    expect(await read({}, both)).toMatchObject({ outcome: "BYPASS", reason: "cache_off" });
  });
});

describe("X-AI-Cache-TTL", () => {
  it("is clamped to the policy, and 0 stores nothing", async () => {
    const policy = { ttl: "10s", maxTtl: "60s", staleIfError: 0 } as const;
    for (const [asked, lives] of [
      ["30", 30],
      ["60", 60],
      ["86400", 60],
    ] as const) {
      const { clock, read } = await setUp({ policy });
      await read({}, { headers: { "x-ai-cache-ttl": asked } });
      clock.advance(lives * 1_000 - 1);
      expect((await read()).outcome).toBe("HIT");
      clock.advance(1);
      expect((await read()).outcome).toBe("MISS");
    }
    const { read } = await setUp({ policy });
    expect(await read({}, { headers: { "x-ai-cache-ttl": "0" } })).toMatchObject({
      outcome: "MISS",
      reason: "no_store",
    });
    expect((await read()).outcome).toBe("MISS");
  });
});

describe("answers that vary", () => {
  const warm = { temperature: 0.7 };

  it("cache-first keeps the first answer", async () => {
    const { origin, read } = await setUp();
    origin.plan(() => ({ salt: String(origin.callCount) }));
    const first = await read(warm);
    expect(await read(warm)).toMatchObject({ outcome: "HIT", text: first.text });
  });

  it("deterministic-only keeps answers at temperature 0 only", async () => {
    const { read } = await setUp({ policy: { stochastic: "deterministic-only" } });
    for (const body of [warm, {}]) {
      expect(await read(body)).toMatchObject({ outcome: "MISS", reason: "stochastic" });
      expect((await read(body)).outcome).toBe("MISS");
    }
    await read({ temperature: 0 });
    expect((await read({ temperature: 0 })).outcome).toBe("HIT");
  });

  it("skip leaves them alone", async () => {
    const { read } = await setUp({ policy: { stochastic: "skip" } });
    expect(await read(warm)).toMatchObject({ outcome: "BYPASS", reason: "stochastic" });
    expect((await read({ temperature: 0 })).outcome).toBe("MISS");
  });

  it("force-zero sends temperature 0 and shares with who asked for it, where the model allows it", async () => {
    const { origin, read } = await setUp({ policy: { stochastic: "force-zero" } });
    await read(warm);
    expect(origin.calls[0]?.json).toMatchObject({ temperature: 0 });
    expect((await read({})).outcome).toBe("HIT");
    expect((await read({ temperature: 0 })).outcome).toBe("HIT");
    await read({ ...warm, model: "o3-mini" });
    expect(origin.calls[1]?.json).toMatchObject({ temperature: 0.7 });
    expect((await read({ ...warm, model: "o3-mini" })).outcome).toBe("HIT");
  });

  describe("variants: 3", () => {
    const variants = async () => {
      const harness = await setUp({ policy: { stochastic: "variants", variants: 3, ttl: "1m" } });
      harness.origin.plan(() => ({ salt: String(harness.origin.callCount) }));
      return harness;
    };

    it("are filled before any repeats, then all of them are served", async () => {
      const { origin, read } = await variants();
      const texts: string[] = [];
      for (let count = 0; count < 3; count++) {
        const filled = await read(warm);
        expect(filled.outcome).toBe("MISS");
        texts.push(filled.text);
      }
      expect(new Set(texts).size).toBe(3);
      const seen = new Set<string>();
      for (let count = 0; count < 60; count++) {
        const hit = await read(warm);
        expect(hit.outcome).toBe("HIT");
        seen.add(hit.text);
      }
      expect([...seen].sort()).toEqual([...texts].sort());
      expect(origin.callCount).toBe(3);
    });

    it("can be chosen, and the one that was chosen is what is refreshed", async () => {
      const { origin, read } = await variants();
      const at = (variant: number, more: Record<string, string> = {}) =>
        read(warm, { headers: { "x-ai-cache-variant": String(variant), ...more } });
      const texts = [(await at(0)).text, (await at(1)).text, (await at(2)).text];
      for (const variant of [0, 1, 2])
        expect(await at(variant)).toMatchObject({ outcome: "HIT", text: texts[variant] });
      expect(origin.callCount).toBe(3);
      const refreshed = await at(2, { "cache-control": "no-cache" });
      expect(refreshed.outcome).toBe("REFRESH");
      expect((await at(2)).text).toBe(refreshed.text);
      expect((await at(0)).text).toBe(texts[0]);
      expect((await at(1)).text).toBe(texts[1]);
    });

    it("that are there stand in for the one that is missing while the origin fails", async () => {
      const { clock, origin, read } = await variants();
      const first = await read(warm);
      origin.plan({ status: 500 });
      expect(await read(warm)).toMatchObject({ status: 200, text: first.text });
      clock.advance(250);
      origin.plan(() => ({ salt: String(origin.callCount) }));
      expect((await read(warm)).outcome).toBe("MISS");
    });

    it("are one for what does not vary", async () => {
      const { origin, read } = await variants();
      await read({ temperature: 0 });
      expect((await read({ temperature: 0 })).outcome).toBe("HIT");
      expect(origin.callCount).toBe(1);
    });
  });

  it("regenerate takes a repeat by the same user within the window for a wish for a new answer", async () => {
    const { clock, origin, read } = await setUp({ policy: { regenerate: true, regenerateWindow: "1m" } });
    const as = (user: string) => read({}, { headers: { "x-ai-user": user } });
    expect((await as("u1")).outcome).toBe("MISS");
    expect((await as("u2")).outcome).toBe("HIT");
    origin.generation = 1;
    const again = await as("u1");
    expect(again.outcome).toBe("REFRESH");
    expect(await as("u3")).toMatchObject({ outcome: "HIT", text: again.text });
    clock.advance(60_001);
    expect((await as("u1")).outcome).toBe("HIT");
  });
});

describe("an answer of another model than was asked", () => {
  it("is stored under the one that gave it, and never under the one that was asked (U9)", async () => {
    const { origin, read } = await setUp();
    origin.plan({ model: "other-model" });
    const first = await read({ model: "asked-model" });
    expect(first).toMatchObject({ outcome: "MISS", reason: "model_mismatch" });
    expect((await read({ model: "asked-model" })).outcome).toBe("MISS");
    expect(origin.callCount).toBe(2);
    expect((await read({ model: "other-model" })).outcome).toBe("HIT");
  });

  it("is kept for the one that was asked where models have other names, and for a dated snapshot", async () => {
    const { origin, read } = await setUp({ rules: [{ match: { model: "my-*" }, anyModel: true }] });
    origin.plan({ model: "scripted-small-2026-01-01" });
    await read({ model: "my-deployment" });
    expect((await read({ model: "my-deployment" })).outcome).toBe("HIT");
    await read();
    expect((await read()).outcome).toBe("HIT");
    await turns(5);
  });
});

describe("rules", () => {
  it("decide per call: by model, tag, namespace", async () => {
    const { clock, read } = await setUp({
      policy: { ttl: "1h", staleIfError: 0 },
      rules: [
        { match: { model: "scripted-*", tag: "short" }, ttl: "1s" },
        { match: { namespace: "off" }, enabled: false },
      ],
    });
    const tagged = { headers: { "x-ai-cache-tags": "short" } };
    await read({}, tagged);
    clock.advance(1_000);
    expect((await read({}, tagged)).outcome).toBe("MISS");
    const off = { headers: { "x-ai-cache-namespace": "off" } };
    expect(await read({}, off)).toMatchObject({ outcome: "BYPASS", reason: "not_cacheable" });
  });
});
