import { mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { ManualClock } from "../core/clock.ts";
import { listingContract } from "../testing/listing-contract.ts";
import { type SqliteStore, sqlite } from "./sqlite.ts";

const mebibyte = 1024 * 1024;
const forEver = { deleteAt: Number.POSITIVE_INFINITY };
const bytes = (text: string) => new TextEncoder().encode(text);

describe("sqlite: the listing contract", () => {
  const make = async () => {
    const clock = new ManualClock();
    const directory = mkdtempSync(join(tmpdir(), "reprise-listing-"));
    const open = () => sqlite({ directory, clock, maxBytes: 8 * mebibyte });
    const store = open();
    const reopen = async () => {
      await store.close();
      return open();
    };
    return { clock, store, reopen, dispose: async () => rmSync(directory, { recursive: true }) };
  };
  for (const { name, run } of listingContract(make)) it(name, run);
});

describe("sqlite listing", () => {
  let directory = "";
  let store: SqliteStore;
  const clock = new ManualClock();
  const warnings: string[] = [];

  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), "reprise-listing-"));
    warnings.length = 0;
    store = sqlite({ directory, clock, onWarning: (message) => warnings.push(message) });
  });

  afterEach(async () => {
    await store.close();
    rmSync(directory, { recursive: true });
  });

  const file = () => join(directory, "cache.db");
  const tamper = (sql: string) => {
    const database = new DatabaseSync(file());
    database.exec(sql);
    database.close();
  };
  const keysOf = async () => (await store.list({ limit: 100 })).items.map(({ key }) => key).sort();

  it("leaves out rows that are damaged, counts them and removes them", async () => {
    for (const key of ["flipped", "good", "text"]) store.set("t", key, bytes(key), forEver);
    await store.flush();
    tamper("UPDATE entries_v1 SET value = x'00' || substr(value, 2) WHERE key = 'flipped'");
    tamper("UPDATE entries_v1 SET value = 'text' WHERE key = 'text'");
    expect(await keysOf()).toEqual(["good"]);
    expect(await store.stats()).toMatchObject({ corrupt: 2, entries: 1 });
  });

  it("ends a page before large values fill the memory", async () => {
    for (let index = 0; index < 4; index += 1) store.set("t", `k${index}`, new Uint8Array(5 * mebibyte), forEver);
    await store.flush();
    const first = await store.list({ limit: 100 });
    expect(first.items).toHaveLength(2);
    const second = await store.list({ limit: 100, cursor: first.cursor ?? "" });
    expect(second.items.map(({ key }) => key)).toEqual(["k2", "k3"]);
  });

  it("lists what was acknowledged while the file cannot be written", async () => {
    store.set("t", "before", bytes("1"), forEver);
    store.set("t", "removed", bytes("1"), forEver);
    await store.flush();
    const lock = new DatabaseSync(file());
    lock.exec("BEGIN IMMEDIATE");
    store.set("t", "after", bytes("2"), forEver);
    store.set("t", "before", bytes("longer"), forEver);
    const removal = store.delete("t", "removed").catch(() => undefined);
    expect(await keysOf()).toEqual(["after", "before", "before"]);
    const values = (await store.list({ limit: 100 })).items.map(({ value }) => new TextDecoder().decode(value));
    expect(values.sort()).toEqual(["2", "longer", "longer"]);
    lock.exec("ROLLBACK");
    lock.close();
    await removal;
    clock.advance(10_000);
    await store.flush();
    expect(await keysOf()).toEqual(["after", "before"]);
  });

  it("throws instead of a page that lacks something when the file is damaged", async () => {
    for (let index = 0; index < 200; index += 1) store.set("t", `k${index}`, new Uint8Array(5_000), forEver);
    await store.flush();
    tamper("PRAGMA wal_checkpoint(TRUNCATE)");
    writeFileSync(file(), Buffer.alloc(statSync(file()).size, 0x5a), { flag: "r+" });
    await expect(store.list({ limit: 1_000 })).rejects.toThrow(/cannot be listed/);
    store.set("t", "after", bytes("after"), forEver);
    await store.flush();
    expect(await keysOf()).toEqual(["after"]);
  });

  it("refuses a cursor that is none, in one line", async () => {
    for (const cursor of ["x", "-1", "1.5", "1e99"])
      await expect(store.list({ limit: 1, cursor })).rejects.toThrow(
        /^The cursor is not one of this store's listings\.$/,
      );
  });
});
