import type { Pool } from "pg";
import { InvalidOptionError } from "../core/errors.ts";

/** A pool of node-postgres, which is loaded when it is needed. */
export async function openPool(url: string): Promise<Pool> {
  const { default: pg } = await import("pg").catch((cause: unknown) => {
    const message = "vectors in PostgreSQL need the npm package pg, which cannot be loaded";
    throw new InvalidOptionError("vectors", {
      message,
      cause,
      remedy: "run npm install pg where reprise is installed",
    });
  });
  const limits = { max: 4, connectionTimeoutMillis: 1_000, statement_timeout: 2_000, query_timeout: 2_000 };
  const pool = new pg.Pool({ connectionString: url, application_name: "reprise", ...limits, allowExitOnIdle: true });
  // A connection that is lost while idle is made anew by the next query.
  pool.on("error", () => {});
  return pool;
}
