import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { ManualClock, systemClock } from "../core/clock.ts";
import { InvalidOptionError } from "../core/errors.ts";
import type { Store } from "../core/store.ts";
import { storeContract } from "../testing/store-contract.ts";
import { guarded } from "./guarded.ts";
import { memory } from "./memory.ts";
import { type SqliteOptions, type SqliteStore, sqlite } from "./sqlite.ts";
import { tiered } from "./tiered.ts";

const mebibyte = 1024 * 1024;
const forEver = { deleteAt: Number.POSITIVE_INFINITY };
const bytes = (text: string) => new TextEncoder().encode(text);
const textOf = (value: Uint8Array | undefined) => value && new TextDecoder().decode(value);

const wrappings: Readonly<Record<string, (store: SqliteStore, clock: ManualClock) => Store>> = {
  sqlite: (store) => store,
  "guarded(sqlite)": (store, clock) => guarded(store, { clock }),
  "tiered([memory, sqlite])": (store, clock) => tiered([memory({ maxBytes: 2 * mebibyte, clock }), store], { clock }),
};

for (const [name, wrap] of Object.entries(wrappings)) {
  describe(`${name}: the store contract`, () => {
    const make = async () => {
      const clock = new ManualClock();
      const directory = mkdtempSync(join(tmpdir(), "reprise-sqlite-"));
      const open = () => wrap(sqlite({ directory, clock, maxBytes: 4 * mebibyte, maxEntryBytes: 2 * mebibyte }), clock);
      const store = open();
      const reopen = async () => {
        await store.close();
        return open();
      };
      return { clock, store, reopen, dispose: async () => rmSync(directory, { recursive: true }) };
    };
    for (const { name, run } of storeContract(make)) it(name, run);
  });
}

