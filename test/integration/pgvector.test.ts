import { PGlite } from "@electric-sql/pglite";
import { vector } from "@electric-sql/pglite-pgvector";
import { afterAll, beforeAll, describe, expect, it, test } from "vitest";
import { ManualClock } from "../../src/core/clock.ts";
import { vectorStoreContract } from "../../src/testing/vector-store-contract.ts";
import { type PgvectorPool, pgvector } from "../../src/vectors/pgvector.ts";

/** Against PostgreSQL in this process, with the extension. */

const space = { tenant: "tenant", partition: "partition", model: "model", dimensions: 2 };
const east = Float32Array.of(1, 0);
const item = (id: string, deleteAt = Number.POSITIVE_INFINITY) => ({
  id,
  vector: east,
  note: new Uint8Array(1),
  deleteAt,
});

describe("vectors in PostgreSQL", () => {
  let database: PGlite;
  let pool: PgvectorPool;
  let tables = 0;
  beforeAll(async () => {
    database = await PGlite.create({ extensions: { vector } });
    pool = { query: (text, values) => database.query(text, values) };
  });
  afterAll(() => database.close());

  const make = async () => {
    const clock = new ManualClock();
    const table = `vectors_${tables++}`;
    const open = async () => pgvector({ pool, table, clock });
    const dispose = async () => void (await database.query(`DROP TABLE IF EXISTS ${table}`));
    return { store: await open(), clock, another: open, reopen: open, dispose };
  };
  for (const { name, run } of vectorStoreContract(make)) it(`the vector store contract: ${name}`, run);

  test("a table of an earlier version gets marks, and one of somebody else is used without: then all of a tenant go", async () => {
    const idsIn = async (store: ReturnType<typeof pgvector>) =>
      (await store.nearest(space, east, 8)).map(({ id }) => id);
    const ann = { tenant: space.tenant, marks: ["ann"] };
    const olderTable = async (table: string) => {
      await pgvector({ pool, table }).put(space, item("old"));
      await database.query(`ALTER TABLE ${table} DROP COLUMN marks`);
    };
    await olderTable("earlier");
    const store = pgvector({ pool, table: "earlier" });
    for (const mark of ["ann", "bob"]) await store.put(space, { ...item(mark), marks: [mark] });
    await store.delete(ann);
    expect(await idsIn(store)).toEqual(["bob"]);

    await olderTable("of_another");
    await database.exec("CREATE ROLE weak; GRANT ALL ON ALL TABLES IN SCHEMA public TO weak; SET ROLE weak");
    try {
      const weak = pgvector({ pool, table: "of_another" });
      await weak.put(space, { ...item("bob"), marks: ["bob"] });
      expect((await idsIn(weak)).toSorted()).toEqual(["bob", "old"]);
      await weak.delete(ann);
      expect(await idsIn(weak)).toEqual([]);
    } finally {
      await database.exec("RESET ROLE");
    }
  });

  test("what is dead or too much is removed once a minute", async () => {
    const clock = new ManualClock();
    const store = pgvector({ pool, table: "swept", clock, maxVectors: 2 });
    await store.put(space, item("dead", clock.now() + 1_000));
    for (const id of ["one", "two"]) await store.put(space, item(id));
    clock.advance(59_999);
    await store.put(space, item("three"));
    expect((await store.stats()).vectors).toBe(4);
    clock.advance(1);
    await store.put(space, item("four"));
    const ids = (await store.nearest(space, east, 8)).map(({ id }) => id);
    expect(ids.sort()).toEqual(["four", "three"]);
    expect((await store.stats()).vectors).toBe(2);
  });

  test("too much is what the tenant has that has most", async () => {
    const clock = new ManualClock();
    const store = pgvector({ pool, table: "shared_out", clock, maxVectors: 6 });
    const of = (tenant: string) => ({ ...space, tenant });
    for (const id of ["one", "two"]) await store.put(of("quiet"), item(id));
    for (let at = 0; at < 20; at += 1) await store.put(of("flooding"), item(`f${at}`));
    clock.advance(60_000);
    await store.put(of("late"), item("three"));
    const idsOf = async (tenant: string) => (await store.nearest(of(tenant), east, 30)).map(({ id }) => id).sort();
    expect(await idsOf("quiet")).toEqual(["one", "two"]);
    expect(await idsOf("late")).toEqual(["three"]);
    expect(await idsOf("flooding")).toEqual(["f17", "f18", "f19"]);
  });

  test("names stand nowhere legible", async () => {
    const store = pgvector({ pool, table: "private" });
    await store.put({ ...space, tenant: "tenant-of-somebody", partition: "context-of-somebody" }, item("one"));
    const { rows } = await database.query("SELECT t::text AS text FROM private t");
    const { text } = rows[0] as { readonly text: string };
    for (const name of ["tenant-of-somebody", "context-of-somebody"])
      expect(text).not.toContain(Buffer.from(name).toString("hex"));
  });

  test("two that begin at once make one table", async () => {
    const stores = [0, 1].map(() => pgvector({ pool, table: "at_once" }));
    await Promise.all(stores.map((store, index) => store.put(space, item(`${index}`))));
    expect((await stores[0]?.stats())?.vectors).toBe(2);
  });

  test("its check names the version", async () => {
    const found = await pgvector({ pool, table: "checked" }).check();
    expect(found).toEqual([{ detail: expect.stringMatching(/^pgvector \d+\.\d+\.\d+; vectors in it: 0$/) }]);
  });
});

describe("without a database that has the extension", () => {
  test("every call fails and says so, and the next one tries again", async () => {
    const database = await PGlite.create();
    const store = pgvector({ pool: { query: (text, values) => database.query(text, values) } });
    for (let time = 0; time < 2; time += 1)
      await expect(store.nearest(space, east, 8)).rejects.toMatchObject({ code: "store_unavailable" });
    expect(await store.check()).toMatchObject([
      { severity: "error", remedy: expect.stringContaining("CREATE EXTENSION") },
    ]);
    await database.close();
  });

  test("a server that is away is a failure and an error of the check", async () => {
    const store = pgvector({ url: "postgres://nobody:secret@127.0.0.1:1/none" });
    await expect(store.put(space, item("one"))).rejects.toMatchObject({ code: "store_unavailable" });
    const [finding] = await store.check();
    expect(finding?.severity).toBe("error");
    expect(JSON.stringify(finding)).not.toContain("secret");
    await store.close();
    await expect(store.stats()).rejects.toThrow("closed");
  });

  test.each([
    { url: "redis://host" },
    { url: "postgres://" },
    {},
    { url: "postgres://h/d", table: 'x"; drop' },
    { url: "postgres://h/d", indexFrom: 0 },
  ])("%j is refused", (options) => {
    expect(() => pgvector(options)).toThrow(expect.objectContaining({ code: "invalid_option" }));
  });
});
