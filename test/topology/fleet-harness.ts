import { onTestFinished, type TestContext } from "vitest";
import { MemoryBusHub } from "../../src/buses/memory.ts";
import { type Cache, type CacheOptions, createCache } from "../../src/cache.ts";
import type { Bus } from "../../src/core/bus.ts";
import { ManualClock } from "../../src/core/clock.ts";
import type { Lease, Leases } from "../../src/core/lease.ts";
import type { SharedStore } from "../../src/core/shared-store.ts";
import type { Store } from "../../src/core/store.ts";
import type { TraceEvent } from "../../src/core/trace.ts";
import { memory } from "../../src/stores/memory.ts";
import { MemoryLeases } from "../../src/stores/memory-leases.ts";
import { type ScriptedOrigin, startScriptedOrigin } from "../../src/testing/scripted-origin.ts";
import { type AskInit, asking, type Reading, readResponse, seededRandom, turns, until } from "./cache-harness.ts";

/** Several caches, as in several processes, that share one store. */

export interface Node {
  readonly cache: Cache;
  readonly events: TraceEvent[];
  ask(body?: object, init?: AskInit): Promise<Response>;
  read(body?: object, init?: AskInit): Promise<Reading>;
  eventsOf<Type extends TraceEvent["type"]>(type: Type): Extract<TraceEvent, { type: Type }>[];
  /** From now on nothing that this node does reaches the others. */
  cutOff(): void;
}

export interface FleetHarness {
  readonly origin: ScriptedOrigin;
  readonly nodes: readonly [Node, Node, ...Node[]];
  /** Lets time pass for all nodes and for what they share. */
  passing(durationMs: number): Promise<void>;
}

/** What the nodes share: one view of it for each. */
export interface Shared {
  readonly stores: readonly SharedStore[];
  /** Moves it where time can be moved; undefined where it is real. */
  readonly clock: ManualClock | undefined;
  /** For all nodes. */
  readonly options?: CacheOptions;
}

export function sharedMemory(count: number): Shared {
  const clock = new ManualClock();
  const store = memory({ clock });
  const leases = new MemoryLeases(clock);
  const hub = new MemoryBusHub();
  return {
    clock,
    stores: Array.from({ length: count }, () => viewOf(store, leases, hub.join())),
  };
}

/** Closing a view leaves what is shared to the others. */
function viewOf(store: Store, leases: Leases, bus: Bus): SharedStore {
  return {
    name: "shared",
    get: (tenant, keys) => store.get(tenant, keys),
    set: (...given) => store.set(...given),
    add: (...given) => store.add(...given),
    delete: (tenant, key) => store.delete(tenant, key),
    stats: () => store.stats(),
    close: () => {},
    bus,
    leases: { ...bound(leases), close: async () => {} },
  };
}

/** What of its context a test must give where others run beside it. */
export type Ending = TestContext["onTestFinished"];

export type FleetOf = (count?: number, options?: CacheOptions, whenOver?: Ending) => Promise<FleetHarness>;

export async function startFleet(
  shared: Shared,
  options: CacheOptions = {},
  whenOver: Ending = onTestFinished,
): Promise<FleetHarness> {
  const origin = await startScriptedOrigin();
  const nodes: Node[] = [];
  for (const [index, store] of shared.stores.entries()) {
    const given = { ...(shared.clock && { clock: shared.clock }), ...shared.options, ...options };
    nodes.push(await startNode(origin, store, index, given));
  }
  const passing = passingOf(shared.clock);
  whenOver(async () => {
    // What a node that is cut off still waits for ends by time.
    let isClosed = false;
    const closing = Promise.all(nodes.map(({ cache }) => cache.close())).finally(() => {
      isClosed = true;
    });
    while (!isClosed) await passing(100);
    await closing;
    await origin.close();
  });
  return { origin, nodes: nodes as unknown as FleetHarness["nodes"], passing };
}

