import type { Redis } from "ioredis";
import type { StoreStats } from "../core/store.ts";

/** What the servers say of themselves, added up. Whatever else they keep is counted with ours: to tell it apart, all keys would have to be read. */
export async function readServerStats(primaries: readonly Redis[]): Promise<Omit<StoreStats, "corrupt">> {
  const all = await Promise.all(primaries.map(readOne));
  const sum = (of: (stats: Omit<StoreStats, "corrupt">) => number) => all.reduce((total, one) => total + of(one), 0);
  return {
    entries: sum(({ entries }) => entries),
    bytes: sum(({ bytes }) => bytes),
    capacityBytes: sum(({ capacityBytes }) => capacityBytes),
    evictions: sum(({ evictions }) => evictions),
  };
}

async function readOne(server: Redis): Promise<Omit<StoreStats, "corrupt">> {
  const [entries, memory, events] = await Promise.all([server.dbsize(), server.info("memory"), server.info("stats")]);
  const bound = countOf(infoField(memory, "maxmemory"));
  return {
    entries: countOf(entries),
    bytes: countOf(infoField(memory, "used_memory")),
    capacityBytes: bound === 0 ? Number.POSITIVE_INFINITY : bound,
    evictions: countOf(infoField(events, "evicted_keys")),
  };
}

/** Not every server tells all of them. */
function countOf(said: string | number | undefined): number {
  const count = Number(said ?? 0);
  if (Number.isFinite(count) && count >= 0) return count;
  throw new Error("the server counts in what is no number");
}

/** A line of the reply to INFO (https://redis.io/docs/latest/commands/info/). */
export function infoField(info: string, name: string): string | undefined {
  if (typeof info !== "string") return undefined;
  const start = `\n${info}`.indexOf(`\n${name}:`);
  if (start < 0) return undefined;
  return info
    .slice(start + name.length + 1)
    .split("\n", 1)[0]
    ?.trim();
}
