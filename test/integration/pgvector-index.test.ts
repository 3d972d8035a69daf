import { afterAll, beforeAll, expect, onTestFinished, test } from "vitest";
import { ManualClock } from "../../src/core/clock.ts";
import { cosine, itemOf, near, put, vectorOf } from "../../src/testing/vector-store-case.ts";
import { type PgvectorOptions, type PgvectorStore, pgvector } from "../../src/vectors/pgvector.ts";
import { startPgvectorServer } from "../services/pgvector-server.ts";
import type { PostgresUnderTest } from "../services/postgres.ts";
import { describeWithServices } from "../services/required.ts";

const space = { tenant: "tenant", partition: "partition", model: "model", dimensions: 32 };
const other = { ...space, partition: "other" };
const vectors = Array.from({ length: 1_500 }, (_, at) => near(vectorOf(at % 30, 32), 0.8, 1_000 + at));
const queries = Array.from({ length: 50 }, (_, at) => near(vectorOf(at % 30, 32), 0.8, 100_000 + at));
const everyMinute = 60_000;
const lanes = 4;

function exactly(query: Float32Array, among: readonly number[], count = 8): string[] {
  const found = among.map((at) => ({ id: `${at}`, similarity: cosine(query, vectors[at] as Float32Array) }));
  return found
    .sort((one, another) => another.similarity - one.similarity)
    .slice(0, count)
    .map(({ id }) => id);
}

