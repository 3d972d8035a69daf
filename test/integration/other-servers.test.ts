import { type AddressInfo, createServer, type Socket } from "node:net";
import { expect, onTestFinished, test } from "vitest";
import { isCheckable } from "../../src/core/store-check.ts";
import { storeFromUrl } from "../../src/stores/store-url.ts";
import { startMemcached } from "../services/memcached.ts";
import { startRedis, startSentinel } from "../services/redis.ts";
import { describeWithServices } from "../services/required.ts";
import { serverFolder } from "../services/server-process.ts";

/** The URL of a store with the port of a server of another kind: what `reprise doctor` says of it. */

async function findingOf(url: string) {
  const store = await storeFromUrl(url, { directory: "", maxBytes: 1024 * 1024 });
  if (store === undefined || !isCheckable(store)) throw new Error("nothing to check");
  onTestFinished(async () => store.close());
  return store.check();
}

async function portOf(answer: (socket: Socket) => void): Promise<number> {
  const server = createServer((socket) => answer(socket.on("error", () => undefined)));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void server.close());
  return (server.address() as AddressInfo).port;
}

const kindsOfRedis = [
  ["one server", (host: string) => `redis://${host}`],
  ["a Cluster", (host: string) => `redis+cluster://${host}`],
  ["Sentinel", (host: string) => `redis+sentinel://${host}/mymaster`],
] as const;

describeWithServices("redis-server", "an address that is not as the URL says", () => {
  test.each(kindsOfRedis)("%s: nobody, a name that is none, HTTP, silence, one that hangs up", async (_kind, urlOf) => {
    const http = await portOf((socket) => void socket.end("HTTP/1.1 400 Bad Request\r\n\r\n"));
    const silent = await portOf((socket) => void socket.resume());
    const hangsUp = await portOf((socket) => void socket.once("data", () => socket.end()));
    const cases = [
      ["127.0.0.1:1", "nobody listens at the address", "correct host and port"],
      ["no-such-host.invalid:6379", "the host's name cannot be resolved", "correct the host"],
      [`127.0.0.1:${http}`, "what answers there is no Redis", "correct host and port"],
      [`127.0.0.1:${silent}`, "the server says nothing", "correct host and port"],
      [`127.0.0.1:${hangsUp}`, "hangs up without a word", "correct host and port"],
    ] as const;
    const found = await Promise.all(cases.map(([host]) => findingOf(urlOf(host))));
    expect(found).toMatchObject(
      cases.map(([, cause, remedy]) => [
        {
          severity: "error",
          detail: expect.stringContaining(cause),
          remedy: expect.stringMatching(new RegExp(remedy, "i")),
        },
      ]),
    );
  });

  test("a Redis as Sentinel, a Sentinel as a Cluster, and a master that Sentinel does not know", async () => {
    const { primary, sentinels, url, stop } = await startSentinel({ sentinels: 1 });
    onTestFinished(stop);
    const asSentinel = await findingOf(`redis+sentinel://127.0.0.1:${primary.port}/mymaster`);
    expect(asSentinel[0]).toMatchObject({
      detail: expect.stringMatching(/is a Redis and no Sentinel$/),
      remedy: expect.stringContaining("redis://"),
    });
    const asCluster = await findingOf(`redis+cluster://127.0.0.1:${sentinels[0]?.port}`);
    expect(asCluster[0]).toMatchObject({
      detail: expect.stringMatching(/this is a Sentinel$/),
      remedy: expect.stringContaining("redis+sentinel://"),
    });
    const unknown = await findingOf(url.replace("mymaster", "other"));
    expect(unknown[0]).toMatchObject({
      detail: expect.stringMatching(/knows no master of this name$/),
      remedy: expect.stringContaining("SENTINEL MASTERS"),
    });
    const byTls = await findingOf(url.replace("redis+", "rediss+"));
    expect(byTls[0]).toMatchObject({ detail: expect.stringMatching(/speaks no TLS$/) });
    const sentinel = sentinels[0]?.admin;
    await sentinel?.call("SENTINEL", "REMOVE", "mymaster");
    await sentinel?.call("SENTINEL", "MONITOR", "mymaster", "127.0.0.1", "1", "1");
    expect((await findingOf(url))[0]?.detail).toMatch(/names a primary that cannot be reached from here$/);
    await sentinel?.call("ACL", "SETUSER", "default", "resetpass", ">hunter2");
    expect((await findingOf(url))[0]).toMatchObject({
      detail: expect.stringMatching(/the Sentinel refuses the credentials, or wants some$/),
      remedy: expect.stringContaining("sentinelPassword"),
    });
  });

  test("a Cluster whose nodes do not know their addresses", async () => {
    const folder = serverFolder("redis-alone");
    const server = await startRedis({ folder, args: ["--cluster-enabled", "yes"] });
    onTestFinished(() => server.stop());
    await server.admin.cluster("ADDSLOTSRANGE", 0, 16_383);
    expect((await findingOf(`redis+cluster://127.0.0.1:${server.port}`))[0]).toMatchObject({
      detail: expect.stringMatching(/do not know their own addresses$/),
      remedy: expect.stringContaining("cluster-announce-ip"),
    });
  });

  test("INFO that is not allowed is named", async () => {
    const server = await startRedis({ acl: ["user blind on >secret ~* &* +@all -info"] });
    onTestFinished(() => server.stop());
    expect((await findingOf(`redis://blind:secret@127.0.0.1:${server.port}`))[0]?.detail).toContain(
      "INFO fails: the user",
    );
  });

  test("an HTTP server as PostgreSQL", async () => {
    const http = await portOf(
      (socket) => void socket.once("data", () => socket.write("HTTP/1.1 400 Bad Request\r\n\r\n")),
    );
    expect(await findingOf(`postgres://127.0.0.1:${http}/cache`)).toMatchObject([
      {
        severity: "error",
        detail: expect.stringMatching(/what answers there is no PostgreSQL$/),
        remedy: "Correct host and port.",
      },
    ]);
  });
});

describeWithServices(["redis-server", "memcached"], "a server of another kind", () => {
  test("a Redis as Memcached and as PostgreSQL, with and without a password", async () => {
    for (const password of [undefined, "hunter2"]) {
      const server = await startRedis(password === undefined ? {} : { password });
      onTestFinished(() => server.stop());
      const at = `me:s3cret@127.0.0.1:${server.port}`;
      const memcached = await findingOf(`memcached://${at}`);
      expect(memcached).toMatchObject([
        {
          severity: "error",
          detail: expect.stringMatching(/is a Redis and no Memcached$/),
          remedy: "Correct host and port, or write redis://HOST:PORT.",
        },
      ]);
      const postgres = await findingOf(`postgres://${at}/cache`);
      expect(postgres).toMatchObject([
        {
          severity: "error",
          detail: expect.stringMatching(/is a Redis and no PostgreSQL$/),
          remedy: "Correct host and port, or write redis://HOST:PORT.",
        },
      ]);
      expect(JSON.stringify([memcached, postgres])).not.toContain("s3cret");
    }
  });

  test("a Memcached as PostgreSQL and as Redis", async () => {
    const server = await startMemcached();
    onTestFinished(() => server.kill());
    const { port } = server;
    expect(await findingOf(`postgres://127.0.0.1:${port}/cache`)).toMatchObject([
      { severity: "error", detail: expect.stringMatching(/is a Memcached and no PostgreSQL$/) },
    ]);
    expect(await findingOf(`redis://127.0.0.1:${port}`)).toMatchObject([
      { severity: "error", detail: expect.stringMatching(/what answers there is no Redis$/) },
    ]);
  });
});
