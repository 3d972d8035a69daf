import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { DatabaseSync } from "node:sqlite";
import { expect, it, onTestFinished } from "vitest";
import { ManualClock } from "../core/clock.ts";
import type { VectorStore } from "../core/vector-store.ts";
import { itemOf, space, vectorOf } from "../testing/vector-store-case.ts";
import { embedded } from "./embedded.ts";
import { openVectorFile } from "./vector-file.ts";
import { VectorTable } from "./vector-table.ts";

/** No tenant pushes out vectors of others. */

const bound = 120;
const others = ["a", "b", "c"];

/** How many of its first twenty the tenant still finds. */
function kept(store: VectorStore, tenant: string): number {
  const where = { ...space, tenant };
  const finds = (at: number) => {
    const found = store.nearest(where, vectorOf(at), 1);
    return Array.isArray(found) && found[0]?.id === `${at}`;
  };
  return Array.from({ length: 20 }, (_, at) => at).filter(finds).length;
}

it("in memory the others keep theirs while one floods, in one partition or in many", () => {
  for (const partitions of [1, 500]) {
    const store = embedded({ clock: new ManualClock(), maxVectors: bound });
    for (const tenant of others)
      for (let at = 0; at < 20; at += 1) store.put({ ...space, tenant }, itemOf(`${at}`, vectorOf(at)));
    for (let at = 0; at < 1_000; at += 1) {
      const where = { ...space, tenant: "flooding", partition: `p${at % partitions}` };
      expect(store.put(where, itemOf(`${at}`, vectorOf(at)))).toBe("stored");
    }
    expect(others.map((tenant) => kept(store, tenant))).toEqual([20, 20, 20]);
    // And one that comes late gets room from the one that has most.
    for (let at = 0; at < 20; at += 1) store.put({ ...space, tenant: "late" }, itemOf(`${at}`, vectorOf(at)));
    expect([...others, "late"].map((tenant) => kept(store, tenant))).toEqual([20, 20, 20, 20]);
  }
});

it("in a file likewise", () => {
  const folder = mkdtempSync(join(tmpdir(), "reprise-fair-"));
  const { database } = openVectorFile(join(folder, "semantic.db"));
  onTestFinished(() => {
    database.close();
    rmSync(folder, { recursive: true });
  });
  const table = new VectorTable(database);
  const put = (tenant: string, at: number) => {
    const vector = new Uint8Array(vectorOf(at).buffer);
    const item = { id: `${at}`, deleteAt: Number.POSITIVE_INFINITY, vector, note: new Uint8Array(1) };
    table.apply({ marks: "", kind: "put", tenant, partition: `p${at % 7}`, model: "m", limit: 10_000, ...item }, 1);
    while (table.evict(bound, 1e9));
    table.writeTotals();
  };
  database.exec("BEGIN");
  for (const tenant of others) for (let at = 0; at < 20; at += 1) put(tenant, at);
  for (let at = 0; at < 500; at += 1) put("flooding", at);
  database.exec("COMMIT");
  expect(countsIn(database)).toEqual({ a: 20, b: 20, c: 20, flooding: bound - 60 });
});

function countsIn(database: DatabaseSync): Readonly<Record<string, number>> {
  const rows = database.prepare("SELECT tenant, sum(vectors) AS n FROM spaces_v1 GROUP BY tenant").all();
  return Object.fromEntries(rows.map(({ tenant, n }) => [String(tenant), Number(n)]));
}
