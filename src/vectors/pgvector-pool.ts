import type { Pool } from "pg";
import { InvalidOptionError } from "../core/errors.ts";
import type { BuildingConnection } from "./pgvector-indexes.ts";

/** A pool of node-postgres, which is loaded when it is needed. */
export async function openPool(url: string): Promise<Pool> {
  const pg = await loadClient();
  const limits = { max: 4, connectionTimeoutMillis: 1_000, statement_timeout: 2_000, query_timeout: 2_000 };
  const pool = new pg.Pool({ connectionString: url, application_name: "reprise", ...limits, allowExitOnIdle: true });
  // A connection that is lost while idle is made anew by the next query.
  pool.on("error", () => {});
  return pool;
}

/** A connection for what takes its time. */
export async function connectOnce(url: string): Promise<BuildingConnection> {
  const pg = await loadClient();
  const client = new pg.Client({
    connectionString: url,
    application_name: "reprise",
    connectionTimeoutMillis: 1_000,
    keepAlive: true,
  });
  // A query that was under way hears of it too.
  client.on("error", () => {});
  await client.connect();
  return client;
}

async function loadClient() {
  const { default: pg } = await import("pg").catch((cause: unknown) => {
    const message = "vectors in PostgreSQL need the npm package pg, which cannot be loaded";
    throw new InvalidOptionError("vectors", {
      message,
      cause,
      remedy: "run npm install pg where reprise is installed",
    });
  });
  return pg;
}
