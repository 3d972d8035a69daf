import { sizeText } from "../core/size-text.ts";
import { failedCheck, type StoreFinding } from "../core/store-check.ts";
import type { MemcachedServer } from "./memcached-server.ts";

/** What `reprise doctor` says of Memcached servers, one finding for each. */
export function checkMemcached(servers: readonly MemcachedServer[]): Promise<readonly StoreFinding[]> {
  return Promise.all(servers.map(checkServer));
}

async function checkServer(server: MemcachedServer): Promise<StoreFinding> {
  try {
    const { connection, version, evicts } = await server.session();
    const stats = await connection.stats();
    const [bytes, limit] = ["bytes", "limit_maxbytes"].map((name) => sizeText(Number(stats.get(name) ?? 0)));
    const items = stats.get("curr_items") ?? "?";
    const detail = `memcached ${version} at ${server.name}: ${items} items, ${bytes} of ${limit}`;
    if (evicts) return { detail };
    const remedy = "Start it without -M: once it is full it refuses what is new instead of forgetting what is old.";
    return { detail, severity: "warning", remedy };
  } catch (error) {
    return failedCheck(error);
  }
}
