import pg from "pg";
import { afterAll, beforeAll, it } from "vitest";
import { ManualClock } from "../../src/core/clock.ts";
import { vectorStoreContract } from "../../src/testing/vector-store-contract.ts";
import { pgvector } from "../../src/vectors/pgvector.ts";
import { startPgvectorServer } from "../services/pgvector-server.ts";
import type { PostgresUnderTest } from "../services/postgres.ts";
import { describeWithServices } from "../services/required.ts";

describeWithServices("postgres", "vectors in a PostgreSQL server", () => {
  let server: PostgresUnderTest;
  beforeAll(async () => {
    server = await startPgvectorServer();
  }, 300_000);
  afterAll(() => server.remove());

  const make = async () => {
    const clock = new ManualClock();
    // The suite asks a hundred things at once, and nothing here is about how long a connection is waited for.
    const pool = new pg.Pool({ connectionString: await server.freshDatabase(), max: 8 });
    const open = async () => pgvector({ pool, clock });
    return { store: await open(), clock, another: open, reopen: open, dispose: () => pool.end() };
  };
  for (const { name, run } of vectorStoreContract(make)) it(`the vector store contract: ${name}`, run);
});
