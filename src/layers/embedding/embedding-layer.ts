import type { Principal } from "../../core/call.ts";
import type { Clock, Random } from "../../core/clock.ts";
import type { Directives } from "../../core/directives.ts";
import { openEntry, type SealedEntry, sealEntry } from "../../core/entry.ts";
import { judgeFreshness, type Lifetime, lifetimeOf } from "../../core/freshness.ts";
import { Generations, isSucceededBy, sameToken, scopeKeys, scopesOf, systemTenant } from "../../core/generations.ts";
import type { RecordTicket } from "../../core/layer.ts";
import { chain, isPromise } from "../../core/maybe-promise.ts";
import type { MissReason, StoreRefusal } from "../../core/outcome-reasons.ts";
import type { CallPolicy } from "../../core/policy.ts";
import type { MaybePromise, Store } from "../../core/store.ts";
import type { Trace } from "../../core/trace.ts";
import { readRecord, type VectorRecord, writeRecord } from "./vector-record.ts";

/**
 * Vectors by input. One look-up reads all of a batch together with the generations they live by. A vector does not age:
 * it is served until it is invalidated, its version label changes, or its long ttl ends.
 */

export interface EmbeddingLayerParts {
  readonly store: Store;
  readonly clock: Clock;
  readonly random: Random;
  readonly trace: Trace;
}

/** As much of a call as the layer needs. */
export interface VectorCall {
  readonly principal: Principal;
  readonly directives: Directives;
  readonly policy: CallPolicy;
}

export type VectorLookup =
  | { readonly kind: "hit"; readonly record: VectorRecord; readonly lifetime: Lifetime }
  | { readonly kind: "miss"; readonly reason: MissReason };

export interface NewVector {
  readonly slot: string;
  readonly record: VectorRecord;
}

export type VectorWrite = "stored" | "declined" | "overloaded" | "failed";

const [allKey] = scopeKeys(scopesOf(systemTenant, "", [])) as [string];
/** Every entry belongs to everything, its tenant and its namespace; what comes behind are tags. */
const commonScopes = 3;

export class EmbeddingLayer {
  readonly name = "embedding";
  readonly #parts: EmbeddingLayerParts;
  readonly #generations: Generations;

  constructor(parts: EmbeddingLayerParts) {
    this.#parts = parts;
    this.#generations = new Generations(parts.store, parts.random);
  }

