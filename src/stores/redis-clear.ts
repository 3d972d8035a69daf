/**
 * Has the servers write their files afresh, so that what was deleted is in none of them: the append-only file by
 * BGREWRITEAOF, the snapshot by BGSAVE, each where the server has one
 * (https://redis.io/docs/latest/operate/oss_and_stack/management/persistence/). Both happen in a process of their own; it
 * is waited for. A server may refuse either to this user.
 */

import type { Redis } from "ioredis";
import type { Clock } from "../core/clock.ts";
import type { Cleared } from "../core/key-rows.ts";
import { sleep } from "../core/sleep.ts";
import { addressOf } from "./redis-connection.ts";
import { infoField } from "./redis-server-stats.ts";

const lookMs = 50;
const longestMs = 30_000;
const copies = "Replicas follow; backups of the servers' files were not reached.";

export async function clearRedis(servers: readonly Redis[], clock: Clock): Promise<Cleared> {
  const results = await Promise.all(servers.map((server) => clearServer(server, clock)));
  const faults = results.flatMap((fault) => fault ?? []);
  const done =
    "The key was deleted in Redis, and the append-only file and the snapshot were written afresh where there are such.";
  return faults.length === 0
    ? { isErased: true, notes: [done, copies] }
    : { isErased: false, notes: ["The key was deleted in Redis.", ...faults, copies] };
}

/** What was not done, and why; `undefined` when all was. */
async function clearServer(server: Redis, clock: Clock): Promise<string | undefined> {
  const where = addressOf(server);
  const until = clock.monotonic() + longestMs;
  const idle = async (): Promise<string> => {
    for (;;) {
      const info = await server.info("persistence");
      if (!busyFields.some((field) => infoField(info, field) === "1")) return info;
      if (clock.monotonic() > until) throw new Error(`it still writes after ${longestMs} ms`);
      await sleep(clock, lookMs);
    }
  };
  try {
    // What is written already has begun before.
    if (infoField(await idle(), "aof_enabled") === "1") {
      await server.bgrewriteaof();
      if (infoField(await idle(), "aof_last_bgrewrite_status") !== "ok") throw new Error("the append-only file failed");
    }
    await server.bgsave();
    if (infoField(await idle(), "rdb_last_bgsave_status") !== "ok") throw new Error("the snapshot failed");
    return undefined;
  } catch (error) {
    return `The server at ${where} did not write its files afresh (${(error as Error).message}); the key may be in the old ones.`;
  }
}

const busyFields = ["aof_rewrite_in_progress", "aof_rewrite_scheduled", "rdb_bgsave_in_progress"];
