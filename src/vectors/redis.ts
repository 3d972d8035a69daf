/**
 * Vectors in a Redis with the search engine: Redis 8, or Redis Stack. Names of tenants and contexts are kept as digests
 * only. The time is that of the clock here: a search leaves out what is dead by it, and the server, which counts for
 * itself from the moment of the write, removes it a minute later. See redis-search.ts for what is asked.
 */

import { createHash } from "node:crypto";
import { type Clock, systemClock, systemRandom } from "../core/clock.ts";
import { StoreUnavailableError } from "../core/errors.ts";
import type { StoreFinding } from "../core/store-check.ts";
import { failedCheck } from "../core/store-check.ts";
import type {
  DeletedVectors,
  VectorItem,
  VectorMatch,
  VectorSpace,
  VectorStats,
  VectorStore,
} from "../core/vector-store.ts";
import { RedisConnection } from "../stores/redis-connection.ts";
import { readVectorsAddress } from "./redis-address.ts";
import { type IndexKind, pairs, RedisSearch, type VectorPlace } from "./redis-search.ts";
import { assertItem, assertVector } from "./vector-check.ts";

export interface RedisVectorsOptions {
  /** `redis://user:password@host:6379`, or `redis+sentinel://`; `rediss` for TLS. Database 0 only. */
  readonly url: string;
  /** What every key begins with. Default `reprise-vectors:`, or the parameter `keyPrefix` of the URL. */
  readonly keyPrefix?: string;
  /**
   * `hnsw`: a graph, fast in large contexts, approximate there; `flat`: every vector of the context is compared. An index
   * that is there already stays as it is. Default `hnsw`.
   */
  readonly index?: IndexKind;
  /** About how many vectors of one length are kept; the oldest go first. Default 1,000,000. */
  readonly maxVectors?: number;
  /** A vector with a longer note is declined. Default 64 KiB. */
  readonly maxNoteBytes?: number;
  /** Milliseconds for a connection to stand. Default 1,000. */
  readonly connectTimeoutMs?: number;
  readonly clock?: Clock;
}

export interface RedisVectors extends VectorStore {
  /** Whether the server answers and has the search engine, and what to do when not. */
  check(): Promise<readonly StoreFinding[]>;
}

/**
 * A store of vectors in Redis. Connects at once and waits for nothing; the index is made with the first vector.
 *
 * @throws InvalidOptionError for a URL that cannot be used, or without the package `ioredis`.
 * @example
 * const cache = await createCache({ vectors: redisVectors({ url: "redis://127.0.0.1:6379" }) });
 */
export function redisVectors(options: RedisVectorsOptions): RedisVectors {
  return new RedisVectorStore(options);
}

const sweepEveryMs = 60_000;
/** How much longer than by our clock the server keeps what is dead. */
const graceMs = 60_000;
const removedAtOnce = 1_000;
const idsAtOnce = 100;

class RedisVectorStore implements RedisVectors {
  readonly name = "redis";
  readonly #connection: RedisConnection;
  readonly #search: RedisSearch;
  readonly #clock: Clock;
  readonly #limits: { readonly maxVectors: number; readonly maxNoteBytes: number; readonly index: IndexKind };
  /** Numbers of dimensions whose index is known to be there. */
  readonly #made = new Set<number>();
  #sweptAt: number;
  #isClosed = false;