describe("sqlite", () => {
  let directory = "";
  let clock = new ManualClock();
  let warnings: string[] = [];
  const opened: SqliteStore[] = [];

  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), "reprise-sqlite-"));
    clock = new ManualClock();
    warnings = [];
  });

  afterEach(async () => {
    for (const store of opened.splice(0)) await store.close();
    rmSync(directory, { recursive: true });
  });

  const file = () => join(directory, "cache.db");
  const open = (options: Partial<SqliteOptions> = {}) => {
    const store = sqlite({ directory, clock, onWarning: (message) => warnings.push(message), ...options });
    opened.push(store);
    return store;
  };
  /** Changes the file as another program would. */
  const tamper = (sql: string) => {
    const database = new DatabaseSync(file());
    database.exec(sql);
    database.close();
  };

  it("makes its folder for the owner only", async () => {
    const nested = join(directory, "a", "b");
    const store = open({ directory: nested });
    expect(statSync(nested).mode & 0o777).toBe(0o700);
    for (const file of ["cache.db", "cache.db-wal", "cache.db-shm"]) {
      expect(statSync(join(nested, file)).mode & 0o777).toBe(0o600);
    }
    await store.close();
  });

  it("answers get and set synchronously, and sees its own writes before they are committed", async () => {
    const store = open();
    expect(store.set("t", "k", bytes("v"), forEver)).toBe("stored");
    expect(textOf(store.get("t", ["k"])[0])).toBe("v");
    await store.flush();
    expect(textOf(store.get("t", ["k"])[0])).toBe("v");
    const deleted = store.delete("t", "k");
    expect(store.get("t", ["k"])).toEqual([undefined]);
    expect(await deleted).toBe(true);
  });

  it("tells what it knows of an entry, before and after the commit", async () => {
    const store = open();
    const deleteAt = clock.now() + 5_000;
    store.set("t", "k", bytes("v"), { deleteAt, priority: "low" });
    const expected = [{ deleteAt, storedAt: clock.now(), priority: "low" }, undefined];
    expect(store.getEntries("t", ["k", "absent"])).toMatchObject(expected);
    await store.flush();
    expect(store.getEntries("t", ["k", "absent"])).toMatchObject(expected);
  });

  it("says overloaded when too much is pending, and goes on afterwards", async () => {
    const store = open({ maxPendingBytes: 10_000 });
    expect(store.set("t", "a", new Uint8Array(6_000), forEver)).toBe("stored");
    expect(store.set("t", "b", new Uint8Array(6_000), forEver)).toBe("overloaded");
    expect(store.get("t", ["b"])).toEqual([undefined]);
    await store.flush();
    expect(store.set("t", "b", new Uint8Array(6_000), forEver)).toBe("stored");
  });

  it("declines what is larger than an entry may be", () => {
    expect(open({ maxEntryBytes: 1_000 }).set("t", "k", new Uint8Array(1_001), forEver)).toBe("declined");
  });

  it("commits what was set last before a process ends that has nothing else to do", () => {
    const module = new URL("./sqlite.ts", import.meta.url).href;
    const program = `
      import { sqlite } from ${JSON.stringify(module)};
      sqlite(${JSON.stringify(directory)}).set("t", "k", new Uint8Array([118]), { deleteAt: Date.now() + 1e6 });`;
    execFileSync(process.execPath, ["--input-type=module", "--eval", program], { stdio: ["ignore", "ignore", "pipe"] });
    expect(textOf(open({ clock: systemClock }).get("t", ["k"])[0])).toBe("v");
  });

  it("works with a second store on the same file", async () => {
    const one = open();
    const two = open();
    one.set("t", "k", bytes("by one"), forEver);
    await one.flush();
    expect(textOf(two.get("t", ["k"])[0])).toBe("by one");
    const answers = await Promise.all([
      one.add("t", "token", bytes("1"), forEver),
      two.add("t", "token", bytes("2"), forEver),
    ]);
    expect(textOf(answers[0])).toBe(textOf(answers[1]));
    expect(await two.delete("t", "k")).toBe(true);
    expect(one.get("t", ["k"])).toEqual([undefined]);
    expect((await one.stats()).entries).toBe(1);
    expect(await two.stats()).toEqual(await one.stats());
  });

  it("keeps the file near its bound, whatever the sizes, and expired rows go first", async () => {
    const store = open({ maxBytes: 4 * mebibyte });
    for (let index = 0; index < 500; index += 1) {
      store.set("t", `short${index}`, new Uint8Array(1_000), { deleteAt: clock.now() + 1_000, priority: "high" });
    }
    await store.flush();
    clock.advance(2_000);
    for (let index = 0; index < 4_000; index += 1) {
      const value = new Uint8Array(100 + ((index * 7919) % 9_000)).fill(index);
      while (store.set("t", `key${index}`, value, forEver) !== "stored") await store.flush();
      if (index % 200 === 0) await store.flush();
    }
    const { bytes: used, evictions, entries } = await store.stats();
    expect(used).toBeLessThanOrEqual(4 * mebibyte);
    expect(statSync(file()).size).toBeLessThan(6 * mebibyte);
    expect(evictions).toBeGreaterThan(1_000);
    expect(entries).toBeGreaterThan(400);
    tamper("PRAGMA query_only = ON");
    const database = new DatabaseSync(file());
    expect(database.prepare("SELECT count(*) AS count FROM entries_v1 WHERE key GLOB 'short*'").get()).toEqual({
      count: 0,
    });
    expect(database.prepare("SELECT count(*) AS entries, sum(size) AS bytes FROM entries_v1").get()).toEqual({
      entries,
      bytes: used,
    });
    expect(database.prepare("PRAGMA integrity_check").get()).toEqual({ integrity_check: "ok" });
    database.close();
  });

  it("keeps what was used lately", async () => {
    const store = open({ maxBytes: mebibyte });
    for (let index = 0; index < 100; index += 1) store.set("t", `old${index}`, new Uint8Array(4_000), forEver);
    await store.flush();
    clock.advance(3_600_000);
    store.get(
      "t",
      Array.from({ length: 10 }, (_, index) => `old${index}`),
    );
    for (let index = 0; index < 200; index += 1) {
      store.set("t", `new${index}`, new Uint8Array(4_000), forEver);
      await store.flush();
    }
    const old = store.get(
      "t",
      Array.from({ length: 100 }, (_, index) => `old${index}`),
    );
    expect(old.slice(0, 10).every((value) => value !== undefined)).toBe(true);
    expect(old.filter((value) => value !== undefined).length).toBeLessThan(60);
  });

  it("reads a damaged row as absent, counts it and removes it", async () => {
    const store = open();
    for (const key of ["flipped", "swapped", "other", "late", "text", "good"]) store.set("t", key, bytes(key), forEver);
    await store.flush();
    tamper("UPDATE entries_v1 SET value = x'00' || substr(value, 2) WHERE key = 'flipped'");
    tamper("UPDATE entries_v1 SET value = CAST('other' AS BLOB) WHERE key = 'swapped'");
    tamper("UPDATE entries_v1 SET delete_at = 9e15 WHERE key = 'late'");
    tamper("UPDATE entries_v1 SET value = 'text' WHERE key = 'text'");
    const keys = ["flipped", "swapped", "late", "text", "good"];
    expect(store.get("t", keys).map(textOf)).toEqual([undefined, undefined, undefined, undefined, "good"]);
    expect(await store.stats()).toMatchObject({ corrupt: 4, entries: 2 });
    const token = await store.add("t", "flipped", bytes("new"), forEver);
    expect(textOf(token)).toBe("new");
  });

  it("sets a file that is no database aside and begins afresh", async () => {
    const content = "this is a shopping list, not a database. ".repeat(500);
    writeFileSync(file(), content);
    const store = open();
    store.set("t", "k", bytes("v"), forEver);
    await store.flush();
    expect(textOf(store.get("t", ["k"])[0])).toBe("v");
    const aside = readdirSync(directory).find((name) => name.startsWith("cache.db.not-a-database-"));
    expect(statSync(join(directory, aside ?? "")).size).toBe(content.length);
    expect(warnings).toHaveLength(1);
    expect(warnings[0]).toContain(aside);
    expect(warnings[0]).toContain(file());
    expect((await store.stats()).corrupt).toBe(1);
  });

  it("recovers from damage while it runs, and keeps what was pending", async () => {
    const store = open();
    for (let index = 0; index < 200; index += 1)
      store.set("t", `k${index}`, new Uint8Array(5_000).fill(index), forEver);
    await store.flush();
    // Another program overwrites the content of the pages; the log is emptied first so that no page is hidden by it.
    tamper("PRAGMA wal_checkpoint(TRUNCATE)");
    writeFileSync(file(), Buffer.alloc(statSync(file()).size, 0x5a), { flag: "r+" });
    store.get(
      "t",
      Array.from({ length: 200 }, (_, index) => `k${index}`),
    );
    store.set("t", "after", bytes("after"), forEver);
    expect(textOf(store.get("t", ["after"])[0])).toBe("after");
    await store.flush();
    expect(textOf(store.get("t", ["after"])[0])).toBe("after");
    expect(warnings).toHaveLength(1);
    expect(readdirSync(directory).some((name) => /^cache\.db\.(damaged|not-a-database)-/.test(name))).toBe(true);
  });

  it("shares the file with a newer format, leaves its rows alone and counts them", async () => {
    const first = open();
    first.set("t", "k", bytes("v"), forEver);
    await first.close();
    tamper("PRAGMA user_version = 7; CREATE TABLE entries_v7 (a); INSERT INTO entries_v7 VALUES (1), (2), (3)");
    const store = open();
    expect(textOf(store.get("t", ["k"])[0])).toBe("v");
    expect(await store.stats()).toMatchObject({ entries: 1, corrupt: 3 });
    expect(warnings).toHaveLength(1);
    expect(warnings[0]).toContain("format 7");
    await store.close();
    const database = new DatabaseSync(file());
    expect(database.prepare("PRAGMA user_version").get()).toEqual({ user_version: 7 });
    expect(database.prepare("SELECT count(*) AS count FROM entries_v7").get()).toEqual({ count: 3 });
    database.close();
  });

  it("leaves the database of another program alone", () => {
    tamper("PRAGMA application_id = 4711; CREATE TABLE invoices (id)");
    expect(() => open()).toThrow(/another program/);
    tamper("SELECT * FROM invoices");
  });

  it("refuses a folder that is a file, in one line with a remedy", () => {
    const path = join(directory, "file");
    writeFileSync(path, "");
    const attempt = () => sqlite(path);
    expect(attempt).toThrow(InvalidOptionError);
    expect(attempt).toThrow(/store.*file, not a folder/);
    expect(() => sqlite(join(path, "below"))).toThrow(InvalidOptionError);
    expect(existsSync(path)).toBe(true);
  });

  it("refuses a bound that is too small or none", () => {
    for (const maxBytes of [0, 1_000, Number.NaN]) expect(() => open({ maxBytes })).toThrow(/store.maxBytes/);
  });
});
