import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { ManualClock, systemClock } from "../../src/core/clock.ts";
import { createCache } from "../../src/index.ts";
import { sqlite } from "../../src/stores/sqlite.ts";
import { storeFromUrl } from "../../src/stores/store-url.ts";
import { runCommand } from "../e2e/gateway-process.ts";
import { temporaryFolder } from "../e2e/running-gateway.ts";
import { startPostgres } from "../services/postgres.ts";
import { startRedis } from "../services/redis.ts";
import { describeWithServices } from "../services/required.ts";

/** Vectors out of an embedded store, into one that several machines share, and out of it again. */

const texts = Array.from({ length: 500 }, (_, index) => `text ${index}`);
const maxBytes = 256 * 1024 * 1024;

async function redisUrl(): Promise<string> {
  const server = await startRedis();
  onTestFinished(() => server.stop());
  return server.url;
}

async function postgresUrl(): Promise<string> {
  const server = await startPostgres();
  onTestFinished(() => server.remove());
  return server.freshDatabase();
}

async function movesVectors(url: string): Promise<void> {
  const folder = temporaryFolder();
  const clock = new ManualClock(systemClock.now() - 1_000);
  let computed = 0;
  const vectorsFrom = async (store: ReturnType<typeof sqlite> | Awaited<ReturnType<typeof storeFromUrl>>) => {
    const cache = await createCache({ ...(store && { store }), clock });
    const embed = cache.embeddings(
      (some) => {
        computed += some.length;
        return some.map((text) => [text.length, Number(text.slice(5)), 0.1]);
      },
      { model: "local" },
    );
    const vectors = await embed(texts);
    await cache.close();
    return vectors;
  };
  const original = await vectorsFrom(sqlite(join(folder, "data")));
  const file = join(folder, "x.parquet");
  const run = async (...args: string[]) => {
    const { code, stdout, stderr } = await runCommand(["embeddings", ...args, "--json"]);
    expect([code, stderr]).toEqual([0, ""]);
    return JSON.parse(stdout);
  };
  await run("export", file, "--data", join(folder, "data"));
  expect(await run("import", file, "--store", url)).toMatchObject({ imported: 500, kept: 0 });
  expect(await run("import", file, "--store", url)).toMatchObject({ imported: 0, kept: 500 });
  computed = 0;
  const shared = await storeFromUrl(url, { directory: folder, maxBytes });
  expect(await vectorsFrom(shared)).toEqual(original);
  expect(computed).toBe(0);
  expect(await run("export", file, "--store", url)).toMatchObject({ vectors: 500, tenants: ["library"] });
}

describeWithServices("redis-server", "vectors in Redis", () => {
  test("import, no vector is computed again, export", async () => movesVectors(await redisUrl()));
});

describeWithServices("postgres", "vectors in PostgreSQL", () => {
  test("import, no vector is computed again, export", async () => movesVectors(await postgresUrl()));
});
