import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { systemClock as clock, systemRandom } from "../../src/core/clock.ts";
import { sealEntry } from "../../src/core/entry.ts";
import { lifetimeOf } from "../../src/core/freshness.ts";
import { renewGeneration } from "../../src/core/generations.ts";
import { namedScope, scopesOf } from "../../src/core/scopes.ts";
import { entriesRoute } from "../../src/gateway/admin/entries/entries-route.ts";
import { type SqliteStore, sqlite } from "../../src/stores/sqlite.ts";
import type { Benchmark, BenchOptions } from "../benchmark.ts";
import { budgetRow, figure, quotients } from "../budget.ts";
import { answerBody, numbered } from "../load/chat-payload.ts";
import { withFolder } from "../temporary.ts";

/** A page of the admin API's entries out of very many in one SQLite file, with what the dashboard asks for. */

const tenantCount = 10;
const rare = "rare";

export const adminEntries: Benchmark = {
  name: "admin-entries",
  describe:
    "a page of 50 entries of the admin API out of 100,000 in SQLite, at the beginning, further on, and searched",
  run: (options) => withFolder((folder) => run(options, folder)),
};

async function run({ quick, log }: BenchOptions, folder: string) {
  const store = sqlite({ directory: folder, maxBytes: 4 * 1024 ** 3, clock });
  try {
    const entries = quick ? 2_000 : 100_000;
    const rounds = quick ? 3 : 60;
    log(`storing ${entries} entries`);
    await fill(store, entries);
    const bare = new DatabaseSync(join(folder, "cache.db"), { readOnly: true });
    const select = bare.prepare("SELECT * FROM entries_v1 ORDER BY id DESC LIMIT 50");
    const route = entriesRoute({ store, truth: store, clock });
    const page = async (query: object) => {
      const startedAt = performance.now();
      const answer = await route.handle({ body: undefined, params: {}, query: { limit: 50, ...query } });
      const took = performance.now() - startedAt;
      return { took, ...(answer as { readonly entries: readonly unknown[]; readonly cursor?: string }) };
    };
    let { cursor } = await page({});
    const samples: Record<"bare" | "first" | "next" | "tenant" | "tag" | "words", number[]> = {
      ...{ bare: [], first: [], next: [], tenant: [], tag: [], words: [] },
    };
    for (let round = 0; round < rounds; round++) {
      const startedAt = performance.now();
      select.all();
      samples.bare.push(performance.now() - startedAt);
      const first = await page({});
      if (first.entries.length !== 50) throw new Error("the first page is not full");
      samples.first.push(first.took);
      const next = await page(cursor === undefined ? {} : { cursor });
      samples.next.push(next.took);
      cursor = next.cursor;
      samples.tenant.push((await page({ tenant: "tenant-3" })).took);
      samples.tag.push((await page({ tag: rare })).took);
      samples.words.push((await page({ q: "words that nobody has said" })).took);
    }
    bare.close();
    const bound = { must: 50, aim: 10, better: "lower", unit: "ms" } as const;
    const of = `a page of 50 out of ${entries.toLocaleString("en-US")} entries in SQLite`;
    return {
      budget: [
        budgetRow(`${of}: the first`, "the bound of the dashboard", samples.first, bound),
        budgetRow(`${of}: further on`, "the same", samples.next, bound),
        budgetRow(`${of}: of one tenant`, "the same", samples.tenant, bound),
        budgetRow(`${of}: a rare tag`, "the same", samples.tag, { ...bound, aim: 30 }),
        budgetRow(`${of}: words that nowhere stand`, "the same", samples.words, { ...bound, aim: 30 }),
      ],
      figures: [
        figure("a bare SELECT of the newest 50 rows", "ms", samples.bare),
        figure("the first page, in bare SELECTs", "x", quotients(samples.first, samples.bare)),
      ],
      notes: [
        "What the route does, without HTTP: rows read and verified, answers parsed for their text, states by the generations that hold now.",
        "A search that fits little ends its page after 25 ms of work and leads on to the next one.",
      ],
    };
  } finally {
    await store.close();
  }
}

async function fill(store: SqliteStore, entries: number): Promise<void> {
  const belonging = { namespace: "", model: "model", version: "", user: undefined, tags: [] };
  const tenants = Array.from({ length: tenantCount }, (_, index) => `tenant-${index}`);
  const generations = new Map(
    await Promise.all(
      tenants.map(async (tenant) => {
        const scopes = scopesOf({ ...belonging, tenant });
        const made = scopes.map(async ({ name }) => ({
          scope: name,
          token: await renewGeneration(store, namedScope(name, tenant), systemRandom),
        }));
        return [tenant, await Promise.all(made)] as const;
      }),
    ),
  );
  const lifetime = lifetimeOf(clock.now(), 24 * 3_600_000, 0, 0);
  for (let index = 0; index < entries; index++) {
    const tenant = tenants[index % tenantCount] as string;
    const key = `${numbered(index)}-key-as-long-as-a-real-one-0`;
    const tags = index % 1_000 === 0 ? [rare] : [];
    const note = { protocol: "openai-chat", model: "model", usage: undefined, tags };
    const body = Buffer.from(answerBody(numbered(index)), "utf8");
    const entry = { form: "json", lifetime, tenant, generations: generations.get(tenant) ?? [], note, body } as const;
    store.set(tenant, key, sealEntry(entry, key), { deleteAt: lifetime.deleteAt });
    if (index % 2_000 === 1_999) await store.flush();
  }
  await store.flush();
}
