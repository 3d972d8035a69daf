/**
 * What is said to the search engine of Redis (https://redis.io/docs/latest/develop/ai/search-and-query/vectors/). A
 * vector is a hash, under a key that begins with its number of dimensions; one index for each such number holds all of
 * them. A search is filtered by the digest of the space and by the time of death before the nearest are taken
 * (`(filter)=>[KNN ...]`), so vectors of others cost no place among them.
 */

import type { VectorItem } from "../core/vector-store.ts";

export type IndexKind = "hnsw" | "flat";

/** Digests in hex, which need no escaping in a query. */
export interface VectorPlace {
  readonly space: string;
  readonly tenant: string;
  readonly context: string;
  readonly id: string;
}

/** The server ends a search by itself after half a second; removing must see everything. */
const removalTimeoutMs = "10000";
/** Beyond it no date goes (ECMA-262, section 21.4.1.1); the engine's numbers have no infinity that can be stored. */
const endOfTime = 8.64e15;

export class RedisSearch {
  readonly #prefix: string;

  constructor(prefix: string) {
    this.#prefix = prefix;
  }

  indexOf(dimensions: number): string {
    return `${this.#prefix}1:${dimensions}:`;
  }

  dimensionsOf(index: string): number | undefined {
    const digits = index.startsWith(`${this.#prefix}1:`) ? index.slice(this.#prefix.length + 2, -1) : "";
    return /^[0-9]{1,5}$/.test(digits) ? Number(digits) : undefined;
  }

  keyOf(dimensions: number, { space, id }: VectorPlace): string {
    return `${this.indexOf(dimensions)}${space}:${id}`;
  }

  create(dimensions: number, kind: IndexKind): readonly string[] {
    const name = this.indexOf(dimensions);
    const vector = ["TYPE", "FLOAT32", "DIM", `${dimensions}`, "DISTANCE_METRIC", "COSINE"];
    // More are looked at than by default, for a search that misses less.
    if (kind === "hnsw") vector.push("M", "16", "EF_CONSTRUCTION", "200", "EF_RUNTIME", "100");
    return [
      ...["FT.CREATE", name, "ON", "HASH", "PREFIX", "1", name, "SCHEMA"],
      ...["space", "TAG", "tenant", "TAG", "context", "TAG", "item", "TAG"],
      ...["death", "NUMERIC", "order", "NUMERIC", "SORTABLE"],
      ...["vector", "VECTOR", kind.toUpperCase(), `${vector.length}`, ...vector],
    ];
  }

  fields(
    place: VectorPlace,
    { id, vector, note, deleteAt, marks = [] }: VectorItem,
    now: number,
  ): readonly (string | Buffer)[] {
    const { space, tenant, context, id: item } = place;
    return [
      ...["space", space, "tenant", tenant, "context", context, "item", item],
      ...["death", `${Math.min(deleteAt, endOfTime)}`, "order", `${now}`],
      ...["id", Buffer.from(id), "note", Buffer.from(note), "vector", bytesOf(vector)],
      ...["marks", marks.join(" ")],
    ];
  }

  nearest(space: string, vector: Float32Array, now: number, count: number): readonly (string | Buffer)[] {
    return [
      ...[
        "FT.SEARCH",
        this.indexOf(vector.length),
        `(@space:{${space}} @death:[(${now} inf])=>[KNN ${count} @vector $near AS distance]`,
      ],
      ...["PARAMS", "2", "near", bytesOf(vector), "SORTBY", "distance", "ASC"],
      ...["RETURN", "3", "id", "note", "distance", "LIMIT", "0", `${count}`, "DIALECT", "2"],
    ];
  }

  /** The keys that fit, at most `count`. */
  keysWhere(dimensions: number, where: string, count: number): readonly string[] {
    const what = ["FT.SEARCH", this.indexOf(dimensions), where, "NOCONTENT", "TIMEOUT", removalTimeoutMs];
    return [...what, "LIMIT", "0", `${count}`, "DIALECT", "2"];
  }

  /** Some of the keys that fit, the oldest first, with their marks. */
  marksWhere(dimensions: number, where: string, from: number, count: number): readonly string[] {
    const what = ["FT.SEARCH", this.indexOf(dimensions), where, "TIMEOUT", removalTimeoutMs, "RETURN", "1", "marks"];
    return [...what, "SORTBY", "order", "ASC", "LIMIT", `${from}`, `${count}`, "DIALECT", "2"];
  }

  oldest(dimensions: number, count: number): readonly string[] {
    const what = ["FT.SEARCH", this.indexOf(dimensions), "*", "NOCONTENT", "SORTBY", "order", "ASC"];
    return [...what, "LIMIT", "0", `${count}`, "DIALECT", "2"];
  }
}

/** Field and value by turns, as RESP2 has it, to a record. */
export function pairs(reply: unknown): Readonly<Record<string, Buffer>> {
  const list = reply as readonly Buffer[];
  const record: Record<string, Buffer> = {};
  for (let at = 0; at + 1 < list.length; at += 2) record[String(list[at])] = list[at + 1] as Buffer;
  return record;
}

function bytesOf(vector: Float32Array): Buffer {
  // A copy: the caller may change its array before the bytes have left.
  return Buffer.from(vector.slice().buffer);
}
