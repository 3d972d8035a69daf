import { expect, onTestFinished, test } from "vitest";
import type { ShownEntry } from "../../src/gateway/admin/entries/shown-entry.ts";
import { callAdmin } from "../e2e/admin-call.ts";
import { ask, question, statusOf } from "../e2e/chat-call.ts";
import { type RunningGateway, runGateway, runOrigin } from "../e2e/running-gateway.ts";
import { startMemcached } from "../services/memcached.ts";
import { startPostgres } from "../services/postgres.ts";
import { startRedis } from "../services/redis.ts";
import { describeWithServices } from "../services/required.ts";

/** What the admin API tells of entries in the stores that machines share. */

const limit = 240_000;

/** Nothing here is about deadlines, so a busy machine must not be taken for a store that is away. */
function over(url: string): Promise<RunningGateway> {
  const store = { url, lookupBudget: "10s", readDeadline: "10s", writeDeadline: "10s" };
  return runOrigin().then((origin) => runGateway(origin, { store, layers: { semantic: { mode: "off" } } }));
}

async function see(gateway: RunningGateway, path: string, method = "GET") {
  const { status, text } = await callAdmin(gateway, path, { method });
  return { status, ...JSON.parse(text) };
}

async function walk(gateway: RunningGateway, query: string): Promise<readonly ShownEntry[]> {
  const found: ShownEntry[] = [];
  for (let cursor = ""; ; ) {
    const page = await see(gateway, `/entries?${query}${cursor}`);
    expect([page.status, page.listing]).toEqual([200, "supported"]);
    found.push(...page.entries);
    if (page.cursor === undefined) return found;
    cursor = `&cursor=${encodeURIComponent(page.cursor)}`;
  }
}

async function showsAndRemoves(gateway: RunningGateway): Promise<void> {
  for (let index = 0; index < 12; index++) {
    const tag = index % 3 === 0 ? "third" : "other";
    await ask(gateway, question(`question ${index}`), { "x-ai-cache-tags": tag });
  }
  const count = async () => new Set((await walk(gateway, "limit=5")).map(({ id }) => id)).size;
  // A store that is slow is not waited for by the one who asks.
  await expect.poll(count).toBe(12);
  const all = await walk(gateway, "limit=5");
  expect(all.every(({ state, model }) => state === "fresh" && model === "scripted-large")).toBe(true);
  const tagged = await walk(gateway, "limit=1&tag=third");
  expect(new Set(tagged.map(({ id }) => id)).size).toBe(4);
  const id = tagged[0]?.id as string;
  const path = `/entries/${encodeURIComponent(id)}`;
  expect(await see(gateway, path)).toMatchObject({ status: 200, id, tags: ["third"], state: "fresh" });
  expect(await see(gateway, path, "DELETE")).toMatchObject({ status: 200, entries: 1 });
  expect(await see(gateway, path)).toMatchObject({ status: 404, code: "not_found" });
  expect(new Set((await walk(gateway, "")).map((entry) => entry.id)).size).toBe(11);
  expect((await see(gateway, "/tenants")).tenants).toMatchObject([{ entries: 11, requests: 12, hits: 0 }]);
}

describeWithServices("redis-server", "the admin API over Redis", () => {
  test(
    "lists, shows and removes entries",
    async () => {
      const server = await startRedis();
      onTestFinished(() => server.stop());
      await showsAndRemoves(await over(server.url));
    },
    limit,
  );
});

describeWithServices("postgres", "the admin API over PostgreSQL", () => {
  test(
    "lists, shows and removes entries",
    async () => {
      const server = await startPostgres();
      onTestFinished(() => server.remove());
      await showsAndRemoves(await over(await server.freshDatabase()));
    },
    limit,
  );
});

describeWithServices("memcached", "the admin API over Memcached", () => {
  test(
    "says that it cannot be listed, and shows and removes by id",
    async () => {
      const server = await startMemcached();
      onTestFinished(() => server.kill());
      const gateway = await over(server.url);
      await ask(gateway);
      const hit = await ask(gateway);
      expect(statusOf(hit)).toBe("HIT");
      const path = `/entries/${encodeURIComponent(String(hit.headers["x-ai-cache-entry"]))}`;
      const reason = expect.stringContaining("memcached store cannot tell what it holds");
      expect(await see(gateway, "/entries?tag=a")).toMatchObject({
        ...{ status: 200, entries: [], listing: "unsupported", reason, order: "none" },
      });
      const tenants = await see(gateway, "/tenants");
      expect(tenants).toMatchObject({
        status: 200,
        listing: "unsupported",
        reason,
        tenants: [{ requests: 2, hits: 1 }],
      });
      expect(tenants.tenants[0]).not.toHaveProperty("entries");
      expect(await see(gateway, path)).toMatchObject({ status: 200, state: "fresh" });
      expect(await see(gateway, path, "DELETE")).toMatchObject({ status: 200, entries: 1 });
      expect(await see(gateway, path)).toMatchObject({ status: 404 });
      expect(statusOf(await ask(gateway))).toBe("MISS");
    },
    limit,
  );
});
