import { expect, onTestFinished, test } from "vitest";
import { openEntry, sealEntry } from "../../src/core/entry.ts";
import { readEntryId } from "../../src/core/entry-id.ts";
import { currentTokens, isFirstToken } from "../../src/core/generations.ts";
import { scopeOf } from "../../src/core/scopes.ts";
import type { SharedStore } from "../../src/core/shared-store.ts";
import { assembleCore, type Core } from "../../src/core-assembly.ts";
import { createFetch } from "../../src/fetch.ts";
import { readSettings } from "../../src/options.ts";
import { protocols } from "../../src/protocols/all.ts";
import { redis } from "../../src/stores/redis.ts";
import { sqlite } from "../../src/stores/sqlite.ts";
import { runOrigin, temporaryFolder } from "../e2e/running-gateway.ts";
import { type RedisServer, startRedis } from "../services/redis.ts";
import { describeWithServices } from "../services/required.ts";
import { type Reading, readResponse } from "../topology/cache-harness.ts";
import { ShiftedClock } from "./shifted-clock.ts";

/**
 * One tag on very many entries is taken back while two nodes answer. Most entries are copies of a real one under keys that
 * nobody asks for: they are there to be found by whoever goes through them all.
 */

const entries = 100_000;
const asked = 50;
/** Writes under way. */
const together = 100;
const callers = 4;
const tags = { "x-ai-cache-tags": "doc:42" };

interface Node {
  readonly core: Core;
  readonly store: SharedStore;
  read(content: string, headers?: Readonly<Record<string, string>>): Promise<Reading>;
}

async function setUp(open: () => SharedStore) {
  const clock = new ShiftedClock();
  const origin = await runOrigin();
  origin.generation = 1;
  // Nothing here is about deadlines, so a busy machine must not be taken for a store that is away.
  const patience = { lookupBudget: "30s", readDeadline: "30s", writeDeadline: "30s" };
  const reading = readSettings({
    store: patience,
    security: { masterKey: "the same secret for every node", sealing: "off" },
  });
  if (!reading.ok) throw new Error(JSON.stringify(reading.mistakes));
  const { settings } = reading;
  const start = async (): Promise<Node> => {
    const store = open();
    const core = await assembleCore({ settings, store, clock });
    const fetch = createFetch({ core, protocols, fetch: globalThis.fetch });
    onTestFinished(() => core.close());
    return {
      core,
      store,
      read: async (content, headers = {}) =>
        readResponse(
          await fetch(`${origin.url}/chat/completions`, {
            method: "POST",
            headers: { authorization: "Bearer one", "content-type": "application/json", ...tags, ...headers },
            body: JSON.stringify({ model: "scripted-small", messages: [{ role: "user", content }] }),
          }),
        ),
    };
  };
  return { clock, origin, one: await start(), other: await start() };
}

const onlyIfCached = { "cache-control": "only-if-cached" };
const tag = scopeOf("tag", "doc:42", undefined);

const old = (index: number): string => `old question ${index % asked}`;

/** So many copies of what `node` has stored, under other keys of the same tenant. */
async function multiply(node: Node, id: string): Promise<void> {
  const { tenant, slot } = readEntryId(id) ?? expect.fail("no entry");
  const opened = openEntry((await node.store.get(tenant, [slot]))[0] as Uint8Array, tenant, slot);
  if (!opened.ok) throw new Error(opened.reason);
  const { form, lifetime, generations, note, body } = opened.entry;
  const entry = { form, lifetime, tenant, generations, note, body };
  const { deleteAt } = lifetime;
  for (let from = 0; from < entries; from += together) {
    const keys = Array.from({ length: together }, (_, index) => `${slot.slice(0, 30)}${from + index}`);
    const put = async (key: string): Promise<void> => {
      const sealed = sealEntry(entry, key);
      while ((await node.store.set(tenant, key, sealed, { deleteAt })) !== "stored") await turn();
    };
    await Promise.all(keys.map(put));
  }
}

