import { afterAll, beforeAll, it } from "vitest";
import { ManualClock } from "../../src/core/clock.ts";
import { postgres } from "../../src/stores/postgres.ts";
import { listingContract } from "../../src/testing/listing-contract.ts";
import { storeContract } from "../../src/testing/store-contract.ts";
import { type PostgresUnderTest, startPostgres } from "../services/postgres.ts";
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
    const open = async () => postgres({ url, clock, maxBytes: 16 * 1024 * 1024 });
    return { store: await open(), clock, reopen: open };
  };
  for (const { name, run } of storeContract(make)) it(`the store contract: ${name}`, run);
  for (const { name, run } of listingContract(make)) it(`the listing contract: ${name}`, run);
});
