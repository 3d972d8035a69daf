import { afterAll, beforeAll, describe, expect, it, onTestFinished, test } from "vitest";
import { ManualClock } from "../../src/core/clock.ts";
import { cosine, idsNear, itemOf, near, put, space, vectorOf } from "../../src/testing/vector-store-case.ts";
import { vectorStoreContract } from "../../src/testing/vector-store-contract.ts";
import { type RedisVectorsOptions, redisVectors } from "../../src/vectors/redis.ts";
import { startFaultProxy } from "../chaos/fault-proxy.ts";
import { type RedisServer, startRedis } from "../services/redis.ts";
import { startRedisSearch } from "../services/redis-search.ts";
import { describeWithServices } from "../services/required.ts";

const query = vectorOf(1);

describeWithServices("redis-server", "vectors in a Redis server", () => {
  let server: RedisServer;
  let stores = 0;
  beforeAll(async () => {
    server = await startRedisSearch();
  }, 300_000);
  afterAll(() => server.stop());

  const makeOf = (options: Partial<RedisVectorsOptions>) => async () => {
    const clock = new ManualClock();
    const keyPrefix = `test-${stores++}:`;
    const open = async () => redisVectors({ url: server.url, keyPrefix, clock, ...options });
    return { store: await open(), clock, another: open, reopen: open };
  };

  describe("with a flat index", () => {
    for (const { name, run } of vectorStoreContract(makeOf({ index: "flat" })))
      it(`the vector store contract: ${name}`, run);
  });
  describe("with an HNSW index", () => {
    const except = { exact: "a search of the graph is approximate where it is not exhausted" };
    for (const { name, run } of vectorStoreContract(makeOf({}), { except }))
      it(`the vector store contract: ${name}`, run);
  });

  const storeWith = (options: Partial<RedisVectorsOptions> = {}) => {
    const clock = new ManualClock();
    const store = redisVectors({ url: server.url, keyPrefix: `test-${stores++}:`, clock, ...options });
    onTestFinished(() => store.close());
    return { store, clock };
  };

  test("an HNSW index finds nearly all that comparing with every vector finds, beside thousands of others", async () => {
    const { store } = storeWith();
    const vectors = Array.from({ length: 3_000 }, (_, at) => near(vectorOf(at % 40), 0.8, 1_000 + at));
    const other = { ...space, partition: "other" };
    for (const [at, vector] of vectors.entries())
      await put(store, at % 3 === 0 ? space : other, itemOf(`${at}`, vector));
    let found = 0;
    for (let seed = 0; seed < 50; seed += 1) {
      const wanted = near(vectorOf(seed % 40), 0.8, 100_000 + seed);
      const best = vectors
        .map((vector, at) => ({ id: `${at}`, similarity: cosine(wanted, vector) }))
        .filter(({ id }) => Number(id) % 3 === 0)
        .sort((one, another) => another.similarity - one.similarity)
        .slice(0, 8);
      const ids = new Set(best.map(({ id }) => id));
      const matches = await idsNear(store, space, wanted);
      expect(matches).toHaveLength(8);
      found += matches.filter((id) => ids.has(id)).length;
    }
    expect(found / (8 * 50)).toBeGreaterThan(0.95);
  });

  test("what is too much is removed once a minute, the oldest first", async () => {
    const { store, clock } = storeWith({ maxVectors: 2 });
    for (const id of ["one", "two", "three"]) {
      clock.advance(1);
      await put(store, space, itemOf(id, query));
    }
    clock.advance(60_000);
    await put(store, space, itemOf("four", query));
    expect((await idsNear(store, space, query)).sort()).toEqual(["four", "three"]);
  });

  test("the server forgets by itself what is dead, and keeps what was written again for longer", async () => {
    const { store, clock } = storeWith({ keyPrefix: "dying:" });
    await put(store, space, itemOf("dies", query, clock.now() + 1_000));
    await put(store, space, itemOf("lasts", query, clock.now() + 1_000));
    await put(store, space, itemOf("lasts", query));
    const lives = await Promise.all((await server.admin.keys("dying:*")).map((key) => server.admin.pttl(key)));
    const [lasting = 0, dying = 0] = lives.sort((one, another) => one - another);
    expect(lasting).toBe(-1);
    expect(dying).toBeGreaterThan(1_000);
    expect(dying).toBeLessThanOrEqual(61_000);
  });

  test("names stand nowhere legible", async () => {
    const { store } = storeWith({ keyPrefix: "private:" });
    await put(store, { ...space, tenant: "somebody", partition: "context-of" }, itemOf("one", query));
    const [key = ""] = await server.admin.keys("private:*");
    const { vector, note, id, ...rest } = await server.admin.hgetall(key);
    expect([note, id]).toEqual(["note of one", "one"]);
    expect(`${key} ${JSON.stringify(rest)}`).not.toMatch(/somebody|context-of/);
  });

  test("data that the server lost, with its index, is no lasting harm", async () => {
    const own = await startRedisSearch();
    onTestFinished(() => own.stop());
    const { store } = storeWith({ url: own.url });
    await put(store, space, itemOf("one", query));
    await own.admin.flushall();
    expect(await idsNear(store, space, query)).toEqual([]);
    await put(store, space, itemOf("two", query));
    expect(await idsNear(store, space, query)).toEqual(["two"]);
  });

  test("with nobody at the address every call fails, and it heals by itself", async () => {
    const proxy = await startFaultProxy({ target: { port: server.port } });
    onTestFinished(() => proxy.close());
    const { store } = storeWith({ url: `redis://127.0.0.1:${proxy.port}` });
    await put(store, space, itemOf("one", query));
    await proxy.down();
    const unavailable = { code: "store_unavailable" };
    await expect(store.nearest(space, query, 8)).rejects.toMatchObject(unavailable);
    await expect(store.put(space, itemOf("two", query))).rejects.toMatchObject(unavailable);
    await expect(store.delete({ tenant: "tenant" })).rejects.toMatchObject(unavailable);
    await expect(store.stats()).rejects.toMatchObject(unavailable);
    expect(await store.check()).toMatchObject([{ severity: "error", remedy: expect.stringMatching(/\.$/) }]);
    await proxy.up();
    await expect.poll(() => idsNear(store, space, query).catch(() => []), { timeout: 20_000 }).toEqual(["one"]);
    expect(await store.check()).toEqual([{ detail: expect.stringMatching(/search engine; vectors in it: 1$/) }]);
  });

  test("a server without the search engine is told of, with what is possible instead", async () => {
    const plain = await startRedis();
    onTestFinished(() => plain.stop());
    const { store } = storeWith({ url: plain.url });
    await expect(store.put(space, itemOf("one", query))).rejects.toThrow(/has no search engine/);
    await expect(store.nearest(space, query, 8)).rejects.toThrow(/has no search engine/);
    expect(await store.check()).toMatchObject([
      { severity: "error", remedy: expect.stringMatching(/pgvector.*embedded/) },
    ]);
  });

  test("a longer note than the bound is declined", async () => {
    const { store } = storeWith({ maxNoteBytes: 4 });
    expect(await store.put(space, itemOf("one", query))).toBe("declined");
  });
});

test.each(["redis+cluster://127.0.0.1:1", "redis://127.0.0.1:1/3", "redis://", "postgres://host/database"])(
  "%s is refused",
  (url) => {
    expect(() => redisVectors({ url })).toThrow(expect.objectContaining({ code: "invalid_option" }));
  },
);
