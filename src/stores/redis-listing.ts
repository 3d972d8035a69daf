/**
 * Walking through what the store keeps: SCAN on one primary after the other, in the order of their addresses. SCAN
 * returns everything that is there from its beginning to its end at least once
 * (https://redis.io/docs/latest/commands/scan/, "Scan guarantees"). What a Cluster moves to another node meanwhile may
 * be missed.
 */

import type { Redis } from "ioredis";
import type { Clock } from "../core/clock.ts";
import { foreignCursor, type ListingPage, type ListingQuery, type StoredItem } from "../core/store-listing.ts";
import { addressOf, type RedisConnection } from "./redis-connection.ts";
import type { RedisKeys } from "./redis-keys.ts";
import { openValue } from "./value-envelope.ts";

/** Whose turn it is and how far it is; `0` both begins and ends a scan. */
interface Place {
  readonly server: string | undefined;
  readonly scan: string;
}

export async function listRedis(
  connection: RedisConnection,
  keys: RedisKeys,
  clock: Clock,
  { tenant, cursor, limit }: ListingQuery,
): Promise<ListingPage> {
  const primaries = connection.primaries();
  const place = readCursor(cursor);
  const server = primaries.find((one) => place.server === undefined || addressOf(one) >= place.server);
  if (server === undefined) return { items: [], cursor: undefined };
  // A server that left: the next one is read from its beginning.
  const from = place.server === undefined || addressOf(server) === place.server ? place.scan : "0";
  const count = Math.max(1, Math.floor(limit));
  const [next, names] = await server.scanBuffer(from, "MATCH", keys.pattern(tenant), "COUNT", count);
  const items = await readItems(connection, keys, clock, names);
  return { items, cursor: nextCursor(server, next.toString("latin1"), primaries) };
}

function nextCursor(server: Redis, scan: string, primaries: readonly Redis[]): string | undefined {
  if (scan !== "0") return `${addressOf(server)} ${scan}`;
  const next = primaries[primaries.indexOf(server) + 1];
  return next && `${addressOf(next)} 0`;
}

function readCursor(cursor: string | undefined): Place {
  if (cursor === undefined) return { server: undefined, scan: "0" };
  const [, server, scan] = /^(\S+) ([0-9]{1,20})$/.exec(cursor) ?? [];
  if (server !== undefined && scan !== undefined) return { server, scan };
  throw foreignCursor();
}

async function readItems(
  { client, cluster }: RedisConnection,
  keys: RedisKeys,
  clock: Clock,
  names: readonly Buffer[],
): Promise<StoredItem[]> {
  if (names.length === 0) return [];
  const all =
    cluster === undefined
      ? await client.mgetBuffer([...names])
      : await Promise.all(names.map((name) => client.getBuffer(name).catch(() => null)));
  const now = clock.now();
  return names.flatMap((name, index) => {
    const place = keys.parse(name);
    const sealed = all[index];
    if (place === undefined || sealed === null || sealed === undefined) return [];
    const opened = openValue(name.toString("utf8"), sealed);
    if (opened.kind !== "value" || opened.deleteAt <= now) return [];
    return [{ ...place, value: opened.value, deleteAt: opened.deleteAt, priority: opened.priority }];
  });
}
