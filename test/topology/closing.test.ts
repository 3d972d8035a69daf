import { describe, expect, it } from "vitest";
import { ManualClock } from "../../src/core/clock.ts";
import { createCache } from "../../src/index.ts";
import { memory } from "../../src/stores/memory.ts";
import { Gate } from "../../src/testing/gate.ts";
import { question, setUp, turns } from "./cache-harness.ts";

/** What is complete when a cache closes is in the store (T3). */

describe("closing", () => {
  it.each([[{}], [{ stream: true }]])("waits for answers that the store is slow to take (%j)", async (form) => {
    const clock = new ManualClock();
    const inner = memory({ clock });
    const gate = new Gate();
    let isClosed = false;
    const store = {
      name: "slow",
      get: (tenant: string, keys: readonly string[]) => inner.get(tenant, keys),
      set: async (...given: Parameters<typeof inner.set>) => {
        await gate.pass();
        if (isClosed) throw new Error("closed before it was written");
        return inner.set(...given);
      },
      add: (...given: Parameters<typeof inner.add>) => inner.add(...given),
      delete: (tenant: string, key: string) => inner.delete(tenant, key),
      stats: () => inner.stats(),
      close: () => {
        isClosed = true;
      },
    };
    const { cache, origin, read } = await setUp({ clock, store });
    const reading = read(form);
    await gate.reached();
    // The caller does not wait for the store for long.
    clock.advance(30);
    expect((await reading).outcome).toBe("MISS");
    const closing = cache.close();
    await turns();
    expect(isClosed).toBe(false);
    gate.release();
    await closing;
    expect(isClosed).toBe(true);

    const next = await createCache({ clock, store: { ...store, close: () => {} } });
    const response = await next.fetch(`${origin.url}/chat/completions`, {
      method: "POST",
      headers: { authorization: "Bearer one", "content-type": "application/json" },
      body: JSON.stringify({ ...question, ...form }),
    });
    await response.text();
    expect(response.headers.get("x-ai-cache-status")).toBe("HIT");
    await next.close();
  });

  it("leaves no timer behind, neither of what it remembers of invalidations", async () => {
    const pending = new Set<() => void>();
    class CountingClock extends ManualClock {
      override after(delayMs: number, action: () => void) {
        const cancel = super.after(delayMs, () => {
          pending.delete(action);
          action();
        });
        pending.add(action);
        return () => {
          pending.delete(action);
          cancel();
        };
      }
    }
    const cache = await createCache({ clock: new CountingClock() });
    await cache.wrap({ key: "k", tags: ["doc:1"] }, () => 1);
    await cache.invalidate({ tags: ["doc:1"] });
    expect(pending.size).toBeGreaterThan(0);
    await cache.close();
    expect(pending.size).toBe(0);
  });
});
