import { afterAll, beforeAll, expect, onTestFinished, test } from "vitest";
import { StoreUnavailableError } from "../../src/core/errors.ts";
import type { Store } from "../../src/core/store.ts";
import { memcached } from "../../src/stores/memcached.ts";
import { postgres } from "../../src/stores/postgres.ts";
import { redis } from "../../src/stores/redis.ts";
import { startMemcached } from "../services/memcached.ts";
import { patience, startPostgres } from "../services/postgres.ts";
import { startRedis } from "../services/redis.ts";
import { describeWithServices, type RequiredProgram } from "../services/required.ts";
import { startFaultProxy } from "./fault-proxy.ts";

/** The network ends within a reply: after its first byte, its second, and so on to its last. */

const forEver = { deleteAt: Number.POSITIVE_INFINITY };

interface Kind {
  readonly program: RequiredProgram;
  readonly start: () => Promise<{ readonly port: number; readonly end: () => Promise<void> }>;
  readonly open: (port: number) => Store;
}

const kinds: Readonly<Record<string, Kind>> = {
  redis: {
    program: "redis-server",
    async start() {
      const { port, stop } = await startRedis();
      return { port, end: stop };
    },
    open: (port) => redis({ url: `redis://127.0.0.1:${port}`, connectTimeoutMs: 10_000 }),
  },
  memcached: {
    program: "memcached",
    async start() {
      const { port, kill } = await startMemcached();
      return { port, end: kill };
    },
    open: (port) => memcached({ url: `memcached://127.0.0.1:${port}`, replyTimeoutMs: 10_000 }),
  },
  postgres: {
    program: "postgres",
    async start() {
      const { port, remove } = await startPostgres();
      return { port, end: remove };
    },
    open: (port) => postgres({ url: `postgres://postgres@127.0.0.1:${port}/postgres`, ...patience }),
  },
};

const reads: readonly (readonly [string, readonly string[]])[] = [
  ["of one key", ["key"]],
  ["of several keys, one of them absent", ["key", "absent", "other"]],
];

async function readTexts(store: Store, keys: readonly string[]): Promise<readonly (string | undefined)[]> {
  return (await store.get("tenant", keys)).map((value) => value && Buffer.from(value).toString("latin1"));
}

for (const [name, { program, start, open }] of Object.entries(kinds)) {
  describeWithServices(program, `a reply of ${name} that is cut at every byte (R5, I2)`, () => {
    let server: Awaited<ReturnType<Kind["start"]>>;
    beforeAll(async () => {
      server = await start();
    });
    afterAll(() => server.end());

    test.each(reads)("%s: all that was asked for as it is, or a failure", async (_, keys) => {
      const proxy = await startFaultProxy({ target: server });
      onTestFinished(() => proxy.close());
      const values: Readonly<Record<string, string>> = { key: "a value", other: "another" };
      const direct = open(server.port);
      onTestFinished(async () => direct.close());
      for (const [key, value] of Object.entries(values)) await direct.set("tenant", key, Buffer.from(value), forEver);
      const whole = keys.map((key) => values[key]);

      /** What a store reads whose connection stands, until the proxy cuts it. */
      const readThrough = async (cutAfter: number | undefined) => {
        const store = open(proxy.port);
        await store.get("tenant", ["absent"]);
        if (cutAfter === undefined) proxy.heal();
        else proxy.inject({ cutReplyAfter: { bytes: cutAfter, how: cutAfter % 2 === 0 ? "reset" : "close" } });
        const [outcome] = await Promise.allSettled([readTexts(store, keys)]);
        const length = proxy.replied;
        proxy.heal();
        await store.close();
        return { outcome, length };
      };

      const { outcome, length } = await readThrough(undefined);
      expect(outcome).toMatchObject({ status: "fulfilled", value: whole });
      expect(length).toBeGreaterThan(values["key"]?.length ?? 0);
      const failedAt: number[] = [];
      for (let offset = 0; offset <= length; offset++) {
        const cut = (await readThrough(offset)).outcome;
        if (cut.status === "fulfilled") expect(cut.value, `cut after ${offset} of ${length} bytes`).toEqual(whole);
        else {
          expect(cut.reason).toBeInstanceOf(StoreUnavailableError);
          failedAt.push(offset);
        }
      }
      // Nothing is made of a reply whose values have not all come, and what comes after them is not needed.
      expect(failedAt).toEqual(failedAt.map((_, offset) => offset));
      expect(failedAt.length).toBeGreaterThan(keys.length * (values["key"]?.length ?? 0));
      expect(failedAt).not.toContain(length);
    });
  });
}
