/**
 * What every driver of leases must do, as a list of cases that any test runner can take:
 *
 *     for (const { name, run } of leaseContract(make)) test(name, run);
 *
 * `make` gives two processes' views of one server, empty, and a way to let time pass there: by moving the clock of what
 * keeps time in the process, by waiting where a server does.
 */

import assert from "node:assert/strict";
import { systemClock } from "../core/clock.ts";
import type { Lease, Leases, Relay } from "../core/lease.ts";

export interface LeasesUnderTest {
  readonly one: Leases;
  readonly other: Leases;
  /** Resolves when at least so much time has passed for the server. */
  passing(durationMs: number): Promise<void>;
  dispose?(): Promise<void>;
}

export interface LeaseContractCase {
  readonly name: string;
  readonly run: () => Promise<void>;
}

type Check = (subject: LeasesUnderTest) => Promise<void>;

const long = 60_000;
const short = 200;
const attempts = 20;

async function take(leases: Leases, key: string, holdMs = long): Promise<Lease> {
  const got = await leases.acquire(key, holdMs);
  assert.ok(got.won, `${key} is taken`);
  return got.lease;
}

/** What has to come before `short` is over, with a key of its own; again when the machine was so slow that it was over. */
async function inTime<T>(attempt: (key: string) => Promise<T>): Promise<T> {
  for (let count = 1; ; count++) {
    const began = systemClock.monotonic();
    try {
      return await attempt(`k${count}`);
    } catch (error) {
      if (count === attempts || systemClock.monotonic() - began < short) throw error;
    }
  }
}

const cases: Readonly<Record<string, Check>> = {
  "one of two gets a lease, and the other learns who has it": async ({ one, other }) => {
    const lease = await take(one, "k");
    assert.deepEqual(await other.acquire("k", long), { won: false, fence: lease.fence });
    assert.deepEqual(await one.acquire("k", long), { won: false, fence: lease.fence });
    assert.equal(await other.holder("k"), lease.fence);
    assert.equal(await other.holder("another"), undefined);
  },
  "of a hundred who ask at once, one gets it": async ({ one, other }) => {
    const asked = Array.from({ length: 100 }, (_, index) => (index % 2 === 0 ? one : other).acquire("k", long));
    assert.equal((await Promise.all(asked)).filter(({ won }) => won).length, 1);
  },
  "leases of different keys have nothing to do with each other": async ({ one, other }) => {
    const awkward = ["k", "k2", "K", "{k}", "a b", "x".repeat(300)];
    for (const key of awkward) await take(one, key);
    for (const key of awkward) assert.equal((await other.acquire(key, long)).won, false);
  },
  "what was given back can be had, with a larger fence": async ({ one, other }) => {
    const first = await take(one, "k");
    await one.release(first);
    assert.equal(await other.holder("k"), undefined);
    const second = await take(other, "k");
    assert.ok(second.fence > first.fence);
    // The one before has no say any more.
    assert.equal(await one.renew(first, long), false);
    await one.release(first);
    assert.equal(await one.holder("k"), second.fence);
  },
  "what is given back for later can be had later": async ({ one, other, passing }) => {
    const first = await inTime(async (key) => {
      const lease = await take(one, key);
      await one.release(lease, short);
      assert.deepEqual(await other.acquire(key, long), { won: false, fence: lease.fence });
      return lease;
    });
    await passing(short);
    assert.ok((await take(other, first.key)).fence > first.fence);
  },
  "a lease ends with its time, and is lost": async ({ one, other, passing }) => {
    const first = await take(one, "k", short);
    await passing(short);
    assert.equal(await other.holder("k"), undefined);
    const second = await take(other, "k");
    assert.ok(second.fence > first.fence);
    assert.equal(await one.renew(first, long), false);
  },
  "a lease that is renewed goes on": async ({ one, other, passing }) => {
    const lease = await inTime(async (key) => {
      const taken = await take(one, key, short);
      assert.equal(await one.renew(taken, long), true);
      return taken;
    });
    await passing(short);
    assert.equal(await other.holder(lease.key), lease.fence);
  },
};