/** What is asked again before the first answer is stored joins that; it is stored when nobody joins any more. */
async function afterStoring(node: Node, content: string): Promise<Reading> {
  for (;;) {
    const reading = await node.read(content);
    if (reading.outcome !== "COALESCED") return reading;
  }
}

async function purgeUnderTraffic({ clock, origin, one, other }: Awaited<ReturnType<typeof setUp>>): Promise<void> {
  for (let index = 0; index < asked; index++) await one.read(old(index));
  const first = await afterStoring(one, old(0));
  expect(first.outcome).toBe("HIT");
  await multiply(one, first.headers.get("x-ai-cache-entry") as string);
  for (let index = 0; index < asked; index++) expect((await afterStoring(other, old(index))).outcome).toBe("HIT");

  let isAcknowledged = false;
  let isFollowed = false;
  let isOver = false;
  let written = 0;
  const served = { before: 0, after: 0, followed: 0 };
  const work = async (node: Node, from: number): Promise<void> => {
    for (let index = from; !isOver; index++) {
      const mayBeOld = node === one ? !isAcknowledged : !isFollowed;
      const reading = await node.read(index % 3 === 0 ? `new question ${written++}` : old(index));
      expect([reading.status, reading.error]).toEqual([200, undefined]);
      served[isFollowed ? "followed" : isAcknowledged ? "after" : "before"] += 1;
      if (!mayBeOld) expect(reading.text).toContain("generation-2");
    }
  };
  const working = Array.from({ length: callers }, (_, index) => work(index % 2 === 0 ? one : other, 7 * index));
  const failed = Promise.all(working);
  const until = async (holds: () => boolean): Promise<void> => {
    while (!holds()) await Promise.race([turn(), failed]);
  };
  try {
    await until(() => served.before > 40);
    // What is computed from now on is told from what was there.
    origin.generation = 2;
    await one.core.invalidate({ tags: ["doc:42"] });
    isAcknowledged = true;
    await until(() => served.after > 40);
    // It is in the file; a copy in memory counts for a second.
    const token = async () => (await currentTokens(other.store, [tag]))[0] as Uint8Array;
    while (isFirstToken(await token())) await turn();
    clock.skip(1_001);
    isFollowed = true;
    await until(() => served.followed > 40);
  } finally {
    isOver = true;
  }
  await failed;
  for (const node of [one, other])
    for (let index = 0; index < asked; index++) expect((await node.read(old(index))).text).toContain("generation-2");
  for (let index = 0; index < asked; index++) {
    await one.read(`after the purge ${index}`);
    expect((await afterStoring(one, `after the purge ${index}`)).outcome).toBe("HIT");
    // What SQLite has acknowledged another process sees when it is in the file.
    const there = async () => (await other.read(`after the purge ${index}`, onlyIfCached)).outcome;
    await expect.poll(there, { timeout: 20_000 }).toBe("HIT");
  }
  // They die where they lie: nobody went through them.
  expect((await one.store.stats()).entries).toBeGreaterThanOrEqual(entries);
}

const limit = 240_000;

describeWithServices("redis-server", "a tag in Redis", () => {
  test(
    `${entries} entries with one tag are taken back at once, while two nodes read and write (N4, N3, I3)`,
    async () => {
      const server = await startRedis();
      onTestFinished(() => server.stop());
      await purgeUnderTraffic(await setUp(() => redis({ url: server.url })));
      const commands = await commandsOf(server);
      expect(commands).toContain("get");
      expect(commands.filter((name) => /scan|^keys$|^flush/.test(name))).toEqual([]);
    },
    limit,
  );
});

test(
  `SQLite: ${entries} entries with one tag are taken back at once, while two nodes read and write (N4, N3, I3)`,
  async () => {
    const folder = temporaryFolder();
    await purgeUnderTraffic(await setUp(() => sqlite(folder)));
  },
  limit,
);

async function commandsOf({ admin }: RedisServer): Promise<readonly string[]> {
  const info = await admin.info("commandstats");
  return [...info.matchAll(/^cmdstat_([^:|]+)/gm)].map(([, name]) => name as string);
}

function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
