import { afterAll, beforeAll, expect, onTestFinished, test } from "vitest";
import type { Store } from "../../src/core/store.ts";
import { guarded } from "../../src/stores/guarded.ts";
import { memory } from "../../src/stores/memory.ts";
import { type RedisStore, redis } from "../../src/stores/redis.ts";
import { tiered } from "../../src/stores/tiered.ts";
import {
  asked,
  clusterSettled,
  documentedAcl,
  type RedisCluster,
  type RedisServer,
  startRedisCluster,
} from "../services/redis.ts";
import { describeWithServices } from "../services/required.ts";

/** A Cluster that changes under load: slots move, a replica takes over, a primary is killed. */

const forEver = { deleteAt: Number.POSITIVE_INFINITY };
const keys = Array.from({ length: 60 }, (_, index) => `key${index}`);
const contentOf = (tenant: string, key: string): Buffer => Buffer.from(`${tenant} ${key} `.repeat(20));
/** In braces: all keys of it lie in one slot. */
const moving = "{moving}";
const nameIn = (key: string): string => `reprise:${moving.length}:${moving}:${key}`;

interface Load {
  /** Ends it and tells what callers saw. */
  readonly end: () => Promise<{ readonly calls: number; readonly rejected: number; readonly wrong: number }>;
}

/** Reads and writes one after the other until it is ended. */
function load(store: Store, tenant: string): Load {
  const seen = { calls: 0, rejected: 0, wrong: 0 };
  let isOver = false;
  const work = (async () => {
    for (let index = 0; !isOver; index++) {
      const key = keys[index % keys.length] as string;
      seen.calls += 1;
      try {
        const [value] = await store.get(tenant, [key, "absent"]);
        if (value !== undefined && Buffer.compare(value, contentOf(tenant, key)) !== 0) seen.wrong += 1;
        if (value === undefined || index % 5 === 0) await store.set(tenant, key, contentOf(tenant, key), forEver);
      } catch {
        seen.rejected += 1;
      }
      await new Promise((resolve) => setImmediate(resolve));
    }
  })();
  const end: Load["end"] = async () => {
    isOver = true;
    await work;
    return seen;
  };
  return { end };
}

