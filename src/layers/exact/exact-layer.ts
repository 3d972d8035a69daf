import type { Clock, Random } from "../../core/clock.ts";
import { type EntryNote, sealEntry } from "../../core/entry.ts";
import { type Freshness, judgeFreshness, lifetimeOf } from "../../core/freshness.ts";
import { type Generation, Generations, removalOf } from "../../core/generations.ts";
import type { AnswerLayer, FoundEntry, Keyed, Lookup, RecordResult, RecordTicket, Source } from "../../core/layer.ts";
import { chain, isPromise } from "../../core/maybe-promise.ts";
import { OpenedEntries } from "../../core/opened-entries.ts";
import type { MissReason } from "../../core/outcome-reasons.ts";
import { type Present, readWithPresent } from "../../core/present.ts";
import type { Recording } from "../../core/recording.ts";
import type { RemovedSlots } from "../../core/removed-slots.ts";
import { namedScope, type Scope } from "../../core/scopes.ts";
import type { MaybePromise, Store } from "../../core/store.ts";
import type { TakenBack } from "../../core/taken-back.ts";
import type { Trace } from "../../core/trace.ts";
import { KnownScopes } from "./known-scopes.ts";
import { hasMoved, type ModelMark, markKey, noteModel, readMark } from "./model-watch.ts";
import { type UncertainWrite, UncertainWrites } from "./uncertain-writes.ts";

/**
 * The same call again. One look-up reads the entry (all variants of it) together with the generations it lives by;
 * when everything is in memory the answer is there in the same turn of the event loop. An entry that is damaged or
 * foreign is a miss, counted and removed; one of another wire version is a miss and left to those who can read it.
 */

export interface ExactLayerParts {
  /** `forget`: what is in memory of a key counts no more. */
  readonly store: Store & { forget?(tenant: string, key: string): void };
  /** The copies of it that are in memory; default: none but the store itself. */
  readonly copies?: Store;
  /** What all share, without copies; rejects where it cannot be asked. Default: the store itself. */
  readonly asked?: Pick<Store, "get">;
  readonly clock: Clock;
  readonly random: Random;
  readonly trace: Trace;
  /** What was removed by key here. */
  readonly removed?: RemovedSlots;
  readonly takenBack?: TakenBack;
  /** Default: some of its own. */
  readonly opened?: OpenedEntries;
}

/** What an entry is held against. */
interface Standard {
  readonly present: Present;
  /** The model that answers now, where the policy asks for it; `undefined` when nobody knows. */
  readonly model?: ModelMark | undefined;
}

export class ExactLayer implements AnswerLayer {
  readonly name = "exact";
  readonly #parts: ExactLayerParts;
  readonly #opened: OpenedEntries;
  readonly #generations: Generations;
  readonly #uncertain: UncertainWrites;
  readonly #scopes = new KnownScopes();

  constructor(parts: ExactLayerParts) {
    this.#parts = parts;
    this.#opened = parts.opened ?? new OpenedEntries();
    this.#generations = new Generations(parts.store, parts.random, parts.takenBack);
    const { store, asked = store, clock } = parts;
    this.#uncertain = new UncertainWrites({ store, asked, clock });
  }

  lookup(call: Keyed, source: Source = "store"): MaybePromise<Lookup> {
    const store = this.#from(source);
    const { tenant } = call.principal;
    const slots = slotsOf(call.key, call.variants);
    if (source === "latest") for (const slot of slots) this.#parts.store.forget?.(tenant, slot);
    const mark = markKey(call);
    const keys = mark === undefined ? slots : [...slots, mark];
    return chain(readWithPresent(store, tenant, keys, this.#scopes.of(call)), ({ values, present }) => {
      const standard: Standard = mark === undefined ? { present } : { present, model: readMark(values[slots.length]) };
      return slots.length === 1 && call.directives.variant === undefined
        ? this.#judge(call, call.key, values[0], standard)
        : this.#judgeVariants(call, slots, values, standard);
    });
  }

