import { expect, it, onTestFinished } from "vitest";
import { ManualClock } from "../../src/core/clock.ts";
import { postgres } from "../../src/stores/postgres.ts";
import { redis } from "../../src/stores/redis.ts";
import { callAdmin } from "../e2e/admin-call.ts";
import { ask, bearer, question, statusOf } from "../e2e/chat-call.ts";
import { eventually } from "../e2e/eventually.ts";
import { runGateway, runOrigin } from "../e2e/running-gateway.ts";
import { askUntilStored } from "../e2e/stored-answer.ts";
import { bytesIn } from "../security/canary.ts";
import { patience, startPostgres } from "../services/postgres.ts";
import { startRedis } from "../services/redis.ts";
import { describeWithServices } from "../services/required.ts";

/** Who is erased by one gateway is so for all that share the store, and in the files of its server. */

const canary = (whose: string) => `Where does the canary of ${whose} sing at night?`;

const holds = (folder: string, text: string) => Buffer.from(bytesIn(folder)).includes(text);

describeWithServices("redis-server", "X8: a tenant erased in Redis", () => {
  it("is served by no gateway, its key is gone, and its texts stand in no file of the server", async () => {
    const server = await startRedis({ args: ["--appendonly", "yes", "--rdbcompression", "no"] });
    onTestFinished(() => server.stop());
    const security = { masterKey: Buffer.alloc(32, 5).toString("base64") };
    const settings = { store: { url: server.url }, layers: { semantic: { mode: "off" } }, security };
    const origin = await runOrigin();
    const [one, other] = [await runGateway(origin, settings), await runGateway(origin, settings)];
    for (const whose of ["acme", "umbra"])
      for (const gateway of [one, other])
        await askUntilStored(gateway, question(canary(whose)), bearer(`key-of-${whose}`));
    const hit = await ask(one, question(canary("acme")), bearer("key-of-acme"));
    const tenant = decodeURIComponent(String(hit.headers["x-ai-cache-entry"]).split(":")[0] as string);
    const { status, text } = await callAdmin(one, `/tenants/${encodeURIComponent(tenant)}`, { method: "DELETE" });
    expect([status, JSON.parse(text)]).toMatchObject([200, { state: "done", removed: { answers: 1, dataKeys: 1 } }]);
    await server.admin.save();
    expect(holds(server.folder, "the canary of acme")).toBe(false);
    // What the other has in memory it looks at again when it hears of it.
    const calls = origin.calls.length;
    await eventually("the other gateway has heard of it", async () => {
      await ask(other, question(canary("acme")), bearer("key-of-acme"));
      return origin.calls.length > calls;
    });
    expect(statusOf(await ask(other, question(canary("umbra")), bearer("key-of-umbra")))).toBe("HIT");
  });
});

describeWithServices("redis-server", "X8: a user erased while another gateway did not run", () => {
  it("leaves no question in the data folder of that one when it starts again", async () => {
    const server = await startRedis();
    onTestFinished(() => server.stop());
    const settings = { store: { url: server.url }, layers: { exact: { perUser: true } } };
    const origin = await runOrigin();
    const [one, other] = [await runGateway(origin, settings), await runGateway(origin, settings)];
    const as = (user: string) => ({ ...bearer("key-of-acme"), "x-ai-user": user });
    for (const user of ["ann", "bob"]) await ask(other, question(canary(user)), as(user));
    const inFolder = () => ["ann", "bob"].filter((user) => holds(other.folder, canary(user)));
    await eventually("the questions are in its folder", () => inFolder().length === 2);
    const hit = await askUntilStored(other, question(canary("ann")), as("ann"));
    const tenant = String(hit.headers["x-ai-cache-entry"]).split(":")[0];
    await other.close();
    const { status, text } = await callAdmin(one, `/tenants/${tenant}/users/ann`, { method: "DELETE" });
    expect(status).toBe(200);
    const told = async () => (await callAdmin(one, `/erasures/${JSON.parse(text).id}`)).text;
    await eventually("the receipt says what was not reached", async () =>
      (await told()).includes("data folders of their own"),
    );
    expect(inFolder()).toEqual(["ann", "bob"]);
    const again = await runGateway(origin, settings, other.folder);
    await eventually("hers is gone", () => inFolder().length === 1);
    expect(inFolder()).toEqual(["bob"]);
    await again.close();
  });
});

describeWithServices("redis-server", "X8: values removed from Redis", () => {
  it("are in neither of its files", async () => {
    const server = await startRedis({ args: ["--appendonly", "yes", "--rdbcompression", "no"] });
    onTestFinished(() => server.stop());
    const store = redis(server.url);
    onTestFinished(() => store.close());
    const forGood = { deleteAt: Number.POSITIVE_INFINITY };
    for (const whose of ["acme", "umbra"]) await store.set(whose, "key", Buffer.from(canary(whose)), forGood);
    await server.admin.save();
    await store.delete("acme", "key");
    const found = () => ["acme", "umbra"].filter((whose) => holds(server.folder, canary(whose)));
    expect(found()).toEqual(["acme", "umbra"]);
    expect(await store.scrub()).toMatchObject({ isErased: true });
    expect(found()).toEqual(["umbra"]);
  });
});

describeWithServices("postgres", "X8: rows removed from PostgreSQL", () => {
  it("are in no file of its tables, and it is said that the log may have them", async () => {
    const server = await startPostgres();
    onTestFinished(() => server.remove());
    const [row] = await server.query("SHOW data_directory");
    const clock = new ManualClock();
    const store = postgres({ url: server.url(), clock, ...patience });
    onTestFinished(() => store.close());
    const forGood = { deleteAt: Number.POSITIVE_INFINITY };
    await store.set("acme", "removed", Buffer.from(canary("acme")), forGood);
    await store.set("acme", "dead", Buffer.from(canary("gone")), { deleteAt: clock.now() + 1 });
    await store.set("umbra", "kept", Buffer.from(canary("umbra")), forGood);
    await server.query("CHECKPOINT");
    const inTables = (whose: string) => holds(`${row?.["data_directory"]}/base`, canary(whose));
    expect(["acme", "gone", "umbra"].map(inTables)).toEqual([true, true, true]);
    await store.delete("acme", "removed");
    clock.advance(1);
    expect(await store.get("acme", ["dead"])).toEqual([undefined]);
    const scrubbed = await store.scrub();
    expect(scrubbed.notes.join(" ")).toContain("write-ahead log");
    expect(["acme", "gone", "umbra"].map(inTables)).toEqual([false, false, true]);
    expect(Buffer.from((await store.get("umbra", ["kept"]))[0] as Uint8Array).toString()).toBe(canary("umbra"));
    expect(scrubbed.notes.join(" ")).not.toContain("does not own it");
    // A role that may read and write the table, and does not own it.
    await server.query("CREATE ROLE weak LOGIN");
    await server.query("GRANT ALL ON ALL TABLES IN SCHEMA public TO public");
    const url = new URL(server.url());
    url.username = "weak";
    const weak = postgres(url.href);
    onTestFinished(() => weak.close());
    expect((await weak.scrub()).notes.join(" ")).toContain("does not own it");
  });
});