describeWithServices("redis-server", "redis in a Cluster", () => {
  let cluster: RedisCluster;

  beforeAll(async () => {
    cluster = await startRedisCluster();
  });
  afterAll(() => cluster.stop());

  function opened(): { readonly store: RedisStore; readonly stack: Store } {
    const store = redis({ url: cluster.url, connectTimeoutMs: 10_000 });
    onTestFinished(() => store.close());
    return { store, stack: tiered([memory({ maxBytes: 64 * 1024 }), guarded(store)], { recheckMs: 1 }) };
  }

  async function idOf(node: RedisServer): Promise<string> {
    return String(await node.admin.cluster("MYID"));
  }

  /** The node that has the slot of the moving tenant, another primary, and the slot. */
  async function places(): Promise<{ slot: number; from: RedisServer; to: RedisServer }> {
    const slot = (await cluster.nodes[0]?.admin.cluster("KEYSLOT", nameIn("any"))) as number;
    let from: RedisServer | undefined;
    let to: RedisServer | undefined;
    for (const node of cluster.nodes) {
      const lines = String(await node.admin.cluster("NODES")).split("\n");
      const own = lines.find((line) => line.includes("myself"))?.split(" ") ?? [];
      if (!own[2]?.includes("master")) continue;
      const isOwner = own.slice(8).some((range) => {
        const [first, last = first] = range.split("-").map(Number);
        return slot >= (first as number) && slot <= (last as number);
      });
      if (isOwner) from = node;
      else to = node;
    }
    return { slot, from: from as RedisServer, to: to as RedisServer };
  }

  test("calls that were not awaited keep their order, also to nodes that are not connected yet", async () => {
    for (let round = 0; round < 5; round++) {
      const { store } = opened();
      const writes = keys.flatMap((key) => [
        store.set("order", key, Buffer.from("first"), forEver),
        store.delete("order", key),
        store.set("order", key, Buffer.from("last"), forEver),
      ]);
      await Promise.all(writes);
      for (const value of await store.get("order", keys)) expect(String(value)).toBe("last");
    }
  });

  test("the ACL line of the docs is enough, with what it says of a Cluster", async () => {
    const inCluster = ["+asking", "+readonly", "+client|setname", "+spublish", "+ssubscribe", "+sunsubscribe"];
    const rules = [...documentedAcl().split(" ").slice(2), ...inCluster];
    for (const { admin } of cluster.nodes) await admin.acl("SETUSER", "reprise", ...rules);
    const url = cluster.url.replace("://", "://reprise:secret@");
    const store = redis({ url, connectTimeoutMs: 10_000 });
    onTestFinished(() => store.close());
    expect((await store.check()).filter(({ severity }) => severity === "error")).toEqual([]);
    for (const key of keys) await store.set("acl", key, contentOf("acl", key), forEver);
    expect((await store.get("acl", keys)).every((value) => value !== undefined)).toBe(true);
    expect((await store.list({ limit: 1_000 })).items.length).toBeGreaterThan(0);
    const won = await store.leases?.acquire("key", 60_000);
    expect(won).toMatchObject({ won: true });
    await store.bus?.publish([{ kind: "removed", tenant: "acl", key: "key" }]);
    for (const { admin } of cluster.nodes) expect(await admin.acl("LOG")).toEqual([]);
  });

  test("R11 ASK and MOVED: every call of a slot that moves under load is answered, by the store alone", async () => {
    const { store, stack } = opened();
    for (const key of keys) await store.set(moving, key, contentOf(moving, key), forEver);
    const { slot, from, to } = await places();
    const loads = [load(stack, moving), load(store, moving)];
    await to.admin.cluster("SETSLOT", slot, "IMPORTING", await idOf(from));
    await from.admin.cluster("SETSLOT", slot, "MIGRATING", await idOf(to));
    const move = (some: readonly string[]) =>
      from.admin.call("MIGRATE", "127.0.0.1", to.port, "", 0, 5_000, "REPLACE", "KEYS", ...some.map(nameIn));
    await move(keys.slice(0, 30));
    expect((await store.get(moving, keys)).filter((value) => value !== undefined)).toHaveLength(keys.length);
    expect(await store.add(moving, "added on the way", Buffer.from("1"), forEver)).toEqual(Buffer.from("1"));
    expect(await store.add(moving, "added on the way", Buffer.from("2"), forEver)).toEqual(Buffer.from("1"));
    expect(await store.delete(moving, "added on the way")).toBe(true);
    await move(keys.slice(30));
    for (const node of [to, from]) await node.admin.cluster("SETSLOT", slot, "NODE", await idOf(to));
    expect((await store.get(moving, keys)).filter((value) => value !== undefined)).toHaveLength(keys.length);
    for (const one of loads) {
      const { calls, rejected, wrong } = await one.end();
      expect(calls).toBeGreaterThan(5);
      expect({ rejected, wrong }).toEqual({ rejected: 0, wrong: 0 });
    }
  });

  test("R11 a replica takes over under load: no caller sees an error, and everything is there", async () => {
    const { store, stack } = opened();
    for (const key of keys) await store.set("tenant", key, contentOf("tenant", key), forEver);
    const running = load(stack, "tenant");
    const [replica] = await replicasOf(cluster.nodes);
    await replica?.admin.cluster("FAILOVER", "TAKEOVER");
    await clusterSettled(cluster.nodes);
    await asked(async () => {
      const found = await store.get("tenant", keys).catch(() => []);
      return found.length === keys.length && found.every((value) => value !== undefined);
    });
    const { calls, ...seen } = await running.end();
    expect(calls).toBeGreaterThan(5);
    expect(seen).toEqual({ rejected: 0, wrong: 0 });
  });

  test("R11 a primary is killed under load: no caller sees an error, and writes are taken again", async () => {
    const { store, stack } = opened();
    for (const key of keys) await store.set("tenant", key, contentOf("tenant", key), forEver);
    const running = load(stack, "tenant");
    const { from } = await places();
    await from.process.kill();
    await asked(async () => {
      const written = keys.map((key) =>
        store.set("tenant", key, contentOf("tenant", key), forEver).catch(() => "lost"),
      );
      return (await Promise.all(written)).every((result) => result === "stored");
    });
    // A node that has not heard of it yet may still name the dead one to the client for a moment.
    await asked(async () => {
      const found = await store.get("tenant", keys).catch(() => []);
      return found.filter((value) => value !== undefined).length === keys.length;
    });
    const { calls, ...seen } = await running.end();
    expect(calls).toBeGreaterThan(5);
    expect(seen).toEqual({ rejected: 0, wrong: 0 });
  });

  test("R11 without a majority every look-up is a miss, and none an error", async () => {
    const { stack } = opened();
    const alive = cluster.nodes.filter(
      ({ process }) => process.child.exitCode === null && process.child.signalCode === null,
    );
    await Promise.all(alive.slice(1).map(({ process }) => process.kill()));
    for (const key of keys) {
      const [value] = await stack.get("other", [key]);
      expect(value).toBeUndefined();
      expect(await stack.set("other", key, contentOf("other", key), forEver)).toMatch(/^(stored|overloaded)$/);
    }
  });
});

async function replicasOf(nodes: readonly RedisServer[]): Promise<RedisServer[]> {
  const roles = await Promise.all(
    nodes.map(async (node) => (await node.admin.info("replication")).includes("role:slave")),
  );
  return nodes.filter((_, index) => roles[index]);
}