  async prepare(call: Keyed, source: Source = "store"): Promise<RecordTicket> {
    const createdAt = this.#parts.clock.now();
    return { createdAt, generations: await this.#generations.read(this.#watched(call), this.#from(source)) };
  }

  areCurrent(call: Keyed, before: readonly Generation[]): Promise<boolean> {
    const scopes = before.map(({ scope }) => namedScope(scope, call.principal.tenant));
    return this.#generations.areCurrent(scopes, before);
  }

  async record(
    call: Keyed,
    slot: string,
    ticket: RecordTicket,
    recording: Recording,
    protocol: string,
    question?: string,
  ): Promise<RecordResult> {
    const { clock, random, store } = this.#parts;
    const { policy, directives, principal } = call;
    const generations = await this.#generations.confirm(this.#watched(call), ticket.generations);
    if (generations === undefined) return { kind: "refused", reason: "generation_changed" };
    const ttlMs = Math.min(
      directives.ttlMs ?? policy.ttlMs * (1 - policy.ttlJitter * random.fraction()),
      policy.maxTtlMs,
    );
    const lifetime = lifetimeOf(ticket.createdAt, ttlMs, policy.staleWhileRevalidateMs, policy.staleIfErrorMs);
    if (lifetime.deleteAt <= clock.now()) return { kind: "refused", reason: "no_store" };
    const mark = markKey(call);
    const { model } = recording;
    if (mark !== undefined && model !== undefined) {
      const isPresent = await noteModel(store, principal.tenant, mark, { model, at: ticket.createdAt });
      if (!isPresent) return { kind: "refused", reason: "generation_changed" };
    }
    const removalScope = removalOf(principal.tenant, call.key);
    const removal = ticket.generations.find(({ scope }) => scope === removalScope.name)?.token;
    const sealed = sealEntry(
      {
        form: recording.form,
        lifetime,
        tenant: principal.tenant,
        generations,
        note: {
          protocol,
          model: recording.model,
          usage: recording.usage,
          tags: directives.tags,
          ...(call.personal === undefined ? {} : { personal: call.personal.kinds }),
          ...(question === undefined ? {} : { question }),
          ...provenanceOf(call),
          ...(removal === undefined || removal.length === 0 ? {} : { removal: textOf(removal) }),
        },
        body: recording.body,
      },
      slot,
    );
    const write: UncertainWrite = { tenant: principal.tenant, slot, scope: removalScope, before: removal };
    const result = await store.set(principal.tenant, slot, sealed, {
      ...(policy.priority === undefined ? {} : { priority: policy.priority }),
      deleteAt: lifetime.deleteAt,
      owner: principal,
    });
    if (result !== "stored") {
      // Given up is not undone: it may be there, or come to be.
      if (result === "overloaded") this.#uncertain.note(write);
      return { kind: "failed", result };
    }
    // A removal finds what is stored before it; what was on its way meanwhile has to look for the removal.
    if (await this.#isRemoved(write)) {
      await store.delete(principal.tenant, slot);
      return { kind: "refused", reason: "generation_changed" };
    }
    return { kind: "stored", id: slot, bytes: sealed.length };
  }

  async #isRemoved(write: UncertainWrite): Promise<boolean> {
    try {
      return await this.#uncertain.isRemoved(write);
    } catch {
      this.#uncertain.note(write);
      return false;
    }
  }

