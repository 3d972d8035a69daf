import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import type { EvictionPriority } from "../core/store.ts";
import { SqliteEntries } from "./sqlite-entries.ts";
import { openDatabase } from "./sqlite-file.ts";
import { roundMs } from "./tenant-entries.ts";

/** No tenant pushes out of the file what the others use. */

const maxBytes = 1_500_000;

function file() {
  const folder = mkdtempSync(join(tmpdir(), "reprise-fair-"));
  const { database } = openDatabase(join(folder, "entries.db"));
  onTestFinished(() => {
    database.close();
    rmSync(folder, { recursive: true, force: true });
  });
  const entries = new SqliteEntries(database);
  let now = 10 * roundMs;
  const transaction = (work: () => void) => {
    database.exec("BEGIN");
    work();
    entries.writeTotals();
    database.exec("COMMIT");
  };
  return {
    database,
    pass: (ms: number) => {
      now += ms;
    },
    /** As many entries of four kilobytes, and then room is made. */
    write(tenant: string, from: number, count: number, priority: EvictionPriority = "normal") {
      transaction(() => {
        for (let at = from; at < from + count; at += 1) {
          now += 1;
          const value = new Uint8Array(4_000);
          const operation = { kind: "set", tenant, key: `k${at}`, value, priority, checksum: 0 } as const;
          entries.apply({ ...operation, deleteAt: Number.POSITIVE_INFINITY, storedAt: now }, now);
        }
      });
      for (let last = 1; last > 0; ) {
        transaction(() => {
          last = entries.evict(maxBytes, now);
        });
      }
    },
    has: (tenant: string) =>
      Number(database.prepare("SELECT count(*) AS n FROM entries_v1 WHERE tenant = ?").get(tenant)?.["n"]),
  };
}

it("the others keep what they have while one floods", () => {
  const { write, has } = file();
  for (const other of ["a", "b", "c"]) write(other, 0, 30);
  for (let at = 0; at < 1_500; at += 50) write("flooding", at, 50);
  expect(["a", "b", "c"].map(has)).toEqual([30, 30, 30]);
  expect(has("flooding")).toBeGreaterThan(150);
});

it("who has less gets room from who has most", () => {
  const { write, has } = file();
  write("first", 0, 800);
  const before = has("first");
  write("second", 0, 80);
  expect(has("second")).toBe(80);
  expect(has("first")).toBeLessThan(before);
});

it("of the tenant that gives way, what was used longest ago goes, and what has high priority stays", () => {
  const { database, write } = file();
  write("a", 0, 50);
  write("flooding", 0, 1, "high");
  for (let at = 1; at < 1_000; at += 50) write("flooding", at, 50);
  const kept = database.prepare("SELECT key FROM entries_v1 WHERE tenant = 'flooding'").all();
  const numbers = kept.map(({ key }) => Number(String(key).slice(1)));
  expect(numbers).toContain(0);
  const median = numbers.sort((one, other) => one - other)[numbers.length >> 1] as number;
  expect(median).toBeGreaterThan(500);
});

it("what nobody has asked for in an hour goes first, whosever it is", () => {
  const { write, has, pass } = file();
  write("quiet", 0, 80);
  pass(roundMs + 10_000);
  for (let at = 0; at < 800; at += 50) write("busy", at, 50);
  expect(has("quiet")).toBe(0);
});
