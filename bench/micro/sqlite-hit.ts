import { join } from "node:path";
import type { Keyed, Lookup } from "../../src/core/layer.ts";
import type { Benchmark } from "../benchmark.ts";
import { budgetRow, figure, quotients } from "../budget.ts";
import { answerBody, numbered } from "../load/chat-payload.ts";
import { compareSides, type Sides, timed } from "../sides.ts";
import { withFolder } from "../temporary.ts";

/** A read from a SQLite file of 10,000 values of 2 KB, keys in random order, with nothing in memory before it. */

const entries = 10_000;
const folderVariable = "REPRISE_BENCH_FOLDER";
const tenant = "tenant";
const keyOf = (index: number): string => `${numbered(index)}-key-as-long-as-a-real-one-0`;
const answerFor = (index: number): Buffer => Buffer.from(answerBody(numbered(index)), "utf8");

/** Each index once, in an order that is random and always the same: multiples of one prime modulo another. */
const order = Array.from({ length: 10_006 }, (_, step) => (((step + 1) * 7_919) % 10_007) - 1).filter(
  (index) => index < entries,
);
const indexAt = (index: number): number => order[index % entries] as number;

/** Where the files of all sides lie; the runner makes the folder and removes it. */
function folderOfRun(): string {
  const folder = process.env[folderVariable];
  if (folder === undefined) throw new Error(`${folderVariable} is not set`);
  return folder;
}

/** The exact layer over the stores as the cache and the gateway join them: memory, guard, SQLite. */
async function exactHits(memoryBytes: number, name: string) {
  const { assembleCore } = await import("../../src/core-assembly.ts");
  const { defaultDirectives: directives } = await import("../../src/core/directives.ts");
  const { readSettings } = await import("../../src/options.ts");
  const { sqlite } = await import("../../src/stores/sqlite.ts");
  const reading = readSettings({ store: { memoryBytes } });
  if (!reading.ok) throw new Error("the settings are not valid");
  const file = sqlite(join(folderOfRun(), name));
  const { exact: layer, policy } = (await assembleCore({ settings: reading.settings, store: file })).wrapParts;
  const calls = Array.from(
    { length: entries },
    (_, index): Keyed => ({
      key: keyOf(index),
      principal: { tenant, user: undefined },
      directives,
      policy,
      variants: 1,
    }),
  );
  for (const [index, call] of calls.entries()) {
    const ticket = await layer.prepare(call);
    const recording = { form: "json", body: answerFor(index), model: undefined, usage: undefined } as const;
    await layer.record(call, call.key, ticket, recording, "bench");
    if (index % 1_000 === 999) await file.flush();
  }
  return timed((index) => {
    const lookup = layer.lookup(calls[indexAt(index)] as Keyed);
    if (lookup instanceof Promise) return lookup.then(assertHit);
    return assertHit(lookup);
  });
}

function assertHit({ kind }: Lookup): void {
  if (kind !== "hit") throw new Error(`a ${kind}`);
}

export const sides: Sides = {
  async store() {
    const { sqlite } = await import("../../src/stores/sqlite.ts");
    const folder = folderOfRun();
    const store = sqlite(join(folder, "store"));
    for (let index = 0; index < entries; index++) {
      store.set(tenant, keyOf(index), answerFor(index), { deleteAt: Date.now() + 3_600_000 });
      if (index % 1_000 === 999) await store.flush();
    }
    return timed((index) => {
      if (store.get(tenant, [keyOf(indexAt(index))])[0] === undefined) throw new Error("a key is missing");
    });
  },
  async bare() {
    const { DatabaseSync } = await import("node:sqlite");
    const folder = folderOfRun();
    const database = new DatabaseSync(join(folder, "bare.db"));
    database.exec(
      "PRAGMA page_size = 8192; PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA cache_size = -8000",
    );
    database.exec("CREATE TABLE entries (key TEXT PRIMARY KEY, value BLOB NOT NULL); BEGIN");
    const insert = database.prepare("INSERT INTO entries VALUES (?, ?)");
    for (let index = 0; index < entries; index++) insert.run(keyOf(index), answerFor(index));
    database.exec("COMMIT; PRAGMA wal_checkpoint(TRUNCATE)");
    const select = database.prepare("SELECT value FROM entries WHERE key = ?");
    return timed((index) => {
      if (select.get(keyOf(indexAt(index))) === undefined) throw new Error("a key is missing");
    });
  },
  /** The bound lets the generations of tenant and namespace in, and no entry. */
  exact: () => exactHits(16 * 1024, "exact"),
  exactWithoutMemory: () => exactHits(1, "exact-without-memory"),
};

export const sqliteHit: Benchmark = {
  name: "sqlite-hit",
  describe: "a hit in the SQLite file, against a bare prepared SELECT",
  run: ({ quick }) =>
    withFolder(async (folder) => {
      process.env[folderVariable] = folder;
      const {
        store = [],
        bare = [],
        exact = [],
        exactWithoutMemory = [],
      } = await compareSides(import.meta.filename, Object.keys(sides), {
        rounds: quick ? 1 : 9,
        sampleMs: quick ? 100 : 400,
      });
      const bound = { must: 2, aim: 1.3, better: "lower", unit: "x" } as const;
      const us = (ns: readonly number[]) => ns.map((value) => value / 1_000);
      return {
        budget: [
          budgetRow("sqlite store, get", "a bare prepared SELECT", quotients(store, bare), bound),
          budgetRow("exact layer, hit in SQLite", "a bare prepared SELECT", quotients(exact, bare), bound),
        ],
        figures: [
          figure("sqlite store, get", "us", us(store)),
          figure("exact layer, hit in SQLite", "us", us(exact)),
          figure("exact layer, hit in SQLite, generations not in memory either", "us", us(exactWithoutMemory)),
          figure("a bare prepared SELECT", "us", us(bare)),
        ],
        notes: [
          "10,000 values of 2 KB, random keys, the same page size and page cache on both sides.",
          "Exact layer: 16 KiB of memory, which no entry fits into but the generations of tenant and namespace do; without memory each look-up reads four rows.",
        ],
      };
    }),
};
