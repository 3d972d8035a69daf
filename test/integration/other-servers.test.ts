import { expect, onTestFinished, test } from "vitest";
import { isCheckable } from "../../src/core/store-check.ts";
import { storeFromUrl } from "../../src/stores/store-url.ts";
import { startMemcached } from "../services/memcached.ts";
import { startRedis } from "../services/redis.ts";
import { describeWithServices } from "../services/required.ts";

/** The URL of a store with the port of a server of another kind: what `reprise doctor` says of it. */

async function findingOf(url: string) {
  const store = await storeFromUrl(url, { directory: "", maxBytes: 1024 * 1024 });
  if (store === undefined || !isCheckable(store)) throw new Error("nothing to check");
  onTestFinished(async () => store.close());
  return store.check();
}

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
