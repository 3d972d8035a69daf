import { afterAll, beforeAll } from "vitest";
import { postgres } from "../../src/stores/postgres.ts";
import { type PostgresUnderTest, patience, startPostgres } from "../services/postgres.ts";
import { describeWithServices } from "../services/required.ts";
import { describeFleet } from "../topology/fleet-cases.ts";
import type { Ending } from "../topology/fleet-harness.ts";
import { patientClock } from "../topology/patient-clock.ts";

/** Several nodes over a real PostgreSQL, in real time. */

describeWithServices("postgres", "a fleet over PostgreSQL", () => {
  let server: PostgresUnderTest;
  beforeAll(async () => {
    server = await startPostgres();
  });
  afterAll(() => server.remove());

  const share = async (count: number, whenOver: Ending) => {
    const url = await server.freshDatabase();
    const stores = Array.from({ length: count }, () => postgres({ url, maxConnections: 4, ...patience }));
    whenOver(async () => void (await Promise.all(stores.map((store) => store.close()))));
    return { stores, clock: undefined, options: { clock: patientClock } };
  };
  describeFleet("a PostgreSQL", share, { lacks: ["relay"] });
});
