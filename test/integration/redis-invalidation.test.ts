import { expect, onTestFinished, test } from "vitest";
import { ManualClock } from "../../src/core/clock.ts";
import { type RedisStore, redis } from "../../src/stores/redis.ts";
import { startFaultProxy } from "../chaos/fault-proxy.ts";
import { asked, type RedisServer, startRedis } from "../services/redis.ts";
import { describeWithServices } from "../services/required.ts";
import { startFleet } from "../topology/fleet-harness.ts";
import { patientClock } from "../topology/patient-clock.ts";

/** What is promised of invalidations when the links between processes and Redis are cut, or a replica takes over. */

const tagged = { headers: { "x-ai-cache-tags": "doc:42" } };

async function serverFor(options: Parameters<typeof startRedis>[0] = {}): Promise<RedisServer> {
  const server = await startRedis(options);
  onTestFinished(() => server.stop());
  return server;
}

describeWithServices("redis-server", "invalidations over a Redis in trouble", () => {
  test("R12 without its subscriber link a node sees a purge when it looks again at its copies, and all at once when the link is back", async () => {
    const server = await serverFor({ acl: ["user cut on >secret ~* &* +@all"] });
    const clock = new ManualClock(Date.now());
    const urls = [server.url, server.url.replace("//", "//cut:secret@")];
    const { origin, nodes } = await startFleet({ stores: urls.map((url) => redis({ url })), clock });
    const [one, cut] = nodes;
    const listeners = async () =>
      Number(((await server.admin.call("PUBSUB", "NUMSUB", "reprise:{bus}")) as string[])[1]);
    await asked(async () => (await listeners()) === 2);
    origin.generation = 1;
    const questions = [{ temperature: 0.1 }, { temperature: 0.2 }];
    for (const question of questions) {
      await one.read(question, tagged);
      expect((await cut.read(question, tagged)).outcome).toBe("HIT");
    }

    // The server ends its subscription and takes no new one.
    await server.admin.call("ACL", "SETUSER", "cut", "resetchannels");
    await asked(async () => (await listeners()) === 1);
    origin.generation = 2;
    await one.cache.invalidate({ tags: ["doc:42"] });
    expect((await one.read(questions[0], tagged)).text).toContain("generation-2");
    // Its copy counts for one more second.
    clock.advance(1_001);
    expect((await cut.read(questions[0], tagged)).text).toContain("generation-2");

    origin.generation = 3;
    for (const node of nodes) await node.read(questions[0], tagged);
    await one.cache.invalidate({ tags: ["doc:42"] });
    expect((await cut.read(questions[0], tagged)).text).toContain("generation-2");
    await server.admin.call("ACL", "SETUSER", "cut", "&*");
    // Resubscribing is enough: time stands still.
    await asked(async () => {
      clock.advance(0);
      return (await listeners()) === 2;
    });
    await asked(async () => cut.eventsOf("bus-fault").length > 0);
    expect((await cut.read(questions[0], tagged)).text).toContain("generation-3");
  });

  test("R9 a replica takes over that had not heard of a purge: what was purged does not come back", async () => {
    const primary = await serverFor();
    const replica = await serverFor({ replicaOf: primary.port });
    const proxy = await startFaultProxy({ target: primary });
    onTestFinished(() => proxy.close());
    const url = `redis://127.0.0.1:${proxy.port}`;
    const stores = [0, 1].map((): RedisStore => redis({ url }));
    const { origin, nodes } = await startFleet({ stores, clock: undefined, options: { clock: patientClock } });
    await asked(async () => (await replica.admin.info("replication")).includes("master_link_status:up"));
    origin.generation = 1;
    const [one, other] = nodes;
    await one.read({}, tagged);
    const plain = { temperature: 0.5 };
    await one.read(plain);
    const byKey = { temperature: 0.7 };
    const entry = (await one.read(byKey)).headers.get("x-ai-cache-entry") as string;
    for (const node of nodes) await asked(async () => (await node.read(byKey)).outcome === "HIT");
    for (const node of nodes) await asked(async () => (await node.read({}, tagged)).outcome === "HIT");
    await asked(async () => (await replica.admin.dbsize()) === (await primary.admin.dbsize()));
    // From here on it hears nothing more: the link is cut, and it takes over as it is.
    await replica.admin.call("REPLICAOF", "NO", "ONE");
    origin.generation = 2;
    await one.cache.invalidate({ tags: ["doc:42"], keys: [entry] });
    await asked(async () => other.eventsOf("invalidation-heard").length === 2);
    await primary.process.kill();
    proxy.retarget(replica);
    proxy.reset();
    // The entry and the generation of before are back in the store; whoever finds them must not give them out.
    const isMadeAgain = () => nodes.some((node) => node.eventsOf("invalidation-lost").length > 0);
    for (let more = 20; more > 0; more -= isMadeAgain() ? 1 : 0) {
      for (const node of nodes) expect((await node.read({}, tagged)).text).toContain("generation-2");
      expect((await one.read(byKey)).text).toContain("generation-2");
    }
    // What was not purged is still there.
    const onlyStored = { headers: { "cache-control": "only-if-cached" } };
    await asked(async () => (await other.read(plain, onlyStored)).status === 200);
    expect((await other.read(plain, onlyStored)).text).toContain("generation-1");
  });
});
