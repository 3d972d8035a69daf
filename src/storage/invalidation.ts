import type { Bus, InvalidationMessage } from "../core/bus.ts";
import type { Clock, Random } from "../core/clock.ts";
import { withDeadline } from "../core/deadline.ts";
import type { EntryPlace } from "../core/entry-id.ts";
import { currentTokens, removalOf, renewGeneration, sameToken, scopeKey } from "../core/generations.ts";
import { RemovedSlots } from "../core/removed-slots.ts";
import { type Scope, type ScopeGroup, scopeGroup } from "../core/scopes.ts";
import type { Store } from "../core/store.ts";
import { TakenBack } from "../core/taken-back.ts";
import type { Trace } from "../core/trace.ts";
import type { TieredStore } from "../stores/tiered.ts";
import { type Invalidation, readInvalidation } from "./invalidation-wish.ts";
import type { RenewalJournal } from "./renewal-journal.ts";

/** What was taken back. */
export interface Invalidated {
  /** How many groups got a new generation; whatever was stored under the old one is dead. */
  readonly scopes: number;
  /** How many entries were removed by key, and were there. */
  readonly entries: number;
}

export interface InvalidatorParts {
  /** All tiers. `forget`: copies above the store that is shared count no more. */
  readonly store: Store & Partial<Pick<TieredStore, "forget">>;
  /** The one that is shared. */
  readonly shared: Store;
  /** The same without a guard: it may take its time to say what it held before, and rejects where it cannot. */
  readonly truth: Pick<Store, "get">;
  readonly bus: Bus | undefined;
  readonly journal: RenewalJournal;
  readonly clock: Clock;
  readonly random: Random;
  readonly trace: Trace;
}

type Renewal = Extract<InvalidationMessage, { kind: "renewed" }>;

/** How much longer than the renewal it may take to say what there was before; what comes later is noted all the same. */
const beforeMs = 100;
/** What is computed when its key is removed has this long to come to its end; what takes longer is stored after all. */
const removalMs = 15 * 60_000;

export class Invalidator {
  /** What was removed by key through this process. */
  readonly removed: RemovedSlots;
  /** What was taken back through this process, or by what it heard. */
  readonly takenBack: TakenBack;
  readonly #parts: InvalidatorParts;
  readonly #telling = new Set<Promise<void>>();

  constructor(parts: InvalidatorParts) {
    this.#parts = parts;
    this.removed = new RemovedSlots(parts.clock);
    this.takenBack = new TakenBack(parts.clock);
  }

  /**
   * Resolves when nothing that was computed before is served by this process any more; others follow as soon as they hear
   * of it, or look again at their copies in memory.
   *
   * @throws InvalidOptionError naming what is wrong with `wish`.
   * @throws StoreUnavailableError when the store did not take it, and nothing is known to be invalidated.
   */
  async invalidate(wish: Invalidation): Promise<Invalidated> {
    const { scopes, places } = readInvalidation(wish);
    // All at once, so that a store which can takes them in one round trip.
    const [renewed, removed] = await Promise.all([
      this.#renew(scopes),
      Promise.all(places.map((place) => this.#remove(place))),
    ]);
    const messages: readonly InvalidationMessage[] = [...renewed, ...places.map(removal)];
    this.#tell(messages);
    const groups: readonly (ScopeGroup | "key")[] = [
      ...scopes.map(({ name }) => scopeGroup(name)),
      ...places.map(() => "key" as const),
    ];
    this.#parts.trace({ type: "invalidation", scopes: scopes.length, entries: places.length, groups });
    return { scopes: scopes.length, entries: removed.filter(Boolean).length };
  }

  async #renew(scopes: readonly Scope[]): Promise<readonly Renewal[]> {
    const { clock, journal, truth } = this.#parts;
    if (scopes.length === 0) return [];
    // Asked first and not waited for: one connection answers in order, so this is what there was before.
    const before = (async () => currentTokens(truth, scopes))().catch(() => []);
    const tokens = await Promise.all(scopes.map((scope) => this.#renewOne(scope)));
    const renewalsAfter = (then: readonly (Uint8Array | undefined)[]) =>
      scopes.map(({ tenant, name: scope }, index): Renewal => {
        const token = tokens[index] as Uint8Array;
        // Where the connections are several, what is read first may be what is written last.
        const old = sameToken(then[index], token) ? undefined : then[index];
        return { kind: "renewed", tenant, scope, token, before: old };
      });
    const noted = before.then((then) => {
      const renewals = renewalsAfter(then);
      for (const renewal of renewals) journal.note(renewal);
      return renewals;
    });
    // It is taken back by now: nobody waits long to hear what could come to life again.
    return withDeadline(noted, beforeMs, clock, () => renewalsAfter([]));
  }

  async #remove({ tenant, slot }: EntryPlace): Promise<boolean> {
    const { store, clock, journal } = this.#parts;
    const key = keyOf(slot);
    // Whoever is computing it now must not store it afterwards; only then it is removed.
    const scope = removalOf(tenant, key);
    const deleteAt = clock.now() + removalMs;
    const token = await this.#renewOne(scope, deleteAt);
    this.removed.note(tenant, slot, key, token);
    journal.noteRemoval({ tenant, key: slot, scope: scope.name, token, deleteAt });
    return store.delete(tenant, slot);
  }

  /**
   * The store has it before memory: under a token that is not there yet nothing may be computed. The write may be given up
   * and land late, after another process has taken back what was computed meanwhile, and would bring that to life again.
   */
  async #renewOne(scope: Scope, deleteAt?: number): Promise<Uint8Array> {
    const { store, shared, random } = this.#parts;
    try {
      const token = await renewGeneration(shared, scope, random, deleteAt);
      // Of what the store did not take nothing is known here: with its first token there, that would pass for lost.
      this.takenBack.note(scope, token);
      return token;
    } finally {
      store.forget?.(scope.tenant, scopeKey(scope));
    }
  }

  /** Another process has taken it back in the store that both share. */
  heard(message: InvalidationMessage): void {
    const { tenant } = message;
    if (message.kind === "renewed") this.takenBack.note({ tenant, name: message.scope }, message.token);
    else this.removed.forget(tenant, message.key);
  }

  /** What a process with a store of its own took back: the same is taken back here, where that store is not. */
  async repeat(message: InvalidationMessage): Promise<void> {
    if (message.kind === "removed") await this.#remove({ tenant: message.tenant, slot: message.key });
    else await this.#renewOne({ tenant: message.tenant, name: message.scope });
  }

  /** Resolves when all messages are on their way, or are not going to be. */
  async close(): Promise<void> {
    await Promise.all(this.#telling);
  }

  /** The others notice without it, only later; so nobody waits for it. */
  #tell(messages: readonly InvalidationMessage[]): void {
    const { bus, trace } = this.#parts;
    if (bus === undefined || messages.length === 0) return;
    const publish = async (): Promise<void> => {
      try {
        await bus.publish(messages);
      } catch {
        trace({ type: "bus-fault", bus: bus.name, operation: "publish" });
      }
    };
    const telling = publish().finally(() => this.#telling.delete(telling));
    this.#telling.add(telling);
  }
}

function removal({ tenant, slot }: EntryPlace): InvalidationMessage {
  return { kind: "removed", tenant, key: slot };
}

/** A variant is computed under the key of the call. */
function keyOf(slot: string): string {
  return slot.split(".")[0] as string;
}
