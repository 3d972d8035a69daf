import { afterAll, beforeAll, expect, it, onTestFinished } from "vitest";
import { ManualClock } from "../../src/core/clock.ts";
import { StoreUnavailableError } from "../../src/core/errors.ts";
import type { Store } from "../../src/core/store.ts";
import { guarded } from "../../src/stores/guarded.ts";
import { memcached } from "../../src/stores/memcached.ts";
import { postgres } from "../../src/stores/postgres.ts";
import { startFaultProxy } from "../chaos/fault-proxy.ts";
import { startMemcached } from "../services/memcached.ts";
import { startPostgres } from "../services/postgres.ts";
import { describeWithServices, type RequiredProgram } from "../services/required.ts";

/** What a slow, cut or vanishing network makes of a store, with and without its guard. */

const forEver = { deleteAt: Number.POSITIVE_INFINITY };
const long = Buffer.alloc(5_000, "0123456789");

interface Kind {
  readonly program: RequiredProgram;
  readonly start: () => Promise<{ readonly port: number; readonly end: () => Promise<void> }>;
  readonly open: (port: number) => Store;
}

const kinds: Readonly<Record<string, Kind>> = {
  memcached: {
    program: "memcached",
    async start() {
      const { port, kill } = await startMemcached();
      return { port, end: kill };
    },
    open: (port) => memcached({ url: `memcached://127.0.0.1:${port}`, replyTimeoutMs: 2_000 }),
  },
  postgres: {
    program: "postgres",
    async start() {
      const { port, remove } = await startPostgres();
      return { port, end: remove };
    },
    open: (port) => postgres({ url: `postgres://postgres@127.0.0.1:${port}/postgres`, statementTimeoutMs: 2_000 }),
  },
};

for (const [name, { program, start, open }] of Object.entries(kinds)) {
  describeWithServices(program, `${name} behind a bad network`, () => {
    let server: Awaited<ReturnType<Kind["start"]>>;
    beforeAll(async () => {
      server = await start();
    });
    afterAll(() => server.end());

    const proxied = async () => {
      const proxy = await startFaultProxy({ target: { port: server.port } });
      onTestFinished(() => proxy.close());
      return proxy;
    };
    const opened = (port: number): Store => {
      const store = open(port);
      onTestFinished(async () => store.close());
      return store;
    };

    it("R4: a late reply is a miss at the deadline, is dropped, and leaves one entry", async () => {
      const proxy = await proxied();
      const clock = new ManualClock();
      const store = opened(proxy.port);
      const guard = guarded(store, {
        clock,
        readDeadlineMs: 50,
        writeDeadlineMs: 250,
        breaker: { minimumFailures: 100 },
      });
      expect(await guard.set("late", "k", long, forEver)).toBe("stored");
      proxy.inject({ latencyMs: 200, jitterMs: 50 });
      const reads = Array.from({ length: 5 }, () => guard.get("late", ["k"]));
      const write = guard.set("late", "k2", long, forEver);
      clock.advance(50);
      expect(await Promise.all(reads)).toEqual(Array(5).fill([undefined]));
      clock.advance(200);
      expect(await write).toBe("overloaded");
      proxy.heal();
      await expect.poll(async () => (await opened(server.port).get("late", ["k2"]))[0]?.byteLength).toBe(long.length);
      const [found] = await guard.get("late", ["k"]);
      expect(found && Buffer.compare(found, long)).toBe(0);
      expect(guard.state.failures).toEqual({ timeout: 6, error: 0, refused: 0 });
    });

    it("R5: a reply that is cut, wherever, is a failure and never half a value", async () => {
      const proxy = await proxied();
      const direct = opened(server.port);
      await direct.set("cut", "k", long, forEver);
      let failed = 0;
      for (let bytes = 0; bytes < 12_000; bytes += 211) {
        proxy.inject({ cutReplyAfter: { bytes, how: bytes % 2 === 0 ? "reset" : "close" } });
        const store = open(proxy.port);
        const [outcome] = await Promise.allSettled([store.get("cut", ["k"])]);
        await store.close();
        if (outcome.status === "rejected") {
          failed += 1;
          expect(outcome.reason).toBeInstanceOf(StoreUnavailableError);
        } else expect(Buffer.compare(outcome.value[0] as Uint8Array, long)).toBe(0);
      }
      expect(failed).toBeGreaterThan(20);
      expect(failed).toBeLessThan(57);
    });

    it("R2: connections that are reset under calls cost those calls, and nothing after them", async () => {
      const proxy = await proxied();
      const store = opened(proxy.port);
      await store.set("reset", "k", long, forEver);
      for (let round = 0; round < 10; round += 1) {
        const calls = Array.from({ length: 10 }, () => store.get("reset", ["k"]));
        proxy.reset();
        for (const outcome of await Promise.allSettled(calls)) {
          if (outcome.status === "rejected") expect(outcome.reason).toBeInstanceOf(StoreUnavailableError);
          else expect(Buffer.compare(outcome.value[0] as Uint8Array, long)).toBe(0);
        }
        await expect
          .poll(() =>
            Promise.resolve(store.get("reset", ["k"])).then(
              ([found]) => found?.byteLength,
              () => "away",
            ),
          )
          .toBe(long.length);
      }
    });
  });
}
