import { expect, it, onTestFinished } from "vitest";
import { type MemcachedStore, memcached } from "../../src/stores/memcached.ts";
import { leaseContract } from "../../src/testing/lease-contract.ts";
import { type MemcachedSettings, startMemcached } from "../services/memcached.ts";
import { describeWithServices } from "../services/required.ts";

async function start(settings: MemcachedSettings = {}) {
  const server = await startMemcached({ megabytes: 8, ...settings });
  onTestFinished(server.kill);
  return server;
}

function open(url: string): MemcachedStore {
  const store = memcached(url);
  onTestFinished(async () => store.close());
  return store;
}

async function take({ leases }: MemcachedStore, key: string, holdMs = 60_000) {
  const got = await leases?.acquire(key, holdMs);
  if (got?.won !== true) throw new Error(`${key} is taken`);
  return got.lease;
}

describeWithServices("memcached", "leases in memcached", () => {
  const leasesOf = (store: MemcachedStore) => {
    if (store.leases === undefined) throw new Error("there are none");
    return store.leases;
  };

  const make = async () => {
    const server = await startMemcached({ megabytes: 8 });
    const stores = [memcached(server.url), memcached(server.url)] as const;
    // It counts in seconds of its own, and never ends a lease early.
    const passing = (durationMs: number): Promise<void> =>
      new Promise((resolve) => void setTimeout(resolve, Math.ceil(durationMs / 1_000) * 1_000 + 2_000));
    const dispose = async (): Promise<void> => {
      for (const store of stores) store.close();
      await server.kill();
    };
    return { one: leasesOf(stores[0]), other: leasesOf(stores[1]), passing, dispose };
  };
  for (const { name, run } of leaseContract(make)) it.concurrent(name, run);

  it("have a larger fence after the server was started again and forgot all of them", async () => {
    const server = await start();
    const store = open(server.url);
    const first = await take(store, "k");
    for (let count = 0; count < 100; count += 1) await store.leases?.release(await take(store, `other ${count}`));
    // The token is counted from the second in which the server was started, which must be another one.
    await expect.poll(() => server.talk("stats\r\n", "END")).not.toMatch(/uptime [0-3]\r/);
    await server.restart();
    await expect.poll(() => store.leases?.holder("k").catch(() => "away")).toBeUndefined();
    const second = await take(store, "k");
    expect(second.fence).toBeGreaterThan(first.fence);
    expect(await store.leases?.renew(first, 60_000)).toBe(false);
    expect(await store.leases?.holder("k")).toBe(second.fence);
  });

  it("have a larger fence after they were evicted or flushed", async () => {
    const server = await start();
    const store = open(server.url);
    const first = await take(store, "k");
    await server.talk("flush_all\r\n", "OK");
    expect((await take(store, "k")).fence).toBeGreaterThan(first.fence);
    expect(await store.leases?.renew(first, 60_000)).toBe(false);
  });

  it("keep their fence over being held on to, for all who ask", async () => {
    const server = await start();
    const [one, other] = [open(server.url), open(server.url)];
    const lease = await take(one, "k");
    for (let count = 0; count < 3; count += 1) expect(await one.leases?.renew(lease, 60_000)).toBe(true);
    expect(await other.leases?.holder("k")).toBe(lease.fence);
    expect(await other.leases?.acquire("k", 60_000)).toEqual({ won: false, fence: lease.fence });
  });

  it("R6: fail, with a remedy, on a server that gives no numbers to items, and leave the store working", async () => {
    const server = await start({ args: ["-C"] });
    const store = open(server.url);
    await expect(store.leases?.acquire("k", 60_000)).rejects.toMatchObject({ remedy: "start it without -C" });
    expect(await store.set("t", "k", Buffer.from("v"), { deleteAt: Number.POSITIVE_INFINITY })).toBe("stored");
    expect(Buffer.from((await store.get("t", ["k"]))[0] ?? []).toString()).toBe("v");
  });

  it("fail at once while the server is away", async () => {
    const server = await start();
    const store = open(server.url);
    const lease = await take(store, "k");
    await server.kill();
    await expect(store.leases?.acquire("other", 60_000)).rejects.toThrow(/memcached server/);
    await expect(store.leases?.renew(lease, 60_000)).rejects.toThrow(/memcached server/);
    await expect(store.leases?.release(lease)).rejects.toThrow(/memcached server/);
    await expect(store.leases?.holder("k")).rejects.toThrow(/memcached server/);
  });
});
