import { type AddressInfo, createServer } from "node:net";
import { promisify } from "node:util";
import { expect, onTestFinished, test } from "vitest";
import { guarded } from "../../src/stores/guarded.ts";
import { redis } from "../../src/stores/redis.ts";
import { asked, startSentinel } from "../services/redis.ts";
import { describeWithServices } from "../services/required.ts";

const forEver = { deleteAt: Number.POSITIVE_INFINITY };
const value = Buffer.from("value");

describeWithServices("redis-server", "redis under Sentinel", () => {
  test("R9 R11 the primary is killed: misses, no errors, and then the replica that took its place", async () => {
    const { primary, replica, url, stop } = await startSentinel();
    onTestFinished(stop);
    const store = redis({ url, connectTimeoutMs: 10_000 });
    onTestFinished(() => store.close());
    const guard = guarded(store);
    expect(await store.set("tenant", "key", value, forEver)).toBe("stored");
    await asked(async () => (await replica.admin.exists("reprise:6:tenant:key")) === 1);
    await primary.process.kill();
    let rejected = 0;
    const answers = new Set<string>();
    await asked(async () => {
      const looking = Promise.resolve(guard.get("tenant", ["key"]));
      const [found] = await looking.catch(() => {
        rejected += 1;
        return [undefined];
      });
      answers.add(found === undefined ? "miss" : Buffer.from(found).toString());
      return (await store.set("tenant", "after", value, forEver).catch(() => "lost")) === "stored";
    });
    expect(rejected).toBe(0);
    expect([...answers].every((answer) => answer === "miss" || answer === "value")).toBe(true);
    expect(await store.get("tenant", ["key", "after"])).toEqual([value, value]);
    expect(await replica.admin.exists("reprise:6:tenant:after")).toBe(1);
  });

  test("R11 a Sentinel that says nothing holds nobody up: the next one is asked, and nothing stays open", async () => {
    const { sentinels, stop } = await startSentinel({ sentinels: 1 });
    onTestFinished(stop);
    const silent = createServer((socket) => void socket.on("error", () => undefined).resume());
    await new Promise<void>((resolve) => silent.listen(0, "127.0.0.1", resolve));
    onTestFinished(() => void silent.close());
    const { port } = silent.address() as AddressInfo;
    const open = promisify(silent.getConnections.bind(silent));
    const url = `redis+sentinel://127.0.0.1:${port},127.0.0.1:${sentinels[0]?.port}/mymaster`;
    const store = redis({ url, connectTimeoutMs: 500 });
    await asked(async () => (await store.set("tenant", "key", value, forEver).catch(() => "lost")) === "stored");
    await store.close();
    await expect.poll(() => open(), { timeout: 10_000 }).toBe(0);
    const alone = redis({ url: `redis+sentinel://127.0.0.1:${port}/mymaster`, connectTimeoutMs: 500 });
    expect((await alone.check())[0]?.severity).toBe("error");
    await alone.close();
    await expect.poll(() => open(), { timeout: 10_000 }).toBe(0);
  });
});
