import { randomBytes } from "node:crypto";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { guarded } from "../../src/stores/guarded.ts";
import { memory } from "../../src/stores/memory.ts";
import { type RedisOptions, type RedisStore, redis } from "../../src/stores/redis.ts";
import { tiered } from "../../src/stores/tiered.ts";
import { startFaultProxy } from "../chaos/fault-proxy.ts";
import { asked, type RedisServer, type RedisServerOptions, startRedis } from "../services/redis.ts";
import { describeWithServices } from "../services/required.ts";
import { freePorts } from "../services/server-process.ts";

/** What the redis store does when the server, the network or the values are not as they should be. */

const forEver = { deleteAt: Number.POSITIVE_INFINITY };
const name = "reprise:6:tenant:key";
const bytes = (text: string): Buffer => Buffer.from(text);

function opened(options: RedisOptions): RedisStore {
  const store = redis({ connectTimeoutMs: 10_000, ...options });
  onTestFinished(() => store.close());
  return store;
}

async function serverFor(options: RedisServerOptions): Promise<RedisServer> {
  const server = await startRedis(options);
  onTestFinished(() => server.stop());
  return server;
}

async function textOf(store: RedisStore, key = "key"): Promise<string | undefined> {
  const [value] = await store.get("tenant", [key]);
  return value && Buffer.from(value).toString();
}