  #from(source: Source): Store {
    const { store, copies = store } = this.#parts;
    return source === "memory" ? copies : store;
  }

  /** What must not change while an answer is computed. */
  #watched(call: Keyed): readonly Scope[] {
    return [...this.#scopes.of(call).scopes, removalOf(call.principal.tenant, call.key)];
  }

  /** Fills every slot before it repeats any; then the caller's choice, or chance, picks one. */
  #judgeVariants(
    call: Keyed,
    slots: readonly string[],
    found: readonly (Uint8Array | undefined)[],
    standard: Standard,
  ): MaybePromise<Lookup> {
    const chosen = call.directives.variant;
    if (chosen !== undefined) {
      const place = chosen % slots.length;
      return chain(this.#judge(call, slots[place] as string, found[place], standard), (lookup) =>
        lookup.kind === "miss" && lookup.reason === "absent" && found.slice(0, slots.length).some(isThere)
          ? { ...lookup, reason: "variant_absent" as const }
          : lookup,
      );
    }
    return chain(all(slots.map((slot, place) => this.#judge(call, slot, found[place], standard))), (lookups) => {
      const gap = lookups.find((lookup) => lookup.kind === "miss");
      const other = lookups.find((lookup) => lookup.kind !== "miss");
      if (gap === undefined) return lookups[Math.floor(this.#parts.random.fraction() * lookups.length)] as Lookup;
      if (other === undefined) return gap;
      const reason = gap.reason === "absent" ? "variant_absent" : gap.reason;
      // Better one of the others again than the failure of an origin that cannot fill the gap.
      return { ...gap, reason, reserve: gap.reserve ?? other.found };
    });
  }

  #judge(call: Keyed, slot: string, bytes: Uint8Array | undefined, standard: Standard): MaybePromise<Lookup> {
    if (bytes === undefined) return miss("absent", slot);
    const opened = this.#opened.open(bytes, call.principal.tenant, slot);
    if (!opened.ok) return this.#reject(call, slot, opened.reason);
    const { entry } = opened;
    const { removed } = this.#parts;
    const isKept = removed?.accepts(call.principal.tenant, slot, () => tokenOf(entry.note.removal)) ?? true;
    if (!isKept) return miss("generation_changed", slot);
    const { tenant } = call.principal;
    const mayServe = this.#uncertain.has(tenant, slot) ? this.#uncertain.mayServe(tenant, slot) : true;
    const isAlive = chain(mayServe, (may) => may && standard.present.isAlive(entry));
    return chain(isAlive, (alive) => {
      const isOfAnother = "model" in standard && hasMoved(standard.model, entry.note.model, entry.lifetime.createdAt);
      if (!alive || isOfAnother) return miss("generation_changed", slot);
      return asLookup(judgeFreshness(entry.lifetime, this.#parts.clock.now(), call.directives), { entry, id: slot });
    });
  }

  #reject(call: Keyed, slot: string, reason: "corrupt" | "unknown_version" | "tenant_mismatch"): Lookup {
    if (reason === "unknown_version") return miss("corrupt", slot);
    this.#parts.trace({ type: "entry-reject", layer: this.name, reason });
    // Whether the removal works changes nothing for this call.
    const removed = this.#parts.store.delete(call.principal.tenant, slot);
    if (isPromise(removed)) removed.catch(() => {});
    return miss("corrupt", slot);
  }
}

/** Where an answer is from, for those who have to find out. */
function provenanceOf({ originId, keyId, sharing }: Keyed): Pick<EntryNote, "origin" | "by"> {
  const by = sharing?.member ?? (keyId === undefined ? undefined : `key:${keyId}`);
  return { ...(originId === undefined ? {} : { origin: originId }), ...(by === undefined ? {} : { by }) };
}

function textOf(token: Uint8Array): string {
  return Buffer.from(token).toString("base64url");
}

function tokenOf(text: string | undefined): Uint8Array | undefined {
  return text === undefined ? undefined : Buffer.from(text, "base64url");
}

function asLookup(freshness: Freshness, found: FoundEntry): Lookup {
  switch (freshness.state) {
    case "fresh":
      return { kind: "hit", found };
    case "stale":
      return { kind: "stale", found, why: freshness.why };
    case "reserve":
      return { kind: "miss", reason: freshness.reason, slot: found.id, reserve: found };
    case "dead":
      return miss(freshness.reason, found.id);
  }
}

function isThere(bytes: Uint8Array | undefined): boolean {
  return bytes !== undefined;
}

function miss(reason: MissReason, slot: string): Lookup {
  return { kind: "miss", reason, slot, reserve: undefined };
}

/** The first variant stands under the key itself, so that raising `variants` keeps what was stored before. */
function slotsOf(key: string, variants: number): readonly string[] {
  if (variants === 1) return [key];
  return Array.from({ length: variants }, (_, index) => (index === 0 ? key : `${key}.${index}`));
}

function all<T>(values: readonly MaybePromise<T>[]): MaybePromise<readonly T[]> {
  return values.some(isPromise) ? Promise.all(values) : (values as readonly T[]);
}