  /** In the order of `slots`. */
  lookup(call: VectorCall, slots: readonly string[]): MaybePromise<readonly VectorLookup[]> {
    const { store } = this.#parts;
    const { tenant } = call.principal;
    const keys = [...slots, "g:tenant", `g:namespace:${call.directives.namespace}`];
    return chain(store.get(tenant, keys), (found) =>
      chain(store.get(systemTenant, [allKey]), ([all]) => {
        const tokens = [all, found[slots.length], found[slots.length + 1]];
        const opened = slots.map((slot, index) => this.#open(call, slot, found[index], tokens));
        return this.#withTags(tenant, opened);
      }),
    );
  }

  async prepare(call: VectorCall): Promise<RecordTicket> {
    const createdAt = this.#parts.clock.now();
    return { createdAt, generations: await this.#generations.read(scopesFor(call)) };
  }

  /** Whether nothing that `call` depends on was invalidated since `before` was taken. */
  async isCurrent(call: VectorCall, before: RecordTicket): Promise<boolean> {
    const now = await this.#generations.read(scopesFor(call));
    return before.generations.every((generation, index) => {
      const token = now[index]?.token;
      return token !== undefined && isSucceededBy(generation, token);
    });
  }

  async record(
    call: VectorCall,
    ticket: RecordTicket,
    vectors: readonly NewVector[],
    protocol: string,
  ): Promise<readonly VectorWrite[] | StoreRefusal> {
    const { clock, store } = this.#parts;
    const { policy, directives, principal } = call;
    const generations = await this.#generations.confirm(scopesFor(call), ticket.generations);
    if (generations === undefined) return "generation_changed";
    const ttlMs = Math.min(directives.ttlMs ?? policy.ttlMs, policy.ttlMs);
    const lifetime = lifetimeOf(ticket.createdAt, ttlMs, 0, 0);
    if (lifetime.deleteAt <= clock.now()) return "no_store";
    const written: VectorWrite[] = [];
    // A few at a time, so that a large batch does not crowd everybody else out of the store's queue.
    for (let from = 0; from < vectors.length; from += writesAtOnce) {
      const some = vectors.slice(from, from + writesAtOnce).map(async ({ slot, record }): Promise<VectorWrite> => {
        const { model, tokens } = record;
        const usage = tokens === undefined ? undefined : { ...noUsage, inputTokens: tokens };
        const note = { protocol, model, usage, tags: directives.tags };
        const body = writeRecord(record);
        const entry = { form: "vector", lifetime, tenant: principal.tenant, generations, note, body } as const;
        try {
          return await store.set(principal.tenant, slot, sealEntry(entry, slot), { deleteAt: lifetime.deleteAt });
        } catch {
          return "failed";
        }
      });
      written.push(...(await Promise.all(some)));
    }
    return written;
  }

  #open(
    call: VectorCall,
    slot: string,
    bytes: Uint8Array | undefined,
    tokens: readonly (Uint8Array | undefined)[],
  ): Opened {
    if (bytes === undefined) return miss("absent");
    const opened = openEntry(bytes, call.principal.tenant, slot);
    if (!opened.ok && opened.reason === "unknown_version") return miss("corrupt");
    const record = opened.ok && opened.entry.form === "vector" ? readRecord(opened.entry.body) : undefined;
    if (!opened.ok || record === undefined) {
      this.#reject(call, slot, !opened.ok && opened.reason === "tenant_mismatch" ? "tenant_mismatch" : "corrupt");
      return miss("corrupt");
    }
    const { entry } = opened;
    if (!entry.hasTokens(tokens)) return miss("generation_changed");
    const freshness = judgeFreshness(entry.lifetime, this.#parts.clock.now(), call.directives);
    if (freshness.state === "stale") return { kind: "hit", record, lifetime: entry.lifetime, entry };
    if (freshness.state !== "fresh") return miss(freshness.reason);
    return { kind: "hit", record, lifetime: entry.lifetime, entry };
  }

  /** Vectors with tags live by those too; one more round trip for all of them together, and none where there are none. */
  #withTags(tenant: string, opened: readonly Opened[]): MaybePromise<readonly VectorLookup[]> {
    const names = new Set<string>();
    for (const one of opened) {
      if (one.kind === "miss" || one.entry.generationCount === commonScopes) continue;
      for (const { scope } of one.entry.generations.slice(commonScopes)) names.add(scope);
    }
    if (names.size === 0) return opened;
    const scopes = [...names].map((name) => ({ tenant, name }));
    return chain(this.#parts.store.get(tenant, scopeKeys(scopes)), (tokens) => {
      const current = new Map(scopes.map(({ name }, index) => [name, tokens[index]]));
      return opened.map((one) => {
        if (one.kind === "miss" || one.entry.generationCount === commonScopes) return one;
        const tags = one.entry.generations.slice(commonScopes);
        const alive = tags.every((tag) => sameToken(current.get(tag.scope), tag.token));
        return alive ? one : miss("generation_changed");
      });
    });
  }

  #reject(call: VectorCall, slot: string, reason: "corrupt" | "tenant_mismatch"): void {
    this.#parts.trace({ type: "entry-reject", layer: this.name, reason });
    // Whether the removal works changes nothing for this call.
    const removed = this.#parts.store.delete(call.principal.tenant, slot);
    if (isPromise(removed)) removed.catch(() => {});
  }
}

type Opened =
  | { readonly kind: "hit"; readonly record: VectorRecord; readonly lifetime: Lifetime; readonly entry: SealedEntry }
  | Extract<VectorLookup, { kind: "miss" }>;

const writesAtOnce = 64;
const noUsage = { inputTokens: 0, cachedInputTokens: 0, cacheWriteTokens: 0, outputTokens: 0, reasoningTokens: 0 };

function miss(reason: MissReason): Extract<VectorLookup, { kind: "miss" }> {
  return { kind: "miss", reason };
}

function scopesFor(call: VectorCall) {
  return scopesOf(call.principal.tenant, call.directives.namespace, call.directives.tags);
}