/** Waits until the node has written its first entry; throws what became of it when it could not be stored. */
export async function stored(node: Node): Promise<void> {
  await until(() => node.eventsOf("entry-write").length > 0);
  const [write] = node.eventsOf("entry-write");
  if (write?.result !== "stored") throw new Error(`the entry is not stored: ${JSON.stringify(node.events)}`);
}

async function startNode(origin: ScriptedOrigin, store: SharedStore, index: number, options: CacheOptions) {
  const events: TraceEvent[] = [];
  const line = { isCut: false };
  const cache = await createCache({
    random: seededRandom(index + 1),
    onEvent: (event) => events.push(event),
    ...options,
    store: severable(store, line),
    policy: { ttlJitter: 0, ...options.policy },
  });
  const ask = asking(cache, origin);
  const node: Node = {
    cache,
    events,
    ask,
    read: async (body, init) => readResponse(await ask(body, init)),
    eventsOf: (type) => events.filter((event) => event.type === type) as never,
    cutOff: () => {
      line.isCut = true;
    },
  };
  return node;
}

function passingOf(clock: ManualClock | undefined) {
  return async (durationMs: number): Promise<void> => {
    if (clock === undefined) return new Promise((resolve) => void setTimeout(resolve, durationMs));
    // In steps, with what each of them sets off in between.
    for (let left = durationMs; left > 0; left -= 100) {
      clock.advance(Math.min(left, 100));
      await new Promise((resolve) => void setImmediate(resolve));
    }
  };
}

/** What `promise` comes to, with time going by until it does. */
export async function ending<T>(promise: Promise<T>, passing: FleetHarness["passing"]): Promise<T> {
  let isSettled = false;
  const settled = () => {
    isSettled = true;
  };
  promise.then(settled, settled);
  for (let waited = 0; !isSettled; waited += 100) {
    if (waited > 60_000) throw new Error("nothing came of it");
    await passing(100);
    await turns(5);
  }
  return promise;
}

/** A store that answers nothing any more when the line is cut: calls hang, as they do over a dead network. */
function severable(store: SharedStore, line: { readonly isCut: boolean }): SharedStore {
  const over = <Given extends unknown[], Result>(call: (...given: Given) => Result) =>
    ((...given: Given) => (line.isCut ? new Promise(() => {}) : call(...given))) as (...given: Given) => Result;
  const leases = store.leases && bound(store.leases);
  return {
    name: store.name,
    get: over((tenant, keys) => store.get(tenant, keys)),
    set: over((...given) => store.set(...given)),
    add: over((...given) => store.add(...given)),
    delete: over((tenant, key) => store.delete(tenant, key)),
    stats: () => store.stats(),
    close: () => (line.isCut ? undefined : store.close()),
    ...(store.bus && { bus: store.bus }),
    ...(store.onInterrupted && { onInterrupted: (changed) => store.onInterrupted?.(changed) ?? (() => {}) }),
    ...(leases && {
      leases: {
        ...leases,
        acquire: over(leases.acquire),
        renew: over(leases.renew),
        release: over(leases.release),
        holder: over(leases.holder),
        relay: leases.relay && { ...leases.relay, append: over(leases.relay.append), read: over(leases.relay.read) },
      },
    }),
  };
}

function bound(leases: Leases): Leases {
  const { relay } = leases;
  return {
    name: leases.name,
    acquire: (key, holdMs) => leases.acquire(key, holdMs),
    renew: (lease: Lease, holdMs) => leases.renew(lease, holdMs),
    release: (lease, afterMs) => leases.release(lease, afterMs),
    holder: (key) => leases.holder(key),
    relay: relay && {
      append: (...given) => relay.append(...given),
      read: (...given) => relay.read(...given),
      watch: (...given) => relay.watch(...given),
      hasAudience: (lease) => relay.hasAudience(lease),
    },
    close: () => leases.close(),
  };
}
