import { expect, onTestFinished, test } from "vitest";
import { invalidate } from "../e2e/admin-call.ts";
import { ask, contentOf, question, statusOf } from "../e2e/chat-call.ts";
import { spawnGateway } from "../e2e/gateway-process.ts";
import { scrape, total } from "../e2e/metrics-page.ts";
import { runOrigin, temporaryFolder } from "../e2e/running-gateway.ts";
import { asked, type RedisSentinel, startSentinel } from "../services/redis.ts";
import { describeWithServices } from "../services/required.ts";

/**
 * An invalidation that the primary acknowledged and that its replica never heard of: the primary dies, the Sentinels make
 * the replica the primary, and what was taken back stands in it again, with the generation that it lives by.
 */

const tagged = { "x-ai-cache-tags": "doc:42" };
const onlyStored = { "cache-control": "only-if-cached" };
const untagged = question("that nobody takes back");
const byKey = question("that is taken back by its key");
const unread = question("that only one gateway has read");

/** From here on the replica hears nothing more, and is still the one that takes over. */
async function cutReplication({ primary, replica }: RedisSentinel): Promise<void> {
  await primary.admin.call("ACL", "SETUSER", "default", "-sync", "-psync");
  await primary.admin.call("CLIENT", "KILL", "TYPE", "replica");
  await asked(async () => (await replica.admin.info("replication")).includes("master_link_status:down"));
}

describeWithServices("redis-server", "gateways over a Redis that Sentinels watch", () => {
  test("R9 I3 an invalidation that is lost in the failover is made again, and nothing that it took back is served", async () => {
    const redis = await startSentinel();
    onTestFinished(redis.stop);
    const { primary, replica } = redis;
    const origin = await runOrigin();
    const start = async () => {
      const folder = temporaryFolder();
      const gateway = await spawnGateway(["--store", redis.url, "--upstream", origin.url, "--data", folder]);
      return { ...gateway, folder };
    };
    const gateways = [await start(), await start()] as const;
    const [one, other] = gateways;
    origin.generation = 1;
    for (const body of [byKey, untagged]) await ask(one, body);
    await asked(async () => statusOf(await ask(other, unread)) === "HIT");
    await ask(one, question(), tagged);
    for (const gateway of gateways) {
      // With its tag: what is not there yet is computed once more, and would be stored without it.
      await asked(async () => statusOf(await ask(gateway, question(), tagged)) === "HIT");
      for (const body of [byKey, untagged]) await asked(async () => statusOf(await ask(gateway, body)) === "HIT");
    }
    const entry = String((await ask(one, byKey)).headers["x-ai-cache-entry"]);
    await asked(async () => (await replica.admin.dbsize()) === (await primary.admin.dbsize()));

    await cutReplication(redis);
    origin.generation = 2;
    expect((await invalidate(one, { tags: ["doc:42"], keys: [entry] })).status).toBe(200);
    await asked(async () => total(await scrape(other), "reprise_invalidations_total", { origin: "bus" }) === 2);
    await primary.process.kill();

    const isTakenBack = async (): Promise<void> => {
      for (const gateway of gateways) {
        const answer = await ask(gateway, question(), tagged);
        expect(answer.status).toBe(200);
        expect(contentOf(answer), `as ${statusOf(answer)}`).toContain("generation-2");
      }
      // A removal by key is made again by the process that made it.
      expect(contentOf(await ask(one, byKey))).toContain("generation-2");
    };
    const lost = async (gateway: { readonly url: string }): Promise<number> =>
      total(await scrape(gateway), "reprise_invalidations_lost_total");
    await asked(async () => {
      await isTakenBack();
      return (await replica.admin.info("replication")).includes("role:master");
    });
    await asked(async () => {
      await isTakenBack();
      // Only the one that removed by key makes that again.
      return (await lost(one)) > 0;
    });
    // From the store, so it has come to its end.
    await asked(async () => statusOf(await ask(one, unread, onlyStored)) === "HIT");
    for (let times = 0; times < 20; times++) await isTakenBack();

    // Who begins now has heard of nothing, and has only the store to go by.
    const third = await start();
    await asked(async () => statusOf(await ask(third, untagged, onlyStored)) === "HIT");
    expect(contentOf(await ask(third, untagged))).toContain("generation-1");
    for (const body of [question(), byKey]) {
      const answer = await ask(third, body);
      expect(contentOf(answer), `as ${statusOf(answer)}`).toContain("generation-2");
    }
  });
});
