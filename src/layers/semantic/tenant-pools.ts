import { LRUCache } from "lru-cache";
import type { Clock } from "../../core/clock.ts";
import type { Store } from "../../core/store.ts";
import type { Deciding } from "./deciding.ts";
import { PooledMemory } from "./pooled-memory.ts";

/**
 * What the entries of each tenant have taught together. Labels come of calls: whoever has a model say the same to
 * everything makes a thousand of them in an hour that call all doubtful neighbours right. So nobody's labels move the
 * boundary of others; each tenant begins with what comes with the package.
 */

export interface Pool {
  readonly deciding: Deciding;
  readonly memory: PooledMemory;
}

export interface TenantPoolsParts {
  readonly store: Store;
  /** One that has learnt nothing yet. */
  readonly newDeciding: () => Deciding;
  /** The embedder's; scores by another one are another matter. */
  readonly model: string;
  readonly clock: Clock;
}

export class TenantPools {
  readonly #parts: TenantPoolsParts;
  /** Those that were not asked for lately are saved, and read again when they are. */
  readonly #pools = new LRUCache<string, Pool>({
    max: mostPools,
    dispose: ({ memory }, _, reason) => {
      if (reason === "evict") void memory.save();
    },
  });

  constructor(parts: TenantPoolsParts) {
    this.#parts = parts;
  }

  of(tenant: string): Pool {
    const known = this.#pools.get(tenant);
    if (known !== undefined) return known;
    const { newDeciding, ...others } = this.#parts;
    const deciding = newDeciding();
    const pool = { deciding, memory: new PooledMemory({ ...others, tenant, deciding }) };
    this.#pools.set(tenant, pool);
    return pool;
  }

  /** The tenant was erased: what it has taught is not written any more. */
  forget(tenant: string): void {
    this.#pools.delete(tenant);
  }

  /** Keeps what was learnt. */
  async save(): Promise<void> {
    await Promise.all([...this.#pools.values()].map(({ memory }) => memory.save()));
  }
}

const mostPools = 1_000;
