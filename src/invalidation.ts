import type { Bus, BusMessage } from "./core/bus.ts";
import type { Clock, Random } from "./core/clock.ts";
import { type EntryPlace, readEntryId } from "./core/entry-id.ts";
import { InvalidOptionError } from "./core/errors.ts";
import { currentTokens, removalOf, renewGeneration } from "./core/generations.ts";
import { everything, type Scope, scopeOf, wholeTenant } from "./core/scopes.ts";
import type { Store } from "./core/store.ts";
import type { Trace } from "./core/trace.ts";
import type { RenewalJournal } from "./renewal-journal.ts";

/**
 * Takes back what was stored. Each thing named is taken back by itself: an answer that fits any of them is gone. With a
 * tenant, only what belongs to that tenant is; without one, what belongs to any.
 */
export interface Invalidation {
  /** Ids of entries, as `X-AI-Cache-Entry` and outcomes tell them. */
  readonly keys?: readonly string[];
  readonly tags?: readonly string[];
  /** Alone: everything of this tenant. With others: where they hold. */
  readonly tenant?: string;
  /** What was computed for this user. */
  readonly user?: string;
  /** The model as it was asked for. */
  readonly model?: string;
  /** `""` is the default namespace. */
  readonly namespace?: string;
  /** A version label; `""` is the absence of one. */
  readonly version?: string;
  readonly all?: boolean;
}

/** What was taken back. */
export interface Invalidated {
  /** How many groups got a new generation; whatever was stored under the old one is dead. */
  readonly scopes: number;
  /** How many entries were removed by key, and were there. */
  readonly entries: number;
}

export interface InvalidatorParts {
  /** All tiers. */
  readonly store: Store;
  /** The one that is shared. */
  readonly shared: Store;
  readonly bus: Bus | undefined;
  readonly journal: RenewalJournal;
  readonly clock: Clock;
  readonly random: Random;
  readonly trace: Trace;
}

/** What is computed when its key is removed has this long to come to its end; what takes longer is stored after all. */
const removalMs = 15 * 60_000;

export class Invalidator {
  readonly #parts: InvalidatorParts;

  constructor(parts: InvalidatorParts) {
    this.#parts = parts;
  }

  /**
   * Resolves when nothing that was computed before is served by this process any more; others follow as soon as they hear
   * of it, or look again at their copies in memory.
   *
   * @throws InvalidOptionError naming what is wrong with `wish`.
   * @throws StoreUnavailableError when the store did not take it, and nothing is known to be invalidated.
   */
  async invalidate(wish: Invalidation): Promise<Invalidated> {
    const { scopes, places } = readWish(wish);
    // All at once, so that a store which can takes them in one round trip.
    const [renewed, removed] = await Promise.all([
      this.#renew(scopes),
      Promise.all(places.map((place) => this.#remove(place))),
    ]);
    const messages: readonly BusMessage[] = [...renewed, ...places.map(removal)];
    await this.#tell(messages);
    this.#parts.trace({ type: "invalidation", scopes: scopes.length, entries: places.length });
    return { scopes: scopes.length, entries: removed.filter(Boolean).length };
  }

  async #renew(scopes: readonly Scope[]): Promise<Extract<BusMessage, { kind: "renewed" }>[]> {
    const { store, shared, random, journal } = this.#parts;
    if (scopes.length === 0) return [];
    // Asked first and not waited for: one connection answers in order, so this is what there was before.
    const before = Promise.resolve(currentTokens(shared, scopes)).catch(() => []);
    const tokens = await Promise.all(scopes.map((scope) => renewGeneration(store, scope, random)));
    const then = await before;
    const messages = scopes.map(({ tenant, name }, index) => ({
      kind: "renewed" as const,
      tenant,
      scope: name,
      token: tokens[index] as Uint8Array,
      before: then[index],
    }));
    for (const message of messages) journal.note(message);
    return messages;
  }

  async #remove({ tenant, slot }: EntryPlace): Promise<boolean> {
    const { store, random, clock } = this.#parts;
    // Whoever is computing it now must not store it afterwards; only then it is removed.
    await renewGeneration(store, removalOf(tenant, keyOf(slot)), random, clock.now() + removalMs);
    return store.delete(tenant, slot);
  }

  /** The others notice without it, only later. */
  async #tell(messages: readonly BusMessage[]): Promise<void> {
    const { bus, trace } = this.#parts;
    if (bus === undefined || messages.length === 0) return;
    try {
      await bus.publish(messages);
    } catch {
      trace({ type: "bus-fault", bus: bus.name, operation: "publish" });
    }
  }
}

function removal({ tenant, slot }: EntryPlace): BusMessage {
  return { kind: "removed", tenant, key: slot };
}

/** A variant is computed under the key of the call. */
function keyOf(slot: string): string {
  return slot.split(".")[0] as string;
}

const fields = ["keys", "tags", "tenant", "user", "model", "namespace", "version", "all"] as const;

/** What a wish means. Throws `InvalidOptionError`. */
function readWish(wish: Invalidation): { readonly scopes: readonly Scope[]; readonly places: readonly EntryPlace[] } {
  const unknown = Object.keys(wish).find((name) => !(fields as readonly string[]).includes(name));
  if (unknown !== undefined) throw wrong(unknown, `is not something to invalidate by; there are ${fields.join(", ")}`);
  const { keys = [], tags = [], tenant, all = false } = wish;
  if (typeof all !== "boolean") throw wrong("all", "must be true or false");
  const scopes: Scope[] = [];
  if (all) scopes.push(tenant === undefined ? everything : wholeTenant(textOf("tenant", tenant)));
  for (const tag of listOf("tags", tags)) {
    scopes.push(scopeOf("tag", textOf("tags", tag), tenant));
  }
  for (const kind of ["user", "model", "namespace", "version"] as const) {
    const value = wish[kind];
    if (value === undefined) continue;
    const mayBeEmpty = kind === "namespace" || kind === "version";
    scopes.push(scopeOf(kind, mayBeEmpty && value === "" ? "" : textOf(kind, value), tenant));
  }
  const places = listOf("keys", keys).map((key) => {
    const place = readEntryId(key);
    if (place === undefined) throw wrong("keys", "must be ids of entries, as X-AI-Cache-Entry tells them");
    return place;
  });
  if (scopes.length === 0 && places.length === 0) {
    if (tenant === undefined) throw wrong("all", "must be true when nothing else is named");
    scopes.push(wholeTenant(textOf("tenant", tenant)));
  }
  return { scopes, places };
}

function listOf(path: string, value: unknown): readonly string[] {
  if (!Array.isArray(value) || value.some((item) => typeof item !== "string"))
    throw wrong(path, "must be a list of texts");
  return value as readonly string[];
}

function textOf(path: string, value: unknown): string {
  if (typeof value !== "string" || value === "") throw wrong(path, "must be a text that is not empty");
  return value;
}

function wrong(path: string, rule: string): InvalidOptionError {
  return new InvalidOptionError(path, {
    message: `${path} ${rule}.`,
    remedy: 'Name what is to be invalidated, such as { tags: ["doc:42"] }, or everything by { all: true }.',
  });
}
