/**
 * Items of one server: reading, writing and removing them, in one piece or divided.
 *
 * The parts of a divided value are sent before its manifest, in one burst on one connection, so that whoever finds the
 * manifest finds the parts. They stay on the server of their item: a server that is lost takes whole values with it.
 */

import { crc32 } from "node:zlib";
import type { Random } from "../core/clock.ts";
import {
  generationLength,
  type Item,
  type ItemHead,
  itemOverhead,
  joinParts,
  openItem,
  openManifest,
  partName,
  sealItem,
  sealManifest,
} from "./memcached-item.ts";
import type { MemcachedReply } from "./memcached-reply.ts";
import type { MemcachedSession } from "./memcached-server.ts";
import { ownBytes } from "./own-bytes.ts";

/** Where an item stands, and whose it is. */
export interface ItemPlace {
  readonly name: string;
  readonly tenant: string;
  readonly key: string;
}

export interface FoundItem extends Item {
  /** Changes with every write; what a conditional write compares. */
  readonly cas: string;
}

/** `damaged`: something is there, and it is not what stands under this key in this format. */
export type Finding = FoundItem | "damaged" | undefined;

/** What an item takes on the server beside its bytes, at most: its head, its name, and what rounding to pages costs. */
const serverOverhead = 1_024;

/** `undefined` where nothing is. The body of a divided value is its manifest; see `wholeValue`. */
export async function findItem({ connection }: MemcachedSession, place: ItemPlace): Promise<Finding> {
  const { code, rest, value } = await connection.send(`mg ${place.name} c v`);
  if (code !== "VA" || value === undefined) return undefined;
  const item = openItem(value, place.tenant, place.key);
  return item === undefined ? "damaged" : { ...item, cas: rest.slice(1) };
}

/** The value of an item, `undefined` when a part of it is lost. */
export async function wholeValue(
  { connection }: MemcachedSession,
  name: string,
  item: Item,
): Promise<Uint8Array | undefined> {
  if (item.form === "whole") return ownBytes(item.body);
  const manifest = openManifest(item.body);
  const replies = await Promise.all(partNames(name, item).map((part) => connection.send(`mg ${part} v`)));
  return joinParts(
    manifest,
    replies.map(({ value }) => value),
  );
}

/**
 * Writes an item. `condition`: nothing, `ME` where nothing is there, `C` and a number where it is what was found.
 * Answers the reply to the item itself, or the first refusal of a part.
 */
export async function writeItem(
  session: MemcachedSession,
  place: ItemPlace,
  value: Uint8Array,
  head: ItemHead,
  condition: string,
  expiry: number,
  random: Random,
): Promise<MemcachedReply> {
  const { connection, maxItemBytes } = session;
  const { name, tenant, key } = place;
  const write = (to: string, bytes: Uint8Array, rest = ""): Promise<MemcachedReply> =>
    connection.send(`ms ${to} ${bytes.length} T${expiry}${rest}`, bytes);
  const flag = condition === "" ? "" : ` ${condition}`;
  const room = maxItemBytes - serverOverhead;
  if (itemOverhead(tenant, key) + value.length <= room) {
    return write(name, sealItem(tenant, key, { ...head, form: "whole", body: value }), flag);
  }
  const parts: Uint8Array[] = [];
  for (let at = 0; at < value.length; at += room) parts.push(value.subarray(at, at + room));
  const generation = random.bytes(generationLength);
  const body = sealManifest({ generation, parts: parts.length, length: value.length, checksum: crc32(value) });
  const replies = await Promise.all([
    ...parts.map((part, index) => write(partName(name, generation, index), part)),
    write(name, sealItem(tenant, key, { ...head, form: "manifest", body }), flag),
  ]);
  const refused = replies.slice(0, -1).find(({ code }) => code !== "HD");
  const outcome = replies.at(-1) as MemcachedReply;
  if (refused === undefined && outcome.code === "HD") return outcome;
  // The parts are nobody's, and an item whose parts were refused is no value.
  const names = parts.map((_, index) => partName(name, generation, index));
  await removeNames(session, outcome.code === "HD" ? [name, ...names] : names);
  return refused ?? outcome;
}

/** Removes an item with its parts; returns what was there. */
export async function removeItem(session: MemcachedSession, place: ItemPlace): Promise<Finding> {
  const [found, removed] = await Promise.all([findItem(session, place), session.connection.send(`md ${place.name}`)]);
  if (found === undefined || removed.code !== "HD") return undefined;
  if (found !== "damaged") await removeNames(session, partNames(place.name, found));
  return found;
}

function partNames(name: string, item: Item): readonly string[] {
  if (item.form === "whole") return [];
  const { generation, parts } = openManifest(item.body);
  return Array.from({ length: parts }, (_, index) => partName(name, generation, index));
}

async function removeNames({ connection }: MemcachedSession, names: readonly string[]): Promise<void> {
  await Promise.all(names.map((name) => connection.send(`md ${name}`)));
}
