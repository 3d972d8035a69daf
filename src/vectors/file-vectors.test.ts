import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { ManualClock } from "../core/clock.ts";
import { forEver, hour, idsNear, itemOf, near, space, vectorOf } from "../testing/vector-store-case.ts";
import { vectorStoreContract } from "../testing/vector-store-contract.ts";
import { type EmbeddedVectorFile, type EmbeddedVectorsOptions, embedded } from "./embedded.ts";

describe("embedded in a file: the vector store contract", () => {
  const make = async () => {
    const clock = new ManualClock();
    const directory = mkdtempSync(join(tmpdir(), "reprise-vectors-"));
    // Cases of more than 60 vectors are scanned in a thread.
    const open = () => embedded({ directory, clock, bytesScannedAtOnce: 60 * 32 });
    const store = open();
    const reopen = async () => {
      await store.close();
      return open();
    };
    const dispose = async () => rmSync(directory, { recursive: true });
    return { clock, store, reopen, another: async () => open(), dispose };
  };
  for (const { name, run } of vectorStoreContract(make)) it(name, run);
});

describe("embedded in a file", () => {
  let directory = "";
  let clock = new ManualClock();
  let warnings: string[] = [];
  const opened: EmbeddedVectorFile[] = [];

  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), "reprise-vectors-"));
    clock = new ManualClock();
    warnings = [];
  });

  afterEach(async () => {
    for (const store of opened.splice(0)) await store.close();
    rmSync(directory, { recursive: true });
  });

  const file = () => join(directory, "semantic.db");
  const open = (options: Partial<EmbeddedVectorsOptions> = {}) => {
    const store = embedded({ directory, clock, onWarning: (message) => warnings.push(message), ...options });
    opened.push(store);
    return store;
  };
  const rowsOf = (table: string) => {
    const database = new DatabaseSync(file(), { readOnly: true });
    const count = Number(database.prepare(`SELECT count(*) AS count FROM ${table}`).get()?.["count"]);
    database.close();
    return count;
  };
  const partition = (name: string) => ({ ...space, partition: name });

  it("answers at once while the partition is small, before and after the commit", async () => {
    const store = open();
    expect(store.put(space, itemOf("one", vectorOf(1)))).toBe("stored");
    expect(store.nearest(space, vectorOf(1), 1)).toMatchObject([{ id: "one" }]);
    await store.flush();
    expect(store.nearest(space, vectorOf(1), 1)).toMatchObject([{ id: "one" }]);
    expect(store.nearest(partition("empty"), vectorOf(1), 1)).toEqual([]);
  });

  it("finds what is committed while a thread scans", async () => {
    const store = open({ bytesScannedAtOnce: 0 });
    store.put(partition("another"), itemOf("first", vectorOf(2)));
    await store.flush();
    // The thread that writes is awake, the one that scans is yet to start.
    store.put(space, itemOf("one", vectorOf(1)));
    const found = store.nearest(space, vectorOf(1), 1);
    await store.flush();
    expect(await found).toMatchObject([{ id: "one" }]);
    await store.delete({ tenant: "tenant", partition: "partition" });
    store.put(space, itemOf("two", vectorOf(1)));
    const foundAgain = store.nearest(space, vectorOf(1), 1);
    await store.flush();
    expect(await foundAgain).toMatchObject([{ id: "two" }]);
    expect(await idsNear(store, space, vectorOf(1))).toEqual(["two"]);
  });

  it("lets what waits to be written stand against an older row that another process put", async () => {
    const [store, other] = [open(), open()];
    const others = Array.from({ length: 100 }, (_, index) => itemOf(`${index}`, near(vectorOf(0), 0.5, index + 1)));
    for (const item of others) other.put(space, item);
    other.put(
      space,
      itemOf(
        "both",
        vectorOf(0).map((number) => -number),
      ),
    );
    await other.flush();
    store.put(space, itemOf("both", vectorOf(0)));
    expect(await idsNear(store, space, vectorOf(0), 1)).toEqual(["both"]);
    await store.flush();
    expect(await idsNear(other, space, vectorOf(0), 1)).toEqual(["both"]);
    expect((await other.stats()).vectors).toBe(101);
  });

  it("takes a file of an earlier version, whose rows bear no marks and go with whoever is erased", async () => {
    const first = open();
    for (const tenant of ["tenant", "another"]) first.put({ ...space, tenant }, itemOf("old", vectorOf(1)));
    await first.close();
    const file = new DatabaseSync(join(directory, "semantic.db"));
    file.exec("ALTER TABLE vectors_v1 DROP COLUMN marks");
    file.close();
    const [store, other] = [open(), open()];
    store.put(space, { ...itemOf("new", vectorOf(1)), marks: ["bob"] });
    await store.flush();
    expect((await idsNear(other, space, vectorOf(1))).toSorted()).toEqual(["new", "old"]);
    await other.delete({ tenant: "tenant", marks: ["ann"] });
    for (const one of [store, other]) expect(await idsNear(one, space, vectorOf(1))).toEqual(["new"]);
    expect(await idsNear(store, { ...space, tenant: "another" }, vectorOf(1))).toEqual(["old"]);
  });

  it("is readable by its owner alone", async () => {
    await open().stats();
    for (const name of readdirSync(directory)) expect(statSync(join(directory, name)).mode & 0o077).toBe(0);
  });

  it("reads a large partition page by page, and the event loop turns meanwhile", async () => {
    const first = open();
    for (let index = 0; index < 2_000; index += 1) first.put(space, itemOf(`${index}`, vectorOf(index)));
    await first.close();
    const store = open();
    let turns = 0;
    let isDone = false;
    const count = () => {
      turns += 1;
      if (!isDone) setImmediate(count);
    };
    setImmediate(count);
    const found = store.nearest(space, vectorOf(1_999), 1);
    expect(found).toBeInstanceOf(Promise);
    const alsoFound = store.nearest(space, vectorOf(3), 1);
    store.put(space, itemOf("put meanwhile", vectorOf(9_000)));
    expect(await found).toMatchObject([{ id: "1999" }]);
    isDone = true;
    expect(await alsoFound).toMatchObject([{ id: "3" }]);
    expect(turns).toBeGreaterThan(10);
    expect(await idsNear(store, space, vectorOf(9_000), 1)).toEqual(["put meanwhile"]);
    expect((await store.nearest(space, vectorOf(1), 1_000)).length).toBe(1_000);
  });

  it("lets partitions leave memory, and reads them again", async () => {
    const store = open({ maxBytes: 4 * 1024 * 1024 });
    const dimensions = 1_024;
    const where = (name: number) => ({ ...space, dimensions, partition: `${name}` });
    for (let name = 0; name < 20; name += 1) {
      for (let index = 0; index < 300; index += 1) {
        store.put(where(name), itemOf(`${index}`, vectorOf(index, dimensions)));
      }
      await store.flush();
    }
    for (let name = 0; name < 20; name += 1) {
      expect(await idsNear(store, where(name), vectorOf(name, dimensions), 1)).toEqual([`${name}`]);
    }
    expect((await store.stats()).vectors).toBe(6_000);
  });

  it("lets the oldest go from the file, of a partition and of all", async () => {
    const store = open({ maxPartitionVectors: 10, maxVectors: 25 });
    for (const name of ["a", "b", "c"]) {
      for (let index = 0; index < 15; index += 1) store.put(partition(name), itemOf(`${index}`, vectorOf(index)));
    }
    expect((await store.stats()).vectors).toBe(25);
    expect((await store.nearest(partition("a"), vectorOf(1), 100)).length).toBe(5);
    expect((await store.nearest(partition("c"), vectorOf(1), 100)).length).toBe(10);
    const again = open();
    expect((await idsNear(again, partition("a"), vectorOf(1), 100)).map(Number).sort((a, b) => a - b)).toEqual([
      10, 11, 12, 13, 14,
    ]);
  });

  it("lets the oldest go at the byte bound of the file", async () => {
    const store = open({ maxFileBytes: 4 * 1024 * 1024 });
    for (let index = 0; index < 400; index += 1) {
      store.put(space, { ...itemOf(`${index}`, vectorOf(index)), note: new Uint8Array(20_000) });
      if (index % 50 === 49) await store.flush();
    }
    const { bytes, vectors } = await store.stats();
    expect(bytes).toBeLessThanOrEqual(4 * 1024 * 1024);
    expect(vectors).toBeGreaterThan(100);
    expect(await idsNear(store, space, vectorOf(399), 1)).toEqual(["399"]);
    expect(await idsNear(store, space, vectorOf(0), 1)).not.toEqual(["0"]);
  });

  it("refuses puts when too much waits to be written", async () => {
    const store = open();
    const note = new Uint8Array(64 * 1024);
    const results = Array.from({ length: 600 }, (_, index) =>
      store.put(space, { ...itemOf(`${index}`, vectorOf(1)), note }),
    );
    expect(results[0]).toBe("stored");
    expect(results.at(-1)).toBe("overloaded");
    await store.flush();
    expect(store.put(space, itemOf("later", vectorOf(2)))).toBe("stored");
  });

  it("sweeps dead rows and the spaces they leave empty", async () => {
    const store = open();
    for (let index = 0; index < 50; index += 1) {
      store.put(partition(`${index}`), itemOf("dies", vectorOf(index), clock.now() + hour));
    }
    store.put(space, itemOf("stays", vectorOf(1)));
    await store.flush();
    expect([rowsOf("vectors_v1"), rowsOf("spaces_v1")]).toEqual([51, 51]);
    clock.advance(2 * hour);
    store.put(space, itemOf("more", vectorOf(2)));
    await store.flush();
    expect([rowsOf("vectors_v1"), rowsOf("spaces_v1")]).toEqual([2, 1]);
    expect((await store.stats()).vectors).toBe(2);
  });

  it("leaves nothing of a deleted tenant in the folder", async () => {
    const store = open();
    const note = new TextEncoder().encode("a note that is looked for in the files");
    const tenant = "tenant that wants to be forgotten";
    for (let index = 0; index < 100; index += 1) {
      store.put({ ...space, tenant }, { ...itemOf(`${index}`, vectorOf(index)), note });
    }
    await store.flush();
    const found = () =>
      readdirSync(directory).filter((name) => readFileSync(join(directory, name)).includes(Buffer.from(note)));
    expect(found()).not.toEqual([]);
    await store.delete({ tenant });
    expect(found()).toEqual([]);
  });

  it("reads the partition anew when another process deleted most of it", async () => {
    const [store, other] = [open(), open()];
    for (let index = 0; index < 1_000; index += 1) store.put(space, itemOf(`${index}`, vectorOf(index)));
    await store.flush();
    await other.delete({ tenant: "tenant", ids: Array.from({ length: 999 }, (_, index) => `${index}`) });
    expect(await idsNear(store, space, vectorOf(1), 8)).toEqual(["999"]);
  });

  it("finds the nearest among those of several stores that write at once", async () => {
    const stores = [open(), open(), open()];
    for (let index = 0; index < 300; index += 1) {
      stores[index % 3]?.put(space, itemOf(`${index}`, near(vectorOf(0), 0.3, index + 1), forEver));
      if (index % 37 === 0)
        await stores[index % 3]?.delete({ tenant: "tenant", partition: "partition", ids: [`${index}`] });
    }
    await Promise.all(stores.map((store) => store.flush()));
    const answers = await Promise.all(stores.map((store) => store.nearest(space, vectorOf(0), 1_000)));
    expect(answers[0]?.length).toBe(300 - Math.ceil(300 / 37));
    expect(answers[1]).toEqual(answers[0]);
    expect(answers[2]).toEqual(answers[0]);
  });
});
