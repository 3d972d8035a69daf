import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { ManualClock } from "../core/clock.ts";
import { StoreUnavailableError } from "../core/errors.ts";
import { openDatabase } from "./sqlite-file.ts";
import { gatherMs, retryMs, SqliteWriteQueue } from "./sqlite-write-queue.ts";

const forEver = { deleteAt: Number.POSITIVE_INFINITY };
const value = new Uint8Array([1, 2, 3]);

describe("SqliteWriteQueue while the file cannot be written", () => {
  let folder = "";
  let missing = "";
  let failures: string[] = [];
  let clock = new ManualClock();
  let queue: SqliteWriteQueue;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "reprise-queue-"));
    missing = join(folder, "missing");
    failures = [];
    clock = new ManualClock();
    queue = new SqliteWriteQueue({
      path: join(missing, "cache.db"),
      maxBytes: 1e8,
      maxPendingBytes: 1e7,
      clock,
      onFailure: (_code, message) => {
        failures.push(message);
        return false;
      },
      onCommit: () => {},
    });
  });

  afterEach(async () => {
    await queue.close();
    rmSync(folder, { recursive: true });
  });

  it("keeps what it accepted, refuses more, and commits when it can", async () => {
    expect(queue.set("t", "kept", value, forEver)).toBe("stored");
    const added = expect(queue.add("t", "token", value, forEver)).rejects.toThrow(StoreUnavailableError);
    const deleted = expect(queue.delete("t", "gone")).rejects.toThrow(StoreUnavailableError);
    await expect(queue.flush()).rejects.toThrow(StoreUnavailableError);
    await added;
    await deleted;
    expect(failures).toHaveLength(1);
    expect(queue.pending("t", "kept")?.value).toEqual(value);
    expect(queue.pending("t", "gone")).toMatchObject({ kind: "delete" });
    expect(queue.set("t", "more", value, forEver)).toBe("overloaded");
    await expect(queue.add("t", "more", value, forEver)).rejects.toThrow("cannot write");

    mkdirSync(missing);
    clock.advance(retryMs);
    await queue.flush();
    expect(queue.pending("t", "kept")).toBeUndefined();
    expect(queue.set("t", "more", value, forEver)).toBe("stored");
    await queue.flush();
    const database = new DatabaseSync(join(missing, "cache.db"));
    const keys = database.prepare("SELECT key FROM entries_v1 ORDER BY key").all();
    expect(keys.map(({ key }) => key)).toEqual(["kept", "more"]);
    database.close();
  });

  it("closes all the same and tells how many writes are lost", async () => {
    queue.set("t", "a", value, forEver);
    queue.set("t", "b", value, forEver);
    expect(await queue.close()).toBe(2);
  });

  it("tries once more when it is closed", async () => {
    queue.set("t", "a", value, forEver);
    await queue.flush().catch(() => undefined);
    mkdirSync(missing);
    expect(await queue.close()).toBe(0);
  });
});

describe("SqliteWriteQueue while it gathers", () => {
  let folder = "";
  let clock = new ManualClock();
  let queue: SqliteWriteQueue;
  let file: DatabaseSync;
  let commits = 0;
  let onCommit: () => void = () => {};
  const mortal = { deleteAt: Date.UTC(2100, 0) };

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "reprise-queue-"));
    const path = join(folder, "cache.db");
    file = openDatabase(path).database;
    clock = new ManualClock();
    commits = 0;
    queue = new SqliteWriteQueue({
      path,
      maxBytes: 1e8,
      maxPendingBytes: 1e7,
      clock,
      onFailure: (_code, message) => expect.fail(message),
      onCommit: () => {
        commits += 1;
        onCommit();
      },
    });
  });

  afterEach(async () => {
    await queue.close();
    file.close();
    rmSync(folder, { recursive: true });
  });

  const keys = () =>
    file
      .prepare("SELECT key FROM entries_v1 ORDER BY id")
      .all()
      .map(({ key }) => key);
  const nextCommit = () =>
    new Promise<void>((resolve) => {
      onCommit = resolve;
    });

  it("lets sets wait for company, readable at once, and sends them together when the time is over", async () => {
    const committed = nextCommit();
    for (const key of ["a", "b", "c"]) {
      queue.set("t", key, value, mortal);
      clock.advance(gatherMs / 4);
      await Promise.resolve();
    }
    expect(queue.pending("t", "a")?.value).toEqual(value);
    clock.advance(gatherMs);
    await committed;
    expect(keys()).toEqual(["a", "b", "c"]);
    expect(commits).toBe(1);
    expect(queue.pending("t", "a")).toBeUndefined();
  });

  it("waits for nothing when somebody waits, and takes along what waited, in order", async () => {
    queue.set("t", "a", value, mortal);
    queue.set("t", "b", value, mortal);
    expect(await queue.add("t", "token", value, forEver)).toBeUndefined();
    expect(keys()).toEqual(["a", "b", "token"]);
    queue.set("t", "b", new Uint8Array([4]), mortal);
    expect(await queue.delete("t", "b")).toBe(true);
    expect(keys()).toEqual(["a", "token"]);
    queue.set("t", "c", value, mortal);
    await queue.flush();
    expect(keys()).toEqual(["a", "token", "c"]);
    expect(commits).toBe(3);
    queue.set("t", "d", value, mortal);
    expect(await queue.close()).toBe(0);
    expect(keys()).toEqual(["a", "token", "c", "d"]);
  });

  it("does not wait with what is kept for good, nor with much at once", async () => {
    let committed = nextCommit();
    queue.set("t", "token", value, forEver);
    await committed;
    committed = nextCommit();
    for (let index = 0; index < 4; index += 1) queue.set("t", `k${index}`, new Uint8Array(100_000), mortal);
    await committed;
    expect(keys()).toEqual(["token", "k0", "k1", "k2", "k3"]);
  });

  it("gathers again what comes while a batch is under way", async () => {
    const added = queue.add("t", "token", value, forEver);
    await Promise.resolve();
    queue.set("t", "late", value, mortal);
    await added;
    expect(keys()).toEqual(["token"]);
    const committed = nextCommit();
    clock.advance(gatherMs);
    await committed;
    expect(keys()).toEqual(["token", "late"]);
  });
});