const relayCases: Readonly<Record<string, (subject: LeasesUnderTest, relay: RelayPair) => Promise<void>>> = {
  "frames come in order to whoever reads, from the beginning and from where it was": async ({ one }, relays) => {
    const lease = await take(one, "k");
    await relays.one.append(lease, [bytes("a"), bytes("b")], long);
    const first = await relays.other.read(lease, undefined);
    assert.deepEqual(texts(first.frames), ["a", "b"]);
    await relays.one.append(lease, [bytes("c")], long);
    const second = await relays.other.read(lease, first.position);
    assert.deepEqual(texts(second.frames), ["c"]);
    assert.deepEqual(texts((await relays.other.read(lease, second.position)).frames), []);
    assert.deepEqual(texts((await relays.one.read(lease, undefined)).frames), ["a", "b", "c"]);
  },
  "frames may be any bytes, empty and large ones too": async ({ one }, relays) => {
    const lease = await take(one, "k");
    const frames = [
      new Uint8Array(0),
      Uint8Array.from({ length: 256 }, (_, index) => index),
      new Uint8Array(700_000).fill(7),
    ];
    await relays.one.append(lease, frames, long);
    const got: Uint8Array[] = [];
    for (let position: string | undefined; got.length < frames.length; ) {
      const page = await relays.other.read(lease, position);
      assert.ok(page.frames.length > 0, "a page with nothing in it before the end");
      got.push(...page.frames);
      position = page.position;
    }
    for (const [index, frame] of frames.entries()) assert.equal(Buffer.compare(frame, got[index] as Uint8Array), 0);
  },
  "what one fence says is not in the relay of another": async ({ one }, relays) => {
    const first = await take(one, "k");
    await relays.one.append(first, [bytes("old")], long);
    await one.release(first);
    const second = await take(one, "k");
    assert.deepEqual(texts((await relays.other.read(second, undefined)).frames), []);
    await relays.one.append(second, [bytes("new")], long);
    assert.deepEqual(texts((await relays.other.read(second, undefined)).frames), ["new"]);
  },
  "who watches is woken by what is appended, and not after it has stopped": async ({ one }, relays) => {
    const lease = await take(one, "k");
    let woken = 0;
    const woke = Promise.withResolvers<void>();
    const stop = relays.other.watch(lease, () => {
      woken++;
      woke.resolve();
    });
    // A watch may need a moment to begin; what comes before it does is found by reading.
    let cancel = (): void => {};
    const sayAgain = (): void => {
      void relays.one.append(lease, [bytes("x")], long);
      cancel = systemClock.after(20, sayAgain);
    };
    sayAgain();
    await woke.promise;
    cancel();
    assert.ok((await relays.other.read(lease, undefined)).frames.length > 0);
    stop();
    stop();
    assert.ok(woken > 0);
  },
  "who reads is audience": async ({ one }, relays) => {
    const lease = await take(one, "k");
    await relays.one.append(lease, [bytes("a")], long);
    assert.equal(await relays.one.hasAudience(lease), false);
    await relays.other.read(lease, undefined);
    assert.equal(await relays.one.hasAudience(lease), true);
  },
};

interface RelayPair {
  readonly one: Relay;
  readonly other: Relay;
}

export function leaseContract(make: () => Promise<LeasesUnderTest>): readonly LeaseContractCase[] {
  return contractOf(cases, make);
}

/** For drivers that have a relay. */
export function relayContract(make: () => Promise<LeasesUnderTest>): readonly LeaseContractCase[] {
  const checks = Object.entries(relayCases).map(([name, check]): [string, Check] => [
    name,
    async (subject) => {
      const { relay: one } = subject.one;
      const { relay: other } = subject.other;
      assert.ok(one !== undefined && other !== undefined, "there is no relay");
      await check(subject, { one, other });
    },
  ]);
  return contractOf(Object.fromEntries(checks), make);
}

function contractOf(checks: Readonly<Record<string, Check>>, make: () => Promise<LeasesUnderTest>) {
  return Object.entries(checks).map(([name, check]) => ({
    name,
    run: async () => {
      const subject = await make();
      try {
        await check(subject);
      } finally {
        await subject.one.close();
        await subject.other.close();
        await subject.dispose?.();
      }
    },
  }));
}

function bytes(text: string): Uint8Array {
  return Buffer.from(text, "utf8");
}

function texts(frames: readonly Uint8Array[]): string[] {
  return frames.map((frame) => Buffer.from(frame).toString("utf8"));
}
