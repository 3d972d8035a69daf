import { expect, onTestFinished, test } from "vitest";
import { createCache } from "../../src/cache.ts";
import { ManualClock } from "../../src/core/clock.ts";
import { redis } from "../../src/stores/redis.ts";
import { startScriptedOrigin } from "../../src/testing/scripted-origin.ts";
import { startRedis } from "../services/redis.ts";
import { describeWithServices } from "../services/required.ts";
import { question, readResponse } from "../topology/cache-harness.ts";

/** Two nodes over one Redis whose clocks are 30 s apart. Time is moved by hand, so that nothing here depends on speed. */

const skewMs = 30_000;
const ttlMs = 60_000;

async function setUp() {
  const server = await startRedis();
  onTestFinished(() => server.stop());
  const origin = await startScriptedOrigin();
  onTestFinished(() => origin.close());
  const start = async (clock: ManualClock) => {
    const store = redis({ url: server.url, clock });
    const cache = await createCache({ store, clock, policy: { ttl: "60s", ttlJitter: 0 } });
    onTestFinished(() => cache.close());
    const read = async () => {
      const response = await cache.fetch(`${origin.url}/chat/completions`, {
        method: "POST",
        headers: { authorization: "Bearer one", "content-type": "application/json", "x-ai-cache-tags": "doc:42" },
        body: JSON.stringify(question),
      });
      return readResponse(response);
    };
    return { cache, clock, read };
  };
  const now = Date.now();
  const ahead = await start(new ManualClock(now + skewMs));
  const behind = await start(new ManualClock(now));
  const passing = (durationMs: number) => [ahead, behind].forEach(({ clock }) => void clock.advance(durationMs));
  return { origin, ahead, behind, passing };
}

describeWithServices("redis-server", "two nodes whose clocks are 30 s apart, over one Redis", () => {
  test.each([
    ["ahead", "behind"],
    ["behind", "ahead"],
  ] as const)(
    "T2 what the one %s writes the one %s reads: no negative age, a ttl wrong by 30 s at most",
    async (from, to) => {
      const { origin, passing, ...nodes } = await setUp();
      const [writer, reader] = [nodes[from], nodes[to]];
      expect((await writer.read()).outcome).toBe("MISS");
      // What the reader takes for the age of an entry is wrong by as much as its clock.
      const shift = to === "ahead" ? skewMs : -skewMs;
      const livesMs = ttlMs - shift;
      let passed = 0;
      const after = async (durationMs: number) => {
        passing(durationMs - passed);
        passed = durationMs;
        const reading = await reader.read();
        const age = Number(reading.headers.get("age") ?? 0);
        expect(age).toBe(reading.outcome === "HIT" ? Math.max(0, (durationMs + shift) / 1_000) : 0);
        return reading.outcome;
      };
      for (const durationMs of [0, 1_000, livesMs - 1_000]) expect(await after(durationMs)).toBe("HIT");
      expect(await after(livesMs)).toBe("MISS");
      expect(origin.callCount).toBe(2);
    },
  );

  test.each([
    ["ahead", "behind"],
    ["behind", "ahead"],
  ] as const)("T2 what the one %s takes back the one %s does not serve, whoever wrote it", async (from, to) => {
    const { origin, passing, ...nodes } = await setUp();
    const [invalidating, other] = [nodes[from], nodes[to]];
    for (const writer of [invalidating, other]) {
      origin.generation += 1;
      const old = `generation-${origin.generation}`;
      expect((await writer.read()).text).toContain(old);
      for (const node of [invalidating, other]) expect((await node.read()).text).toContain(old);
      await invalidating.cache.invalidate({ tags: ["doc:42"] });
      origin.generation += 1;
      // The other looks at its copy again after a second at the latest.
      passing(1_001);
      const answers = [await other.read(), await invalidating.read()];
      expect(answers.map(({ outcome }) => outcome)).toEqual(["MISS", "HIT"]);
      expect(answers.map(({ text }) => text.includes(`generation-${origin.generation}`))).toEqual([true, true]);
      await invalidating.cache.invalidate({ all: true });
      passing(1_001);
    }
  });
});
