import { describe, expect, it, vi } from "vitest";
import { ManualClock } from "../core/clock.ts";
import { StoreUnavailableError } from "../core/errors.ts";
import type { Lease, Leases, Relay } from "../core/lease.ts";
import { leaseContract } from "../testing/lease-contract.ts";
import { guardedLeases } from "./guarded-leases.ts";
import { MemoryLeases } from "./memory-leases.ts";

const lease: Lease = { key: "k", fence: 1 };

/** Of what the leases behind the guard do, each call as the test says. */
function setUp() {
  const clock = new ManualClock();
  const faults: string[] = [];
  const mood = { act: (): Promise<never> => Promise.reject(new Error("broken")), calls: 0 };
  const answer = (): Promise<never> => {
    mood.calls += 1;
    return mood.act();
  };
  const store = { isAvailable: true };
  const watched: Lease[] = [];
  const relay: Relay = {
    ...{ append: answer, read: answer, hasAudience: answer },
    watch(of) {
      watched.push(of);
      return () => void watched.pop();
    },
  };
  const inner: Leases = {
    ...{ name: "inner", acquire: answer, renew: answer, release: answer, holder: answer, relay },
    close: async () => {},
  };
  const leases = guardedLeases(inner, {
    ...{ clock, readDeadlineMs: 50, writeDeadlineMs: 250 },
    onFault: (operation, kind) => void faults.push(`${operation} ${kind}`),
    available: () => store.isAvailable,
  });
  return { clock, faults, mood, leases, relay: leases.relay as Relay, store, watched };
}

type Guarded = ReturnType<typeof setUp>;

const operations: readonly (readonly [string, number, (on: Guarded) => Promise<unknown>])[] = [
  ["acquire", 50, ({ leases }) => leases.acquire("k", 1_000)],
  ["renew", 50, ({ leases }) => leases.renew(lease, 1_000)],
  ["holder", 50, ({ leases }) => leases.holder("k")],
  ["audience", 50, ({ relay }) => relay.hasAudience(lease)],
  ["release", 250, ({ leases }) => leases.release(lease)],
  ["append", 250, ({ relay }) => relay.append(lease, [], 1_000)],
  ["read", 250, ({ relay }) => relay.read(lease, undefined)],
];

describe("guardedLeases: the lease contract", () => {
  const make = async () => {
    const clock = new ManualClock();
    const inner = new MemoryLeases(clock);
    const guard = () => guardedLeases(inner, { clock, readDeadlineMs: 50, writeDeadlineMs: 250 });
    return { one: guard(), other: guard(), passing: async (durationMs: number) => clock.advance(durationMs) };
  };
  for (const { name, run } of leaseContract(make)) it(name, run);
});

describe.each(operations)("guardedLeases.%s", (name, deadlineMs, call) => {
  it(`is given up after ${deadlineMs} ms, and told`, async () => {
    const on = setUp();
    on.mood.act = () => new Promise(() => {});
    const waiting = call(on);
    waiting.catch(() => {});
    on.clock.advance(deadlineMs - 1);
    expect(on.faults).toEqual([]);
    on.clock.advance(1);
    await expect(waiting).rejects.toThrow(StoreUnavailableError);
    expect(on.faults).toEqual([`${name} timeout`]);
  });

  it("passes errors on, and is not tried for a second after five of them; then once", async () => {
    const on = setUp();
    for (let times = 0; times < 5; times += 1) await expect(call(on)).rejects.toThrow("broken");
    expect(on.faults).toEqual(Array.from({ length: 5 }, () => `${name} error`));
    await expect(call(on)).rejects.toThrow("out of service");
    expect(on.mood.calls).toBe(5);
    on.clock.advance(1_000);
    on.mood.act = () => Promise.resolve() as Promise<never>;
    await call(on);
    await call(on);
    expect(on.mood.calls).toBe(7);
    // What was not tried is no fault.
    expect(on.faults).toHaveLength(5);
  });
});

describe("guardedLeases", () => {
  it("has no relay where there is none, and watches without asking anybody", () => {
    const { relay, watched } = setUp();
    const stop = relay.watch(lease, () => {});
    expect(watched).toEqual([lease]);
    stop();
    expect(watched).toEqual([]);
    const bare = Object.assign(new MemoryLeases(new ManualClock()), { relay: undefined });
    const options = { clock: new ManualClock(), readDeadlineMs: 1, writeDeadlineMs: 1 };
    expect(guardedLeases(bare, options).relay).toBeUndefined();
  });

  it("asks for none while their store is away; those that are held go on", async () => {
    const { faults, leases, mood, store } = setUp();
    mood.act = () => Promise.resolve() as Promise<never>;
    store.isAvailable = false;
    await expect(leases.acquire("k", 1_000)).rejects.toThrow(StoreUnavailableError);
    expect(mood.calls).toBe(0);
    await leases.renew(lease, 1_000);
    await leases.release(lease);
    store.isAvailable = true;
    await leases.acquire("k", 1_000);
    expect(mood.calls).toBe(3);
    expect(faults).toEqual([]);
  });

  it("gives back a lease that it got when nobody waited for it any more", async () => {
    const clock = new ManualClock();
    const inner = new MemoryLeases(clock);
    const slow = Promise.withResolvers<void>();
    const released: Lease[] = [];
    const late: Leases = {
      name: "late",
      relay: undefined,
      acquire: (key, holdMs) => slow.promise.then(() => inner.acquire(key, holdMs)),
      renew: (of, holdMs) => inner.renew(of, holdMs),
      async release(of) {
        released.push(of);
        return inner.release(of);
      },
      holder: (key) => inner.holder(key),
      close: () => inner.close(),
    };
    const leases = guardedLeases(late, { clock, readDeadlineMs: 50, writeDeadlineMs: 250 });
    const waiting = leases.acquire("k", 5_000);
    waiting.catch(() => {});
    clock.advance(50);
    await expect(waiting).rejects.toThrow("took longer than 50 ms");
    slow.resolve();
    await vi.waitFor(() => expect(released).toEqual([{ key: "k", fence: 1 }]));
    expect(await inner.holder("k")).toBeUndefined();
  });
});
