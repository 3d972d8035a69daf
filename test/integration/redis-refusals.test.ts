import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import { inspect } from "node:util";
import { expect, onTestFinished, test } from "vitest";
import type { BusMessage } from "../../src/core/bus.ts";
import { type RedisStore, redis } from "../../src/stores/redis.ts";
import {
  asked,
  documentedAcl,
  type RedisServer,
  type RedisServerOptions,
  startRedis,
  startRedisCluster,
  startSentinel,
} from "../services/redis.ts";
import { describeWithServices } from "../services/required.ts";
import { serverFolder } from "../services/server-process.ts";

/** A server that refuses: what the store says of it, and that it says no secret. */

const forEver = { deleteAt: Number.POSITIVE_INFINITY };
const value = Buffer.from("value");

function opened(url: string, connectTimeoutMs = 10_000): RedisStore {
  const store = redis({ url, connectTimeoutMs });
  onTestFinished(() => store.close());
  return store;
}

async function serverFor(options: RedisServerOptions): Promise<RedisServer> {
  const server = await startRedis(options);
  onTestFinished(() => server.stop());
  return server;
}

const problemsOf = async (store: RedisStore) =>
  (await store.check()).filter(({ severity }) => severity === "error").map(({ detail }) => detail);

describeWithServices("redis-server", "a redis that refuses", () => {
  test("R10 NOAUTH and WRONGPASS: the credentials are the reason, and are not repeated", async () => {
    const server = await serverFor({ password: "right-hunter2" });
    for (const credentials of ["", ":wrong-hunter2@", "nobody:wrong-hunter2@"]) {
      const store = opened(`redis://${credentials}127.0.0.1:${server.port}`);
      const thrown = await store.get("tenant", ["key"]).catch((error: unknown) => error);
      expect(thrown).toMatchObject({ code: "store_unavailable", message: expect.stringContaining("credentials") });
      const findings = await store.check();
      expect(findings).toMatchObject([{ severity: "error", remedy: expect.stringContaining("user and password") }]);
      expect(inspect([thrown, findings], { depth: 10, showHidden: true })).not.toContain("hunter2");
    }
    const store = opened(`redis://:right-hunter2@127.0.0.1:${server.port}`);
    expect(await store.set("tenant", "key", value, forEver)).toBe("stored");
    expect(await problemsOf(store)).toEqual([]);
  });

  test("R10 NOPERM: the command or the keys that are lacking", async () => {
    const acl = [
      "user reader on >secret ~reprise:* +get +mget +info +ping +scan +dbsize",
      "user stranger on >secret ~other:* +@all",
    ];
    const server = await serverFor({ acl });
    const reader = opened(`redis://reader:secret@127.0.0.1:${server.port}`);
    expect(await reader.get("tenant", ["key"])).toEqual([undefined]);
    await expect(reader.set("tenant", "key", value, forEver)).rejects.toThrow("lacks the right");
    const lacking = await problemsOf(reader);
    expect(lacking.map((detail) => detail.split(" ")[0])).toEqual(["SET", "EVAL", "GETDEL", "DEL"]);
    const stranger = opened(`redis://stranger:secret@127.0.0.1:${server.port}`);
    await expect(stranger.get("tenant", ["key"])).rejects.toThrow("lacks the right");
    expect(await problemsOf(stranger)).toContain("GET fails: the user lacks the right to a command or to the keys");
  });

  test("the ACL line of the docs is enough", async () => {
    const server = await serverFor({ acl: [documentedAcl()] });
    const store = opened(`redis://reprise:secret@127.0.0.1:${server.port}`);
    expect(await problemsOf(store)).toEqual([]);
    expect(await store.set("tenant", "key", value, { deleteAt: Date.now() + 60_000 })).toBe("stored");
    expect(await store.get("tenant", ["key", "other"])).toEqual([value, undefined]);
    await server.admin.set("reprise:6:tenant:token", "damaged");
    expect(await store.add("tenant", "token", value, forEver)).toEqual(value);
    expect((await store.list({ limit: 1_000 })).items).toHaveLength(2);
    expect((await store.stats()).entries).toBe(2);
    expect(await store.delete("tenant", "key")).toBe(true);
  });

  test("the ACL line of the docs is enough for what processes share", async () => {
    const server = await serverFor({ acl: [documentedAcl()] });
    const url = `redis://reprise:secret@127.0.0.1:${server.port}`;
    const [one, other] = [opened(url), opened(url)];
    const heard: BusMessage[] = [];
    const end = one.bus?.subscribe({ heard: (message) => void heard.push(message), missed: () => undefined });
    onTestFinished(() => end?.());
    const message: BusMessage = { kind: "removed", tenant: "tenant", key: "key" };
    await asked(async () => {
      await other.bus?.publish([message]);
      return heard.length > 0;
    });
    expect(heard[0]).toEqual(message);
    const { leases } = one;
    const acquired = await leases?.acquire("key", 60_000);
    if (leases === undefined || acquired?.won !== true) throw new Error("the lease was not won");
    const { lease } = acquired;
    await leases.relay?.append(lease, [value], 60_000);
    const page = await other.leases?.relay?.read(lease, undefined);
    expect(page?.frames.map(String)).toEqual([String(value)]);
    expect(await leases.relay?.hasAudience(lease)).toBe(true);
    expect(await leases.renew(lease, 60_000)).toBe(true);
    expect(await other.leases?.holder("key")).toBe(lease.fence);
    await leases.release(lease);
    expect(await other.leases?.holder("key")).toBeUndefined();
    expect(await server.admin.acl("LOG")).toEqual([]);
  });

  test("R10 NOPERM: what processes tell each other is asked for too, where they do", async () => {
    const acl = [documentedAcl().replace("&reprise:* ", "").replace("+xadd +xrange ", "resetchannels ")];
    const server = await serverFor({ acl });
    const url = `redis://reprise:secret@127.0.0.1:${server.port}`;
    const warningsOf = async (store: RedisStore) =>
      (await store.check()).filter(({ detail }) => detail.includes("lacks the right"));
    const found = await warningsOf(opened(url));
    expect(found.map(({ detail }) => detail.split(" ")[0])).toEqual(["PUBLISH", "SUBSCRIBE", "XADD", "XRANGE"]);
    expect(new Set(found.map(({ severity }) => severity))).toEqual(new Set(["warning"]));
    const alone = redis({ url, bus: false, leases: false });
    onTestFinished(() => alone.close());
    expect(await warningsOf(alone)).toEqual([]);
    expect(await server.admin.keys("*check*")).toEqual([]);
  });

  test("R10 NOPERM: each command that the ACL line of the docs grants is missed where it is lacking", async () => {
    const server = await serverFor({ acl: [documentedAcl()] });
    const granted = documentedAcl().match(/\+[a-z|]+/g) ?? [];
    // Without these nothing is lacking: the client asks for them when it is connected, or closed, or to a Cluster.
    const spared = new Set(["+unsubscribe", "+ping", "+quit", "+select", "+cluster|slots", "+cluster|info"]);
    const silent: string[] = [];
    for (const right of granted.filter((each) => !spared.has(each))) {
      await server.admin.acl("SETUSER", "reprise", ...granted, `-${right.slice(1)}`);
      const store = redis(`redis://reprise:secret@127.0.0.1:${server.port}`);
      const found = (await store.check()).filter(({ detail }) => detail.includes("lacks the right"));
      if (found.length === 0 || found.some(({ remedy = "" }) => !remedy.includes("docs/stores.md"))) silent.push(right);
      await store.close();
    }
    expect(silent).toEqual([]);
  });

  test("R10 NOPERM: a relay that lacks a right lacks it at its first frame, before anybody hands it on", async () => {
    const server = await serverFor({ acl: [documentedAcl()] });
    for (const right of ["exists", "pexpire", "xadd"]) {
      await server.admin.acl("SETUSER", "reprise", "+exists", "+pexpire", "+xadd", `-${right}`);
      const { leases } = opened(`redis://reprise:secret@127.0.0.1:${server.port}`);
      const lease = { key: right, fence: 1 };
      await expect(leases?.relay?.append(lease, [value], 60_000)).rejects.toThrow("lacks the right");
      expect((await leases?.relay?.read(lease, undefined))?.frames).toEqual([]);
    }
  });

  test("R10 READONLY: a replica reads and says why it does not write", async () => {
    const primary = await serverFor({});
    const replica = await serverFor({ replicaOf: primary.port });
    await asked(async () => (await replica.admin.info("replication")).includes("master_link_status:up"));
    await opened(primary.url).set("tenant", "key", value, forEver);
    const store = opened(replica.url);
    await asked(async () => (await store.get("tenant", ["key"]))[0] !== undefined);
    await expect(store.set("tenant", "key", value, forEver)).rejects.toThrow("a replica and takes no writes");
    await asked(() =>
      store.get("tenant", ["key"]).then(
        () => true,
        () => false,
      ),
    );
    expect((await store.check())[0]).toMatchObject({ severity: "error", detail: expect.stringContaining("replica") });
  });

  test("R10 LOADING: a miss until the data is there, then the value", async () => {
    const first = await startRedis();
    const store = opened(first.url);
    await store.set("tenant", "key", value, forEver);
    for (let index = 0; index < 200; index++) await first.admin.set(`other${index}`, "x".repeat(2_000));
    await first.admin.save();
    first.admin.disconnect();
    await first.process.kill();
    const slowly = ["--key-load-delay", "100000", "--loading-process-events-interval-bytes", "1024"];
    const again = await serverFor({ port: first.port, folder: first.folder, args: slowly, readyLine: /Loading RDB/ });
    const other = opened(again.url, 50);
    await expect(other.get("tenant", ["key"])).rejects.toThrow("get on redis: the server is loading its data");
    expect(await other.check()).toMatchObject([{ severity: "error", detail: expect.stringContaining("loading") }]);
    // An inline command: the client would wait for the server to be ready.
    connect(again.port, "127.0.0.1").end("CONFIG SET key-load-delay 0\r\n").resume();
    for (const healing of [other, store]) {
      await asked(() =>
        healing.get("tenant", ["key"]).then(
          ([found]) => found !== undefined,
          () => false,
        ),
      );
    }
  });

  test("R10 BUSY: a script holds the server", async () => {
    const server = await serverFor({ args: ["--lua-time-limit", "1"] });
    const store = opened(server.url);
    await store.set("tenant", "key", value, forEver);
    const other = server.admin.duplicate();
    onTestFinished(() => other.disconnect());
    await other.ping();
    const script = server.admin.eval("while true do end", 0).catch(() => "killed");
    await expect(
      asked(async () => {
        await store.get("tenant", ["key"]);
        return false;
      }),
    ).rejects.toThrow("get on redis: a script keeps the server busy");
    await other.script("KILL");
    expect(await script).toBe("killed");
    expect(await store.get("tenant", ["key"])).toEqual([value]);
  });

  test("a database that is not there, or not for this user, is the reason; no other one is used", async () => {
    const server = await serverFor({ acl: ["user reprise on >secret ~reprise:* +@all -select"] });
    const cases = [
      [`redis://127.0.0.1:${server.port}/99`, "database"],
      [`redis://reprise:secret@127.0.0.1:${server.port}/1`, "lacks the right"],
    ] as const;
    for (const [url, reason] of cases) {
      const store = opened(url);
      await expect(store.set("tenant", "key", value, forEver)).rejects.toThrow(reason);
      expect(await store.check()).toMatchObject([{ severity: "error", detail: expect.stringContaining(reason) }]);
      await expect(store.set("tenant", "key", value, forEver)).rejects.toThrow();
    }
    expect(await server.admin.dbsize()).toBe(0);
  });

  test.each([
    ["speaks another protocol", (socket: Socket) => void socket.end("HTTP/1.1 400 Bad Request\r\n\r\n"), "no Redis"],
    ["says nothing", () => undefined, "says nothing"],
  ])("one that %s is told from one that loads", async (_what, answer, reason) => {
    const other = createServer((socket) => {
      socket.on("error", () => undefined).once("data", () => answer(socket));
    });
    await new Promise<void>((resolve) => other.listen(0, "127.0.0.1", resolve));
    onTestFinished(() => void other.close());
    const { port } = other.address() as AddressInfo;
    const [finding] = await opened(`redis://127.0.0.1:${port}`, 500).check();
    expect(finding).toMatchObject({ severity: "error", detail: expect.stringContaining(reason) });
  });

  test("a Cluster that was given no slots is told from one that is away", async () => {
    const folder = serverFolder("redis-slots");
    const password = "right-hunter2";
    const server = await serverFor({ folder, password, args: ["--cluster-enabled", "yes"] });
    const url = `redis+cluster://:${password}@127.0.0.1:${server.port}`;
    const findings = await opened(url).check();
    expect(findings).toMatchObject([
      { severity: "error", detail: expect.stringContaining("no slots"), remedy: expect.stringContaining("--cluster") },
    ]);
    expect(await opened(url.replace("right", "wrong")).check()).toMatchObject([
      { severity: "error", detail: expect.stringContaining("credentials") },
    ]);
    expect(JSON.stringify(findings)).not.toContain("hunter2");
  });

  test("a URL of the wrong kind is named, with the right one", async () => {
    const server = await serverFor({});
    const asCluster = opened(server.url.replace("redis:", "redis+cluster:"));
    expect(await asCluster.check()).toMatchObject([
      {
        severity: "error",
        detail: expect.stringContaining("not part of a Cluster"),
        remedy: "write redis://host:6379",
      },
    ]);
    const cluster = await startRedisCluster();
    onTestFinished(() => cluster.stop());
    const asServer = opened(cluster.nodes[0]?.url as string);
    expect(await asServer.check()).toMatchObject([
      {
        severity: "error",
        detail: expect.stringContaining("belongs to a Cluster"),
        remedy: "write redis+cluster://host:6379",
      },
    ]);
    const sentinel = await startSentinel({ sentinels: 1 });
    onTestFinished(() => sentinel.stop());
    const asPlain = opened(sentinel.sentinels[0]?.url as string);
    expect((await asPlain.check())[0]?.detail).toContain("this is a Sentinel");
    const wrongName = opened(sentinel.url.replace("mymaster", "other"));
    expect((await wrongName.check())[0]).toMatchObject({
      severity: "error",
      detail: expect.stringContaining("Sentinel"),
    });
    expect(await opened(sentinel.url).check()).toMatchObject([
      { detail: expect.stringContaining("/mymaster: Redis ") },
      { severity: "warning" },
    ]);
    expect((await opened(cluster.url).check())[0]?.detail).toMatch(/: Redis 7\S*, 3 primaries$/);
  });
});
