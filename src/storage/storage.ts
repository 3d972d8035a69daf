import type { Bus, InvalidationMessage } from "../core/bus.ts";
import type { BreakerState } from "../core/circuit-breaker.ts";
import type { Clock, Random } from "../core/clock.ts";
import { scopeKey } from "../core/generations.ts";
import type { Leases } from "../core/lease.ts";
import { chain } from "../core/maybe-promise.ts";
import { scopeGroup } from "../core/scopes.ts";
import type { SharedStore } from "../core/shared-store.ts";
import type { Store } from "../core/store.ts";
import type { Trace } from "../core/trace.ts";
import { Fleet } from "../fleet/fleet.ts";
import type { Settings } from "../options.ts";
import { type GuardEvent, guarded } from "../stores/guarded.ts";
import { guardedLeases } from "../stores/guarded-leases.ts";
import { memory } from "../stores/memory.ts";
import { tiered } from "../stores/tiered.ts";
import { Invalidator } from "./invalidation.ts";
import { RenewalJournal } from "./renewal-journal.ts";
import { VerifiedStore } from "./verified-store.ts";

/** Where answers are kept, and how the processes that share them keep in step. */

export interface StorageOptions {
  readonly settings: Settings;
  /** What the tier in memory may hold. */
  readonly memoryBytes: number;
  readonly store?: SharedStore;
  /** In place of those of the store. */
  readonly bus?: Bus;
  readonly leases?: Leases;
  readonly clock: Clock;
  readonly random: Random;
  readonly trace: Trace;
}

export interface GuardedStores {
  readonly store: Store;
  /** False while its circuit breaker keeps calls away from it. */
  available(): boolean;
  breaker(): BreakerState;
}

export interface Storage {
  /** All tiers as one. */
  readonly store: Store;
  /** What of it is in memory. */
  readonly copies: Store;
  /** Each tier, for metrics. */
  readonly tiers: readonly GuardedStores[];
  /** What all share, without copies; rejects where it cannot be asked. */
  readonly asked: Pick<Store, "get">;
  /** Where what is to outlive this process is kept, without guard. */
  readonly truth: Store;
  readonly invalidator: Invalidator;
  /** `undefined` where nothing is shared with other processes. */
  readonly fleet: Fleet | undefined;
  close(): Promise<void>;
}

export function assembleStorage(options: StorageOptions): Storage {
  const front = memory({ maxBytes: options.memoryBytes, clock: options.clock });
  return options.store === undefined ? inMemory(front, options) : behindMemory(front, options.store, options);
}

/** Nothing is shared; a bus tells what others with a memory of their own took back. */
function inMemory(front: Store, { bus, clock, random, trace }: StorageOptions): Storage {
  const journal = new RenewalJournal({ store: front, clock, onLost: () => {} });
  const stores = { store: front, shared: front, truth: front };
  const invalidator = new Invalidator({ ...stores, bus, journal, clock, random, trace });
  const stopListening = bus?.subscribe({
    heard(message) {
      if (message.kind === "said") return;
      trace({ type: "invalidation-heard", group: groupOf(message) });
      void invalidator.repeat(message);
    },
    missed: () => trace({ type: "bus-fault", bus: bus.name, operation: "interrupted" }),
  });
  return {
    store: front,
    copies: front,
    asked: front,
    tiers: [unguarded(front)],
    truth: front,
    invalidator,
    fleet: undefined,
    async close() {
      stopListening?.();
      journal.close();
      await invalidator.close();
      await bus?.close();
      await front.close();
    },
  };
}

/** Copies in memory before a store that is shared, which may be slow, away, or another one than a moment ago. */
function behindMemory(front: Store, given: SharedStore, options: StorageOptions): Storage {
  const { settings, clock, random, trace } = options;
  const deadlines = { readDeadlineMs: settings.store.readDeadline, writeDeadlineMs: settings.store.writeDeadline };
  const guard = guarded(given, { clock, ...deadlines, onEvent: (event) => heard(event) });
  const journal = new RenewalJournal({
    store: given,
    clock,
    deadlineMs: settings.store.readDeadline,
    onLost(scopes) {
      trace({ type: "invalidation-lost", scopes });
      store.distrust();
    },
  });
  const verified = new VerifiedStore(guard, journal);
  const store = tiered([front, verified], { clock });
  const doubt = (): void => {
    journal.doubt();
    void journal.look();
  };
  const heard = (event: GuardEvent): void => {
    if (event.kind === "failure") {
      trace({ type: "store-fault", store: event.store, operation: event.operation, kind: event.failure });
      return;
    }
    trace({ type: "store-state", store: event.store, state: event.state });
    // Whoever answers now may not be who did before.
    if (event.state === "closed") doubt();
  };
  const { bus = given.bus, leases = given.leases } = options;
  const stopDoubting = given.onInterrupted?.(doubt);
  const stopListening = bus?.subscribe({
    heard(message) {
      if (message.kind === "said") return;
      trace({ type: "invalidation-heard", group: groupOf(message) });
      invalidator.heard(message);
      if (message.kind === "removed") return store.forget(message.tenant, message.key);
      store.forget(message.tenant, scopeKey({ name: message.scope }));
      journal.note(message);
    },
    missed() {
      trace({ type: "bus-fault", bus: bus.name, operation: "interrupted" });
      store.distrust();
      doubt();
    },
  });
  // Those of another origin may be well while the store is not.
  const available = () => leases !== given.leases || guard.available();
  const onFault = (operation: string, kind: "timeout" | "error") => trace({ type: "lease-fault", operation, kind });
  const { errorBackoff: backoffMs } = settings.coalescing;
  const invalidator = new Invalidator({ store, shared: guard, truth: given, bus, journal, clock, random, trace });
  return {
    store,
    copies: front,
    asked: {
      get: (tenant, keys) => chain(verified.getEntries(tenant, keys), (found) => found.map((entry) => entry?.value)),
    },
    tiers: [unguarded(front), { store: guard, available: () => guard.available(), breaker: () => guard.state.breaker }],
    truth: given,
    invalidator,
    fleet:
      leases &&
      new Fleet({
        leases: guardedLeases(leases, { clock, ...deadlines, onFault, available }),
        clock,
        holdMs: leaseMs,
        backoffMs,
        onRole: (role) => trace({ type: "fleet-role", role }),
      }),
    async close() {
      stopListening?.();
      stopDoubting?.();
      journal.close();
      await invalidator.close();
      await Promise.allSettled([leases?.close(), bus?.close()]);
      await store.close();
    },
  };
}

function unguarded(store: Store): GuardedStores {
  return { store, available: () => true, breaker: () => "closed" };
}

function groupOf(message: InvalidationMessage) {
  return message.kind === "removed" ? "key" : scopeGroup(message.scope);
}

/** How long a process that computes for all and is not heard of is believed to be alive. */
const leaseMs = 5_000;
