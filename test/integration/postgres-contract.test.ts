import { afterAll, beforeAll, expect, it } from "vitest";
import { ManualClock } from "../../src/core/clock.ts";
import { postgres } from "../../src/stores/postgres.ts";
import { listingContract } from "../../src/testing/listing-contract.ts";
import { storeContract } from "../../src/testing/store-contract.ts";
import { type PostgresUnderTest, patience, startPostgres } from "../services/postgres.ts";
import { describeWithServices } from "../services/required.ts";

describeWithServices("postgres", "postgres", () => {
  let server: PostgresUnderTest;
  beforeAll(async () => {
    server = await startPostgres();
  });
  afterAll(() => server.remove());

  const make = async () => {
    const clock = new ManualClock();
    const url = await server.freshDatabase();
    const open = async () => postgres({ url, clock, maxBytes: 16 * 1024 * 1024, ...patience });
    return { store: await open(), clock, reopen: open };
  };
  for (const { name, run } of storeContract(make)) it(`the store contract: ${name}`, run);
  for (const { name, run } of listingContract(make)) it(`the listing contract: ${name}`, run);

  it("no tenant pushes out what others have", async () => {
    const store = await postgres({ url: await server.freshDatabase(), maxBytes: 2 * 1024 * 1024, ...patience });
    const value = new Uint8Array(8_000);
    const write = (tenant: string, from: number, count: number) =>
      Promise.all(
        Array.from({ length: count }, (_, at) =>
          store.set(tenant, `k${from + at}`, value, { deleteAt: Number.POSITIVE_INFINITY }),
        ),
      );
    for (const tenant of ["a", "b", "c"]) await write(tenant, 0, 20);
    for (let at = 0; at < 600; at += 10) await write("flooding", at, 10);
    for (const tenant of ["a", "b", "c"]) {
      const keys = Array.from({ length: 20 }, (_, at) => `k${at}`);
      expect((await store.get(tenant, keys)).filter((found) => found !== undefined)).toHaveLength(20);
    }
    expect((await store.stats()).evictions).toBeGreaterThan(200);
    await store.close();
  });
});
