import { mkdtempSync, readdirSync, renameSync, rmSync, statSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { ManualClock } from "../core/clock.ts";
import { InvalidOptionError, StoreUnavailableError } from "../core/errors.ts";
import { hour, idsNear, itemOf, space, vectorOf } from "../testing/vector-store-case.ts";
import { type EmbeddedVectorFile, type EmbeddedVectorsOptions, embedded } from "./embedded.ts";

describe("embedded in a file that is damaged or cannot be written", () => {
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
  /** Changes the file as another program would. */
  const tamper = (sql: string) => {
    const database = new DatabaseSync(file());
    database.exec(sql);
    database.close();
  };
  /** Overwrites the pages after the first. */
  const spoil = () => {
    const size = statSync(file()).size;
    writeFileSync(file(), Buffer.alloc(size - 8_192, 0x5a), { flag: "r+", flush: true });
  };
  const fill = async () => {
    const store = open();
    for (let index = 0; index < 300; index += 1) store.put(space, itemOf(`${index}`, vectorOf(index)));
    await store.close();
    opened.pop();
  };

  it("never answers with a damaged row, and removes it", async () => {
    const store = open();
    for (let index = 0; index < 3; index += 1)
      store.put(space, itemOf(`${index}`, vectorOf(index), clock.now() + hour));
    await store.flush();
    tamper("UPDATE vectors_v1 SET vector = zeroblob(96) WHERE id = '1'");
    tamper(`UPDATE vectors_v1 SET delete_at = delete_at + 1e9 WHERE id = '2'`);
    expect(await idsNear(store, space, vectorOf(1))).toEqual(["0"]);
    expect(await idsNear(open(), space, vectorOf(1))).toEqual(["0"]);
    expect((await store.stats()).vectors).toBe(1);
  });

  it("never takes the row of another space for its own", async () => {
    const store = open();
    store.put(space, itemOf("one", vectorOf(1)));
    store.put({ ...space, tenant: "another" }, itemOf("two", vectorOf(1)));
    await store.flush();
    tamper("UPDATE spaces_v1 SET tenant = 'x' WHERE tenant = 'tenant'");
    tamper("UPDATE spaces_v1 SET tenant = 'tenant' WHERE tenant = 'another'");
    expect(await idsNear(open(), space, vectorOf(1))).toEqual([]);
  });

  it("says that the file is damaged, answers nothing and leaves it alone", async () => {
    await fill();
    spoil();
    const before = readdirSync(directory);
    const store = open();
    expect(() => store.nearest(space, vectorOf(1), 1)).toThrow(StoreUnavailableError);
    expect(store.put(space, itemOf("one", vectorOf(1)))).toBe("overloaded");
    await expect(store.delete({ tenant: "tenant" })).rejects.toThrow(StoreUnavailableError);
    expect(await store.check()).toMatchObject([
      { severity: "error", remedy: expect.stringContaining("move the file") },
    ]);
    expect(await store.stats()).toEqual({ vectors: 0, bytes: 0 });
    expect(warnings).toHaveLength(1);
    expect(readdirSync(directory)).toEqual(before);
  });

  it("sets a damaged file aside when it is told to, and begins afresh", async () => {
    await fill();
    spoil();
    const store = open({ restartWhenDamaged: true });
    expect(warnings.join()).toContain("set aside");
    expect(store.nearest(space, vectorOf(1), 1)).toEqual([]);
    store.put(space, itemOf("one", vectorOf(1)));
    const sound = [{ detail: `${file()} is sound; vectors in it: 1` }];
    expect(await Promise.all([store.check(), store.check()])).toEqual([sound, sound]);
    expect(readdirSync(directory).some((name) => name.startsWith("semantic.db.not-a-database"))).toBe(true);
  });

  it("deals with damage that shows while it works", async () => {
    await fill();
    const store = open({ restartWhenDamaged: true });
    expect(await idsNear(store, space, vectorOf(1), 1)).toEqual(["1"]);
    truncateSync(file(), 3 * 8_192);
    store.put(space, itemOf("put meanwhile", vectorOf(900)));
    await expect(Promise.resolve().then(() => store.nearest(space, vectorOf(7), 8))).rejects.toThrow(
      StoreUnavailableError,
    );
    await store.flush();
    expect(await idsNear(store, space, vectorOf(900))).toEqual(["put meanwhile"]);
    expect(warnings.join()).toContain("set aside");
  });

  it("reports damage that only a check meets", async () => {
    await fill();
    const store = open();
    expect(await store.check()).toEqual([{ detail: `${file()} is sound; vectors in it: 300` }]);
    await store.close();
    truncateSync(file(), statSync(file()).size - 8_192);
    expect(await open().check()).toMatchObject([{ severity: "error" }]);
  });

  it("refuses a folder that is of no use, and the database of another program", () => {
    writeFileSync(join(directory, "a-file"), "");
    expect(() => open({ directory: join(directory, "a-file") })).toThrow(InvalidOptionError);
    const theirs = join(directory, "theirs");
    open({ directory: theirs });
    rmSync(join(theirs, "semantic.db"));
    const database = new DatabaseSync(join(theirs, "semantic.db"));
    database.exec("CREATE TABLE theirs (a)");
    database.close();
    expect(() => open({ directory: theirs })).toThrow(/another program/);
  });

  it("keeps what it cannot write, refuses more, and goes on when it can", async () => {
    await fill();
    const store = open();
    // The thread that writes opens the file with its first batch: it is not there then.
    const away = `${directory}-away`;
    renameSync(directory, away);
    try {
      store.put(space, itemOf("new", vectorOf(900)));
      const gone = store.delete({ tenant: "tenant", partition: "partition", ids: ["1"] });
      await expect(gone).rejects.toThrow(/cannot write/);
      expect(store.put(space, itemOf("more", vectorOf(901)))).toBe("overloaded");
      await expect(store.flush()).rejects.toThrow(/cannot write/);
      expect(await idsNear(store, space, vectorOf(900), 1)).toEqual(["new"]);
    } finally {
      renameSync(away, directory);
    }
    clock.advance(5_000);
    await store.flush();
    const other = open();
    expect(await idsNear(other, space, vectorOf(900), 1)).toEqual(["new"]);
    expect(await idsNear(other, space, vectorOf(1), 1)).not.toEqual(["1"]);
    expect(warnings).toHaveLength(1);
  });
});
