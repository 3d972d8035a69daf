import type { Principal } from "../../core/call.ts";
import type { Clock, Random } from "../../core/clock.ts";
import type { Directives } from "../../core/directives.ts";
import { type OpenedEntry, openEntry, type SealedEntry, sealEntry } from "../../core/entry.ts";
import { judgeFreshness, type Lifetime, lifetimeOf } from "../../core/freshness.ts";
import { Generations } from "../../core/generations.ts";
import type { RecordTicket, Source } from "../../core/layer.ts";
import { chain, isPromise } from "../../core/maybe-promise.ts";
import { OpenedEntries } from "../../core/opened-entries.ts";
import type { MissReason, StoreRefusal } from "../../core/outcome-reasons.ts";
import type { CallPolicy } from "../../core/policy.ts";
import { type Present, readWithPresent, ScopeReading } from "../../core/present.ts";
import type { MaybePromise, Store } from "../../core/store.ts";
import type { TakenBack } from "../../core/taken-back.ts";
import type { Trace } from "../../core/trace.ts";
import { readRecord, type VectorRecord, writeRecord } from "./vector-record.ts";

/**
 * Vectors by input. One look-up reads all of a batch together with the generations they live by. A vector does not age:
 * it is served until it is invalidated, its version label changes, or its long ttl ends.
 */

export interface EmbeddingLayerParts {
  readonly store: Store;
  /** The copies of it that are in memory; default: none but the store itself. */
  readonly copies?: Store;
  readonly clock: Clock;
  readonly random: Random;
  readonly trace: Trace;
  readonly takenBack?: TakenBack;
  /** Default: some of its own. */
  readonly opened?: OpenedEntries;
}

/** As much of a call as the layer needs. */
export interface VectorCall {
  readonly principal: Principal;
  /** The model as asked for. */
  readonly facts: { readonly model: string };
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

export class EmbeddingLayer {
  readonly name = "embedding";
  readonly #parts: EmbeddingLayerParts;
  readonly #generations: Generations;
  /** A batch that is asked for again is the same object, and its scopes need no building. */
  readonly #scopes = new WeakMap<VectorCall, ScopeReading>();
  readonly #opened: OpenedEntries;
  /** Of entries that are kept opened. */
  readonly #records = new WeakMap<SealedEntry, VectorRecord>();

  constructor(parts: EmbeddingLayerParts) {
    this.#parts = parts;
    this.#opened = parts.opened ?? new OpenedEntries();
    this.#generations = new Generations(parts.store, parts.random, parts.takenBack);
  }

  /** In the order of `slots`. The record of a vector that stays in memory is mostly the same object each time. */
  lookup(call: VectorCall, slots: readonly string[], source: Source = "store"): MaybePromise<readonly VectorLookup[]> {
    const store = this.#from(source);
    const { tenant } = call.principal;
    return chain(readWithPresent(store, tenant, slots, this.#scopesOf(call)), ({ values, present }) =>
      this.#alive(
        slots.map((slot, index) => this.#judge(call, slot, values[index], slots.length)),
        present,
      ),
    );
  }

  async prepare(call: VectorCall, source: Source = "store"): Promise<RecordTicket> {
    const createdAt = this.#parts.clock.now();
    return { createdAt, generations: await this.#generations.read(this.#scopesOf(call).scopes, this.#from(source)) };
  }

  /** Whether nothing that `call` depends on was invalidated since `before` was taken. */
  isCurrent(call: VectorCall, before: RecordTicket): Promise<boolean> {
    return this.#generations.areCurrent(this.#scopesOf(call).scopes, before.generations);
  }

  async record(
    call: VectorCall,
    ticket: RecordTicket,
    vectors: readonly NewVector[],
    protocol: string,
  ): Promise<readonly VectorWrite[] | StoreRefusal> {
    const { clock, store } = this.#parts;
    const { policy, directives, principal } = call;
    const generations = await this.#generations.confirm(this.#scopesOf(call).scopes, ticket.generations);
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
          return await store.set(principal.tenant, slot, sealEntry(entry, slot), {
            ...(policy.priority === undefined ? {} : { priority: policy.priority }),
            deleteAt: lifetime.deleteAt,
            owner: principal,
          });
        } catch {
          return "failed";
        }
      });
      written.push(...(await Promise.all(some)));
    }
    return written;
  }

  #from(source: Source): Store {
    const { store, copies = store } = this.#parts;
    return source === "memory" ? copies : store;
  }

  #judge(call: VectorCall, slot: string, bytes: Uint8Array | undefined, together: number): Opened {
    if (bytes === undefined) return miss("absent");
    const { tenant } = call.principal;
    // A large batch would push out all that others keep opened, and most of itself.
    const opened = together > mostKept ? openEntry(bytes, tenant, slot) : this.#opened.open(bytes, tenant, slot);
    if (!opened.ok && opened.reason === "unknown_version") return miss("corrupt");
    const record = this.#recordOf(opened);
    if (!opened.ok || record === undefined) {
      this.#reject(call, slot, !opened.ok && opened.reason === "tenant_mismatch" ? "tenant_mismatch" : "corrupt");
      return miss("corrupt");
    }
    const { entry } = opened;
    const freshness = judgeFreshness(entry.lifetime, this.#parts.clock.now(), call.directives);
    if (freshness.state === "dead" || freshness.state === "reserve") return miss(freshness.reason);
    return { kind: "hit", record, lifetime: entry.lifetime, entry };
  }

  #recordOf(opened: OpenedEntry): VectorRecord | undefined {
    if (!opened.ok || opened.entry.form !== "vector") return undefined;
    const known = this.#records.get(opened.entry);
    if (known !== undefined) return known;
    const record = readRecord(opened.entry.body);
    if (record !== undefined) this.#records.set(opened.entry, record);
    return record;
  }

  #scopesOf(call: VectorCall): ScopeReading {
    const known = this.#scopes.get(call);
    if (known !== undefined) return known;
    const { principal, directives, facts } = call;
    const { namespace, version, tags } = directives;
    const reading = new ScopeReading({ ...principal, namespace, version, tags, model: facts.model });
    this.#scopes.set(call, reading);
    return reading;
  }

  /** What was invalidated is a miss. */
  #alive(opened: readonly Opened[], present: Present): MaybePromise<readonly VectorLookup[]> {
    const entries = opened.flatMap((one) => (one.kind === "hit" ? [one.entry] : []));
    return chain(present.areAlive(entries), (alive) => {
      let at = 0;
      return opened.map((one) => (one.kind === "miss" || alive[at++] === true ? one : miss("generation_changed")));
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
/** Vectors of one batch that are kept opened. */
const mostKept = 64;
const noUsage = { inputTokens: 0, cachedInputTokens: 0, cacheWriteTokens: 0, outputTokens: 0, reasoningTokens: 0 };

function miss(reason: MissReason): Extract<VectorLookup, { kind: "miss" }> {
  return { kind: "miss", reason };
}