describeWithServices("redis-server", "a redis store in trouble", () => {
  test("R1 begins without the server, fails at once, and heals when it appears", async () => {
    const [port = 0] = await freePorts(1);
    const store = opened({ url: `redis://127.0.0.1:${port}` });
    await expect(store.get("tenant", ["key"])).rejects.toThrow("get on redis: nobody listens at the address");
    await expect(store.set("tenant", "key", bytes("1"), forEver)).rejects.toThrow("nobody listens");
    const stack = tiered([memory(), guarded(store)]);
    expect(await stack.get("tenant", ["key"])).toEqual([undefined]);
    expect(await stack.set("tenant", "key", bytes("2"), forEver)).toBe("overloaded");
    const ofCluster = opened({ url: `redis+cluster://127.0.0.1:${port}` });
    await expect(ofCluster.get("tenant", ["key"])).rejects.toThrow("nobody listens at the address");
    expect(await store.check()).toMatchObject([
      { severity: "error", remedy: expect.stringContaining("start the server") },
    ]);
    await serverFor({ port });
    await asked(() =>
      store.set("tenant", "key", bytes("3"), forEver).then(
        () => true,
        () => false,
      ),
    );
    expect(await textOf(store)).toBe("3");
  });

  test("R2 fails what is under way when the server is killed, and heals with the next one", async () => {
    const server = await startRedis();
    const store = opened({ url: server.url });
    await store.set("tenant", "key", bytes("1"), forEver);
    server.process.child.kill("SIGSTOP");
    const underWay = Promise.allSettled([
      store.get("tenant", ["key"]),
      store.set("tenant", "key", bytes("2"), forEver),
    ]);
    await server.stop();
    expect((await underWay).map(({ status }) => status)).toEqual(["rejected", "rejected"]);
    await expect(store.get("tenant", ["key"])).rejects.toThrow(/get on redis: /);
    await serverFor({ port: server.port });
    await asked(() =>
      store.get("tenant", ["key"]).then(
        () => true,
        () => false,
      ),
    );
    expect(await textOf(store)).toBeUndefined();
  });

  test("R4 a network of 300 ms is a miss in time, and what comes late does no harm", async () => {
    const server = await serverFor({});
    const proxy = await startFaultProxy({ target: server });
    onTestFinished(() => proxy.close());
    const store = opened({ url: `redis://127.0.0.1:${proxy.port}` });
    expect(await textOf(store)).toBeUndefined();
    const guard = guarded(store);
    proxy.inject({ latencyMs: 300, jitterMs: 30 });
    const answers = [guard.set("tenant", "key", bytes("1"), forEver), guard.get("tenant", ["key"])];
    expect(await Promise.all(answers)).toEqual(["overloaded", [undefined]]);
    expect(guard.state.failures).toEqual({ timeout: 2, error: 0, refused: 0 });
    proxy.heal();
    expect(await textOf(store)).toBe("1");
    expect(await server.admin.dbsize()).toBe(1);
  });

  test.each(["reset", "close"] as const)("R5 discards a reply that is cut at any byte (%s)", async (how) => {
    const server = await serverFor({});
    const proxy = await startFaultProxy({ target: server });
    onTestFinished(() => proxy.close());
    const url = `redis://127.0.0.1:${proxy.port}`;
    const value = bytes("a value of a length that is known");
    await opened({ url }).set("tenant", "key", value, forEver);
    const sealed = 16 + value.length;
    const reply = `$${sealed}\r\n`.length + sealed + 2;
    for (let offset = 0; offset <= reply; offset++) {
      const store = redis({ url, connectTimeoutMs: 10_000 });
      expect(await store.get("tenant", ["absent"])).toEqual([undefined]);
      proxy.inject({ cutReplyAfter: { bytes: offset, how } });
      const outcome = await store.get("tenant", ["key"]).catch((error: Error) => error);
      proxy.heal();
      const isWhole = offset >= reply - 2 && Array.isArray(outcome);
      if (isWhole || offset === reply) expect(outcome).toEqual([value]);
      else expect(outcome, `cut after ${offset} bytes`).toMatchObject({ code: "store_unavailable" });
      await store.close();
    }
  });

  test("R3 ends calls to a server that is silent, and drops what comes late", async () => {
    const server = await serverFor({});
    const proxy = await startFaultProxy({ target: server });
    onTestFinished(() => proxy.close());
    const store = opened({ url: `redis://127.0.0.1:${proxy.port}` });
    await store.set("tenant", "key", bytes("1"), forEver);
    proxy.inject({ hang: true });
    const guard = guarded(store);
    expect(await guard.get("tenant", ["key"])).toEqual([undefined]);
    expect(guard.state.failures.timeout).toBe(1);
    proxy.heal();
    proxy.reset();
    await asked(() =>
      store.get("tenant", ["key"]).then(
        () => true,
        () => false,
      ),
    );
    expect(await textOf(store)).toBe("1");
  });

  describe("R6 what is not a value of ours", () => {
    let server: RedisServer;

    beforeAll(async () => {
      server = await startRedis();
    });
    afterAll(() => server.stop());

    /** What `put` makes of a good value is what the key holds. */
    async function holding(put: (good: Buffer) => Buffer | undefined): Promise<RedisStore> {
      const store = opened({ url: server.url });
      await server.admin.flushall();
      await store.set("tenant", "key", bytes("good"), forEver);
      const made = put((await server.admin.getBuffer(name)) as Buffer);
      await server.admin.del(name);
      if (made === undefined) await server.admin.lpush(name, "foreign");
      else await server.admin.set(name, made);
      return store;
    }
    const flip = (index: number, mask: number) => (good: Buffer) => {
      good[index] = (good[index] as number) ^ mask;
      return good;
    };

    const damage = [
      ["a list", () => undefined],
      ["nothing but bytes", () => randomBytes(64)],
      ["an empty string", () => Buffer.alloc(0)],
      ["a flipped bit in the value", flip(17, 0x20)],
      ["a flipped bit in the time of death", flip(12, 1)],
      ["a version before the first", flip(2, 1)],
    ] as const;

    test.each(damage)("%s is a miss, is counted, and is removed", async (_, put) => {
      const store = await holding(put);
      expect(await textOf(store)).toBeUndefined();
      expect((await store.stats()).corrupt).toBe(1);
      await asked(async () => (await server.admin.exists(name)) === 0);
      expect((await store.list({ limit: 10 })).items).toEqual([]);
    });

    test.each(damage)("%s gives way to add, to set, and to delete", async (_, put) => {
      let store = await holding(put);
      expect(Buffer.from(await store.add("tenant", "key", bytes("added"), forEver)).toString()).toBe("added");
      expect(await textOf(store)).toBe("added");
      store = await holding(put);
      await store.set("tenant", "key", bytes("set"), { deleteAt: Date.now() + 60_000 });
      expect(await textOf(store)).toBe("set");
      store = await holding(put);
      expect(await store.delete("tenant", "key")).toBe(false);
      expect(await server.admin.exists(name)).toBe(0);
    });

    test("a value of a later version is a miss, is counted, and stays", async () => {
      const store = await holding(flip(2, 3));
      expect(await textOf(store)).toBeUndefined();
      expect((await store.stats()).corrupt).toBe(1);
      await expect(store.add("tenant", "key", bytes("mine"), forEver)).rejects.toThrow("a later version wrote it");
      expect(await server.admin.exists(name)).toBe(1);
    });

    test("what was damaged and is whole again is not removed", async () => {
      const store = await holding(() => randomBytes(64));
      const reading = textOf(store);
      const writing = store.set("tenant", "key", bytes("whole"), forEver);
      expect(await reading).toBeUndefined();
      await writing;
      // The removal was sent when the answer came, so it is answered before this.
      expect(await textOf(store)).toBe("whole");
      expect(await textOf(store)).toBe("whole");
    });

    test("several keys at once: what is whole is served", async () => {
      const store = await holding(flip(17, 1));
      await store.set("tenant", "other", bytes("whole"), forEver);
      await server.admin.lpush("reprise:6:tenant:list", "foreign");
      const values = await store.get("tenant", ["key", "other", "list"]);
      expect(values.map((value) => value && Buffer.from(value).toString())).toEqual([undefined, "whole", undefined]);
    });
  });

  test("the server forgets by itself what is past its deleteAt, and keeps what has none", async () => {
    const { admin, url } = await serverFor({});
    const store = opened({ url });
    const deleteAt = Date.now() + 3_600_000;
    await store.set("tenant", "key", bytes("1"), { deleteAt: deleteAt - 0.5 });
    expect(await admin.pexpiretime(name)).toBe(deleteAt);
    await store.set("tenant", "key", bytes("2"), forEver);
    expect(await admin.pexpiretime(name)).toBe(-1);
    await admin.set(name, "damaged");
    await store.add("tenant", "key", bytes("3"), { deleteAt });
    expect(await admin.pexpiretime(name)).toBe(deleteAt);
    await store.delete("tenant", "key");
    await store.add("tenant", "key", bytes("4"), { deleteAt: deleteAt + 1 });
    expect(await admin.pexpiretime(name)).toBe(deleteAt + 1);
    await store.set("tenant", "key", bytes("5"), { deleteAt: -1 });
    expect(await admin.exists(name)).toBe(0);
  });

  test("R7 with its memory full and nothing evicted, takes no writes and goes on reading", async () => {
    const server = await serverFor({ maxmemory: "4mb", maxmemoryPolicy: "noeviction" });
    const store = opened({ url: server.url });
    const large = Buffer.alloc(64 * 1024, 7);
    let stored = 0;
    while ((await store.set("tenant", `key${stored}`, large, forEver)) === "stored") stored += 1;
    expect(stored).toBeGreaterThan(5);
    const addMany = async (): Promise<never> => {
      for (let index = 0; ; index++) await store.add("tenant", `token${index}`, large.subarray(0, 512), forEver);
    };
    await expect(addMany()).rejects.toThrow("add on redis: the server's memory is full and it evicts nothing");
    for (let index = 0; index < stored; index++) {
      expect(await store.get("tenant", [`key${index}`])).toEqual([large]);
    }
    expect((await store.check()).find(({ severity }) => severity === "warning")?.remedy).toContain("allkeys-lru");
    expect(await store.delete("tenant", "key0")).toBe(true);
    await server.admin.config("SET", "maxmemory", "64mb");
    expect(await store.set("tenant", "more", large, forEver)).toBe("stored");
  });

  test("R8 in a storm of evictions every read is a whole value or a miss", async () => {
    const server = await serverFor({ maxmemory: "6mb", maxmemoryPolicy: "allkeys-lru" });
    const store = opened({ url: server.url });
    const count = 1_000;
    const contentOf = (index: number): Buffer => Buffer.alloc(64 * 1024, `${index} `);
    let hits = 0;
    for (let index = 0; index < count; index++) {
      await store.set("tenant", `key${index}`, contentOf(index), forEver);
      const earlier = (index * 7) % (index + 1);
      const [value] = await store.get("tenant", [`key${earlier}`]);
      if (value === undefined) continue;
      hits += 1;
      expect(Buffer.compare(value, contentOf(earlier))).toBe(0);
    }
    expect(hits).toBeGreaterThan(0);
    const { evictions, capacityBytes, corrupt } = await store.stats();
    expect(evictions).toBeGreaterThan(count / 2);
    expect(capacityBytes).toBe(6 * 1024 * 1024);
    expect(corrupt).toBe(0);
  });
});
