import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { ManualClock } from "../core/clock.ts";
import { StoreUnavailableError } from "../core/errors.ts";
import { retryMs, SqliteWriteQueue } from "./sqlite-write-queue.ts";

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