describeWithServices("postgres", "large contexts in a PostgreSQL server", () => {
  let server: PostgresUnderTest;
  beforeAll(async () => {
    server = await startPgvectorServer();
  }, 300_000);
  afterAll(() => server.remove());

  const setUp = async (options: Partial<PgvectorOptions> = {}) => {
    const url = await server.freshDatabase();
    const clock = new ManualClock();
    const open = () => {
      const store = pgvector({ url, clock, indexFrom: 1_000, ...options });
      onTestFinished(() => store.close());
      return store;
    };
    const indexes = () =>
      server.query(
        `SELECT c.relname AS name, i.indisvalid AS valid, s.idx_scan::int AS scans FROM pg_index i
JOIN pg_class c ON c.oid = i.indexrelid JOIN pg_stat_user_indexes s ON s.indexrelid = i.indexrelid
WHERE c.relname LIKE '%near%'`,
        url.split("/").at(-1),
      );
    return { url, clock, open, store: open(), indexes };
  };

  const fill = async (
    store: PgvectorStore,
    where = space,
    count = vectors.length,
    deleteAt = Number.POSITIVE_INFINITY,
  ) => {
    // As many at a time as the pool has connections: none waits for one, however slow the machine is.
    const lane = async (first: number) => {
      for (let at = first; at < count; at += lanes)
        await put(store, where, itemOf(`${at}`, vectors[at] as Float32Array, deleteAt));
    };
    await Promise.all(Array.from({ length: lanes }, (_, first) => lane(first)));
  };
  /** Looks once, so that what is large gets its index, and waits for it. */
  const grow = async (store: PgvectorStore, clock: ManualClock, where = space) => {
    clock.advance(everyMinute);
    await store.nearest(where, queries[0] as Float32Array, 8);
    await store.settled();
  };

  test("get an index, which finds nearly all that comparing with every vector finds", async () => {
    const { store, clock, indexes } = await setUp();
    await fill(store);
    expect(await indexes()).toEqual([]);
    await grow(store, clock);
    const all = vectors.map((_, at) => at);
    let found = 0;
    for (const query of queries) {
      const matches = await store.nearest(space, query, 8);
      const best = new Set(exactly(query, all));
      found += matches.filter(({ id }) => best.has(id)).length;
      const similarities = matches.map(({ similarity }) => similarity);
      expect(similarities).toEqual([...similarities].sort((one, another) => another - one));
      for (const { id, similarity } of matches)
        expect(similarity).toBeCloseTo(cosine(query, vectors[Number(id)] as Float32Array), 4);
    }
    expect(found / (8 * queries.length)).toBeGreaterThan(0.95);
    // The server counts what a connection did when it ends, at the latest.
    await store.close();
    await expect.poll(async () => (await indexes())[0]?.["scans"], { timeout: 20_000 }).toBeGreaterThan(0);
  });

  test("stay apart from others, follow what is put and deleted, and never find too few", async () => {
    const { store, clock } = await setUp();
    const soon = clock.now() + 2 * everyMinute;
    await fill(store, space, 1_400, soon);
    await put(store, other, itemOf("theirs", queries[1] as Float32Array));
    await grow(store, clock);
    const lasting = Array.from({ length: 20 }, (_, at) => 1_400 + at);
    for (const at of lasting) await put(store, space, itemOf(`${at}`, vectors[at] as Float32Array));
    clock.advance(2 * everyMinute);
    for (const query of queries.slice(0, 10)) {
      const ids = (await store.nearest(space, query, 8)).map(({ id }) => id);
      expect(ids).toEqual(exactly(query, lasting));
    }
    await store.delete({ tenant: "tenant", partition: "partition", ids: ["1400", "1401"] });
    const left = (await store.nearest(space, queries[1] as Float32Array, 100)).map(({ id }) => id);
    expect(left.sort()).toEqual(lasting.slice(2).map((at) => `${at}`));
    expect((await store.nearest(other, queries[1] as Float32Array, 8)).map(({ id }) => id)).toEqual(["theirs"]);
  });

  test("get one index when several look at once, and another process finds it", async () => {
    const { store, open, clock, indexes } = await setUp();
    await fill(store);
    const stores = [store, open(), open()];
    await Promise.all(stores.map((each) => grow(each, clock)));
    expect(await indexes()).toMatchObject([{ valid: true }]);
  });

  test("an index that was left half built, or whose context has shrunk, gives way", async () => {
    const { store, open, url, clock, indexes } = await setUp();
    await fill(store);
    await grow(store, clock);
    await fill(store, other);
    await grow(store, clock, other);
    const made = await indexes();
    expect(made).toHaveLength(2);
    const database = url.split("/").at(-1);
    await server.query(
      "UPDATE pg_index SET indisvalid = false WHERE indexrelid::regclass::text LIKE '%near%'",
      database,
    );
    await store.delete({ tenant: "tenant", partition: "partition" });
    const next = open();
    await grow(next, clock, other);
    const [left, ...rest] = await indexes();
    expect([left?.["valid"], rest]).toEqual([true, []]);
    expect((await next.nearest(other, queries[0] as Float32Array, 8)).map(({ id }) => id)).toEqual(
      exactly(
        queries[0] as Float32Array,
        vectors.map((_, at) => at),
      ),
    );
  });

  test.each<[string, Partial<PgvectorOptions>, number]>([
    ["small ones", {}, 999],
    ["those of a store that wants none", { indexFrom: Number.POSITIVE_INFINITY }, vectors.length],
  ])("%s have none", async (_, options, count) => {
    const { store, clock, indexes } = await setUp(options);
    await fill(store, space, count);
    await grow(store, clock);
    expect(await indexes()).toEqual([]);
  });

  test("a user who may not make an index searches all the same", async () => {
    const { store, url, clock, indexes } = await setUp();
    await fill(store);
    const database = url.split("/").at(-1);
    await server.query(
      "CREATE ROLE guest LOGIN; GRANT SELECT, INSERT, UPDATE, DELETE ON reprise_vectors_v1 TO guest",
      database,
    );
    const guest = pgvector({ url: url.replace("postgres@", "guest@"), clock, indexFrom: 1_000 });
    onTestFinished(() => guest.close());
    await grow(guest, clock);
    expect(await indexes()).toEqual([]);
    const ids = (await guest.nearest(space, queries[0] as Float32Array, 8)).map(({ id }) => id);
    expect(ids).toEqual(
      exactly(
        queries[0] as Float32Array,
        vectors.map((_, at) => at),
      ),
    );
  });
});
