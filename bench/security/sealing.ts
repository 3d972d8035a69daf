import { join } from "node:path";
import process from "node:process";
import type { Benchmark } from "../benchmark.ts";
import { budgetRow, figure, quotients } from "../budget.ts";
import { answerBody, numbered, requestBody } from "../load/chat-payload.ts";
import { compareSides, type Sides, timed } from "../sides.ts";
import { withFolder } from "../temporary.ts";

/**
 * Exact hits by `cache.fetch` over a SQLite file, sealed and not: from memory, and with a memory that no answer fits into.
 * 1,000 bodies of 1,400 bytes in turn, answers of 2 KB.
 */

const folderVariable = "REPRISE_BENCH_FOLDER";
const bodies = Array.from({ length: 1_000 }, (_, index) => requestBody(index));
const bodyAt = (index: number): string => bodies[index % bodies.length] as string;
const masterKey = Buffer.alloc(32, "bench").toString("base64");
/** The bound lets what is small in, and no answer. */
const littleMemory = 64 * 1024;

async function hits(name: string, options: { readonly masterKey?: string; readonly memoryBytes?: number }) {
  const folder = process.env[folderVariable];
  if (folder === undefined) throw new Error(`${folderVariable} is not set`);
  const { createCache } = await import("../../src/index.ts");
  const { sqlite } = await import("../../src/stores/sqlite.ts");
  const store = sqlite(join(folder, name));
  let calls = 0;
  const cache = await createCache({
    ...options,
    store,
    semantic: { mode: "off" },
    fetch: async () => {
      calls += 1;
      return new Response(answerBody(numbered(calls - 1)), { headers: { "content-type": "application/json" } });
    },
  });
  const url = "http://127.0.0.1:9/v1/chat/completions";
  const headers = { authorization: "Bearer sk-bench", "content-type": "application/json" };
  const call = async (body: string): Promise<void> => {
    await (await cache.fetch(url, { method: "POST", headers, body })).text();
  };
  for (const body of bodies) await call(body);
  await store.flush();
  return timed(
    async (index) => {
      await call(bodyAt(index));
      if (calls > bodies.length) throw new Error("a hit went to the origin");
    },
    { batch: 500 },
  );
}

export const sides: Sides = {
  memory: () => hits("memory", {}),
  memorySealed: () => hits("memory-sealed", { masterKey }),
  store: () => hits("store", { memoryBytes: littleMemory }),
  storeSealed: () => hits("store-sealed", { masterKey, memoryBytes: littleMemory }),
};

export const sealing: Benchmark = {
  name: "sealing",
  describe: "exact hits with what is stored sealed, against the same unsealed",
  run: ({ quick }) =>
    withFolder(async (folder) => {
      process.env[folderVariable] = folder;
      const {
        memory = [],
        memorySealed = [],
        store = [],
        storeSealed = [],
      } = await compareSides(import.meta.filename, Object.keys(sides), {
        rounds: quick ? 1 : 9,
        sampleMs: quick ? 100 : 400,
      });
      const us = (ns: readonly number[]) => ns.map((value) => value / 1_000);
      // Of hits in a second: the time of the one over the time of the other.
      const bound = { must: 0.8, aim: 0.95, better: "higher", unit: "x" } as const;
      return {
        budget: [
          budgetRow(
            "exact hits from memory, sealed",
            "the same unsealed, hits/s",
            quotients(memory, memorySealed),
            bound,
          ),
        ],
        figures: [
          figure("exact hits from the store, sealed over unsealed, hits/s", "x", quotients(store, storeSealed)),
          figure("hit from memory", "us", us(memory)),
          figure("hit from memory, sealed", "us", us(memorySealed)),
          figure("hit from SQLite", "us", us(store)),
          figure("hit from SQLite, sealed", "us", us(storeSealed)),
        ],
        notes: [
          "Copies in memory are not sealed; once a second each is compared with the store, where it is opened.",
          "From SQLite, each look-up opens the answer and whatever generations are not in memory.",
        ],
      };
    }),
};
