import { type Packed, type PackedMap, unpacked } from "./msgpack.ts";

/**
 * What vLLM tells of its cache (vllm/distributed/kv_events.py): batches of events as MessagePack, `[time, events, rank]`, each
 * event a list that begins with its name, or, in later versions, a map with the name as `type`. Only counts are taken: its
 * blocks are of tokens and named by hashes that are seeded in the engine, ours are of characters, so that no block of one is
 * a block of the other.
 */

export type KvEvent =
  | { readonly kind: "stored"; readonly blocks: number; readonly tokens: number }
  | { readonly kind: "removed"; readonly blocks: number }
  | { readonly kind: "cleared" };

/** Engines have 8 to some hundreds of them. */
const mostTokensInBlock = 65_536;

/** Members in the order in which lists have them. */
const members: Readonly<Record<string, readonly string[]>> = {
  BlockStored: [
    "block_hashes",
    "parent_block_hash",
    "token_ids",
    "block_size",
    "lora_id",
    "medium",
    "lora_name",
    "extra_keys",
    "group_idx",
  ],
  BlockRemoved: ["block_hashes", "medium", "group_idx"],
  AllBlocksCleared: [],
};

/** Throws at what is none. Events that are not known, and those of other memories than the processor's own, are passed over. */
export function readKvEvents(bytes: Uint8Array): readonly KvEvent[] {
  const batch = unpacked(bytes);
  const events = isList(batch) ? batch[1] : isMap(batch) ? batch["events"] : undefined;
  if (!isList(events)) throw new Error("it is no batch of events");
  return events.flatMap(eventOf);
}

function eventOf(event: Packed): readonly KvEvent[] {
  const { name, fields } = named(event);
  if (name === "AllBlocksCleared") return [{ kind: "cleared" }];
  const hashes = fields["block_hashes"];
  if (!isList(hashes)) return [];
  // What is moved to the host's memory is not lost, and does not fill the processor's.
  const isElsewhere = typeof fields["medium"] === "string" && fields["medium"] !== "GPU";
  // Models with several kinds of attention tell of each block once for each kind.
  const isRepeated = (fields["group_idx"] ?? 0) !== 0;
  if (isElsewhere || isRepeated) return [];
  if (name === "BlockRemoved") return [{ kind: "removed", blocks: hashes.length }];
  const size = fields["block_size"];
  // Sums are made of it, which would never be right again after a number that is none.
  if (name !== "BlockStored" || !isBlockSize(size)) return [];
  return [{ kind: "stored", blocks: hashes.length, tokens: hashes.length * size }];
}

function named(event: Packed): { readonly name: string | undefined; readonly fields: PackedMap } {
  if (isMap(event)) return { name: typeof event["type"] === "string" ? event["type"] : undefined, fields: event };
  if (!isList(event) || typeof event[0] !== "string") return { name: undefined, fields: {} };
  const names = members[event[0]] ?? [];
  return { name: event[0], fields: Object.fromEntries(names.map((name, index) => [name, event[index + 1]])) };
}

function isBlockSize(value: Packed): value is number {
  return typeof value === "number" && Number.isSafeInteger(value) && value > 0 && value <= mostTokensInBlock;
}

function isList(value: Packed): value is readonly Packed[] {
  return Array.isArray(value);
}

function isMap(value: Packed): value is PackedMap {
  return typeof value === "object" && value !== null && !Array.isArray(value) && !(value instanceof Uint8Array);
}