  constructor(options: RedisVectorsOptions) {
    const { url, clock = systemClock, index = "hnsw", maxVectors = 1_000_000, maxNoteBytes = 64 * 1024 } = options;
    const address = readVectorsAddress(url);
    this.#clock = clock;
    this.#limits = { maxVectors, maxNoteBytes, index };
    this.#search = new RedisSearch(options.keyPrefix ?? address.keyPrefix ?? "reprise-vectors:");
    this.#connection = new RedisConnection({
      ...{ address, tls: undefined, clock, random: systemRandom },
      connectTimeoutMs: options.connectTimeoutMs ?? 1_000,
    });
    this.#sweptAt = clock.monotonic();
  }

  async put(space: VectorSpace, item: VectorItem): Promise<"stored" | "declined"> {
    assertItem(space, item);
    if (item.note.byteLength > this.#limits.maxNoteBytes) return "declined";
    const now = this.#clock.now();
    const place = placeOf(space, item.id);
    const key = this.#search.keyOf(space.dimensions, place);
    const fields = this.#search.fields(place, item, now);
    await this.#makeIndex(space.dimensions);
    await this.#ask("put", async ({ client }) => {
      const writing = client.multi().call("HSET", [key, ...fields]);
      if (item.deleteAt === Number.POSITIVE_INFINITY) writing.persist(key);
      else writing.pexpire(key, Math.max(1, Math.ceil(item.deleteAt - now)) + graceMs);
      for (const [error] of (await writing.exec()) ?? []) if (error !== null) throw error;
    });
    await this.#sweep(space.dimensions);
    return "stored";
  }

  async nearest(space: VectorSpace, vector: Float32Array, count: number): Promise<readonly VectorMatch[]> {
    assertVector(space, vector);
    if (count < 1) return [];
    const command = this.#search.nearest(placeOf(space, "").space, vector, this.#clock.now(), count);
    const [, ...found] = (await this.#withIndex(space.dimensions, command)) as readonly unknown[];
    return found.flatMap((fields, at) => {
      if (at % 2 === 0) return [];
      const { id, note, distance } = pairs(fields ?? []);
      // One that died by the server's time between the search and the reading of its fields has none.
      if (id === undefined || note === undefined) return [];
      return [{ id: String(id), note: Uint8Array.from(note), similarity: 1 - Number(distance) }];
    });
  }

  async delete({ tenant, partition, ids, marks }: DeletedVectors): Promise<void> {
    if (ids?.length === 0) return;
    const scope = partition === undefined ? `@tenant:{${digest(tenant)}}` : `@context:{${digest(tenant, partition)}}`;
    if (ids === undefined && marks !== undefined) return this.#deleteMarked(scope, new Set(marks));
    const filters =
      ids === undefined
        ? [scope]
        : chunks(ids).map((some) => `${scope} @item:{${some.map((id) => digest(id)).join("|")}}`);
    for (const dimensions of await this.#indexes())
      for (const filter of filters) await this.#remove(this.#search.keysWhere(dimensions, filter, removedAtOnce));
  }

  /** Of all who share the server and the prefix. */
  async stats(): Promise<VectorStats> {
    let [vectors, bytes] = [0, 0];
    for (const dimensions of await this.#indexes()) {
      const { num_docs, vector_index_sz_mb } = pairs(
        await this.#call("stats", ["FT.INFO", this.#search.indexOf(dimensions)]),
      );
      vectors += Number(num_docs);
      // Each vector stands in its hash and in the index.
      bytes += Number(num_docs) * dimensions * Float32Array.BYTES_PER_ELEMENT + Number(vector_index_sz_mb) * 2 ** 20;
    }
    return { vectors, bytes: Math.round(bytes) };
  }

  async check(): Promise<readonly StoreFinding[]> {
    try {
      const { vectors } = await this.stats();
      return [{ detail: `${this.#connection.description} has the search engine; vectors in it: ${vectors}` }];
    } catch (error) {
      return [failedCheck(error)];
    }
  }

  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    await this.#connection.close();
  }

  async #remove(command: readonly string[]): Promise<number> {
    for (let removed = 0; ; ) {
      const [, ...keys] = (await this.#call("delete", command)) as readonly Buffer[];
      if (keys.length > 0) await this.#call("delete", ["UNLINK", ...keys]);
      removed += keys.length;
      if (keys.length < removedAtOnce) return removed;
    }
  }

  /** An index of an earlier version cannot look for marks: all of the scope are looked at. */
  async #deleteMarked(scope: string, marks: ReadonlySet<string>): Promise<void> {
    for (const dimensions of await this.#indexes()) {
      const keys: Buffer[] = [];
      for (let from = 0; ; from += removedAtOnce) {
        const command = this.#search.marksWhere(dimensions, scope, from, removedAtOnce);
        const [, ...found] = (await this.#call("delete", command)) as readonly unknown[];
        for (let at = 0; at < found.length; at += 2) {
          const { marks: borne } = pairs(found[at + 1] ?? []);
          const isHis =
            borne === undefined ||
            String(borne)
              .split(" ")
              .some((mark) => marks.has(mark));
          if (isHis) keys.push(found[at] as Buffer);
        }
        if (found.length < 2 * removedAtOnce) break;
      }
      for (let from = 0; from < keys.length; from += removedAtOnce)
        await this.#call("delete", ["UNLINK", ...keys.slice(from, from + removedAtOnce)]);
    }
  }

  /** The numbers of dimensions that have an index. */
  async #indexes(): Promise<readonly number[]> {
    const names = (await this.#call("list", ["FT._LIST"])) as readonly Buffer[];
    return names.flatMap((name) => this.#search.dimensionsOf(String(name)) ?? []);
  }

  async #makeIndex(dimensions: number): Promise<void> {
    if (this.#made.has(dimensions)) return;
    await this.#call("index", this.#search.create(dimensions, this.#limits.index)).catch((error: unknown) => {
      if (!/already exists/i.test(reasonOf(error))) throw error;
    });
    this.#made.add(dimensions);
  }

  /** Makes the index where there is none, also one that went with the server's data. */
  async #withIndex(dimensions: number, command: readonly (string | Buffer)[]): Promise<unknown> {
    try {
      return await this.#call("nearest", command);
    } catch (error) {
      if (!/no such index|unknown index|index.* not found/i.test(reasonOf(error))) throw error;
      this.#made.delete(dimensions);
      await this.#makeIndex(dimensions);
      return this.#call("nearest", command);
    }
  }

  /** Removes what is too much, once a minute. */
  async #sweep(dimensions: number): Promise<void> {
    const now = this.#clock.monotonic();
    if (now - this.#sweptAt < sweepEveryMs) return;
    this.#sweptAt = now;
    const { num_docs } = pairs(await this.#call("sweep", ["FT.INFO", this.#search.indexOf(dimensions)]));
    for (let surplus = Number(num_docs) - this.#limits.maxVectors; surplus > 0; surplus -= removedAtOnce) {
      const command = this.#search.oldest(dimensions, Math.min(surplus, removedAtOnce));
      const [, ...keys] = (await this.#call("sweep", command)) as readonly Buffer[];
      if (keys.length > 0) await this.#call("sweep", ["UNLINK", ...keys]);
    }
  }

  #call(operation: string, [name = "", ...words]: readonly (string | Buffer)[]): Promise<unknown> {
    return this.#ask(operation, ({ client }) => client.callBuffer(String(name), ...words));
  }

  async #ask<T>(operation: string, call: (connection: RedisConnection) => Promise<T>): Promise<T> {
    if (this.#isClosed) throw new StoreUnavailableError({ message: "the store of vectors is closed" });
    return this.#connection
      .ask(operation, () => call(this.#connection))
      .catch((error: unknown) => {
        if (!/unknown command/i.test(reasonOf(error))) throw error;
        throw new StoreUnavailableError({
          message: `${this.#connection.description} has no search engine, so it can keep no vectors`,
          remedy: "use Redis 8 or Redis Stack, PostgreSQL with pgvector (postgres://...), or `embedded`",
          cause: error,
        });
      });
  }
}

/** What the server said. */
function reasonOf(error: unknown): string {
  const { message = "", cause } = (error ?? {}) as { readonly message?: string; readonly cause?: { message?: string } };
  return `${message} ${cause?.message ?? ""}`;
}

/** Names joined so that those that run together stay different. */
function digest(...names: readonly (string | number)[]): string {
  return createHash("sha256").update(JSON.stringify(names)).digest("hex");
}

function placeOf({ tenant, partition, model, dimensions }: VectorSpace, id: string): VectorPlace {
  return {
    space: digest(tenant, partition, model, dimensions),
    tenant: digest(tenant),
    context: digest(tenant, partition),
    id: digest(id),
  };
}

function chunks(ids: readonly string[]): readonly (readonly string[])[] {
  return Array.from({ length: Math.ceil(ids.length / idsAtOnce) }, (_, at) =>
    ids.slice(at * idsAtOnce, (at + 1) * idsAtOnce),
  );
}
