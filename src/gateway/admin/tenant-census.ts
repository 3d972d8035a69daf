import type { Clock } from "../../core/clock.ts";
import { withDeadline } from "../../core/deadline.ts";
import { scopeKey } from "../../core/generations.ts";
import { systemTenant, wholeTenant } from "../../core/scopes.ts";
import type { ListableStore } from "../../core/store-listing.ts";
import { nextTurn } from "../../vectors/next-turn.ts";
import { isSlot } from "./entries/kept-answer.ts";

/**
 * How much is stored for whom. No store keeps such a count, so everything is walked through, a little in each turn, when
 * somebody asks; who asks is told what is known after a moment, and the walk goes on. A count is used again for a while.
 */

export interface TenantCount {
  readonly entries: number;
  readonly bytes: number;
}

export interface Census {
  readonly tenants: ReadonlyMap<string, TenantCount>;
  /** Milliseconds since the epoch at which the walk was over. */
  readonly countedAt: number | undefined;
  readonly isComplete: boolean;
}

const token = scopeKey(wholeTenant(""));
const chunkItems = 200;
/** A store of millions is not read in whole to be counted. */
const mostItems = 200_000;
const waitMs = 500;
const keptMs = 30_000;

interface Walk {
  readonly tenants: Map<string, { entries: number; bytes: number }>;
  countedAt: number | undefined;
  isComplete: boolean;
  running: Promise<void>;
}

export class TenantCensus {
  readonly #store: ListableStore;
  readonly #clock: Clock;
  #walk: Walk | undefined;
  /** The last one that came to its end. */
  #last: Walk | undefined;

  constructor(store: ListableStore, clock: Clock) {
    this.#store = store;
    this.#clock = clock;
  }

  /** Rejects when the store cannot be listed. */
  async read(): Promise<Census> {
    const now = this.#clock.now();
    if (this.#last?.countedAt !== undefined && now - this.#last.countedAt < keptMs) return this.#last;
    this.#walk ??= this.#begin();
    const walk = this.#walk;
    await withDeadline(walk.running, waitMs, this.#clock, () => undefined);
    return walk.countedAt === undefined && this.#last !== undefined ? this.#last : walk;
  }

  /** What was counted for the tenant is not so any more. */
  forget(tenant: string): void {
    this.#last?.tenants.delete(tenant);
    this.#walk?.tenants.delete(tenant);
  }

  #begin(): Walk {
    const walk: Walk = { tenants: new Map(), countedAt: undefined, isComplete: false, running: Promise.resolve() };
    walk.running = this.#run(walk).finally(() => {
      this.#walk = undefined;
    });
    // Whoever waits hears of it.
    walk.running.catch(() => {});
    return walk;
  }

  async #run(walk: Walk): Promise<void> {
    let cursor: string | undefined;
    let items = 0;
    do {
      const page = await this.#store.list({ limit: chunkItems, ...(cursor !== undefined && { cursor }) });
      for (const { tenant, key, value } of page.items) {
        // The token is all that is left of a tenant that was erased, for a while.
        if (tenant === systemTenant || key === token) continue;
        const count = walk.tenants.get(tenant) ?? { entries: 0, bytes: 0 };
        count.bytes += key.length + value.byteLength;
        if (isSlot(key)) count.entries += 1;
        walk.tenants.set(tenant, count);
      }
      items += page.items.length;
      cursor = page.cursor;
      await nextTurn();
    } while (cursor !== undefined && items < mostItems);
    walk.isComplete = cursor === undefined;
    walk.countedAt = this.#clock.now();
    this.#last = walk;
  }
}
