import { describe, expect, test } from "vitest";
import { ManualClock } from "../core/clock.ts";
import { OriginError, StoreUnavailableError } from "../core/errors.ts";
import type { Leases } from "../core/lease.ts";
import type { OriginResponse } from "../core/origin.ts";
import { MemoryLeases } from "../stores/memory-leases.ts";
import { Fleet } from "./fleet.ts";
import type { Passenger } from "./fleet-parts.ts";

/** How a leader gives its place back, and for how long what it said is kept. */

const holdMs = 5_000;
const backoffMs = 1_000;

/** The first `failing` releases are lost on their way. */
function setUp(failing: number) {
  const clock = new ManualClock();
  const memory = new MemoryLeases(clock);
  const releases: { readonly at: number; readonly afterMs: number }[] = [];
  const kept: { readonly frames: number; readonly keepMs: number }[] = [];
  const leases: Leases = {
    name: memory.name,
    acquire: (key, forMs) => memory.acquire(key, forMs),
    renew: (lease, forMs) => memory.renew(lease, forMs),
    holder: (key) => memory.holder(key),
    close: () => memory.close(),
    async release(...[lease, afterMs = 0]: Parameters<Leases["release"]>): Promise<void> {
      releases.push({ at: clock.monotonic(), afterMs });
      if (releases.length <= failing) throw new StoreUnavailableError({ message: "away" });
      return memory.release(lease, afterMs);
    },
    relay: {
      ...memory.relay,
      append: async (...[lease, frames, keepMs]: Parameters<typeof memory.relay.append>) => {
        kept.push({ frames: frames.length, keepMs });
        return memory.relay.append(lease, frames, keepMs);
      },
    },
  };
  const fleet = new Fleet({ leases, clock, holdMs, backoffMs });
  const board = (compute: Passenger["compute"] = async () => response()) =>
    fleet.board({ key: "k", stored: async () => undefined, compute, signal: new AbortController().signal });
  return { clock, memory, releases, kept, board };
}

function response(): OriginResponse {
  return { status: 200, headers: {}, body: pieces() };
}

async function* pieces(): AsyncGenerator<Uint8Array> {
  for (const text of ["a", "b"]) {
    yield Buffer.from(text);
    await settled();
  }
}

async function settled(): Promise<void> {
  for (let turn = 0; turn < 5; turn++) await new Promise((resolve) => setImmediate(resolve));
}

async function passing(clock: ManualClock, durationMs: number): Promise<void> {
  await settled();
  for (let left = durationMs; left > 0; left -= 50) {
    clock.advance(50);
    await settled();
  }
}

async function readToEnd({ body }: OriginResponse): Promise<void> {
  for await (const _ of body);
}

describe("a release that is lost", () => {
  test("is made again, so that the next one does not wait until the lease is over", async () => {
    const { board, clock, memory, releases } = setUp(3);
    const leader = await board();
    await readToEnd(leader.response);
    leader.landed(200);
    await passing(clock, 500);
    expect(await memory.holder("k")).toBeDefined();
    await passing(clock, 500);
    expect(await memory.holder("k")).toBeUndefined();
    expect(releases.map(({ at }) => at)).toEqual([0, 100, 300, 700]);
  });

  test("is given up when the lease is over by itself", async () => {
    const { board, clock, releases } = setUp(Number.POSITIVE_INFINITY);
    const leader = await board();
    await readToEnd(leader.response);
    leader.landed(200);
    await passing(clock, 60_000);
    expect(releases.length).toBeGreaterThan(3);
    expect(releases.every(({ at }) => at < holdMs)).toBe(true);
  });

  test("lets a failure stand no longer for it", async () => {
    const { board, clock, memory, releases } = setUp(2);
    const failure = new OriginError("unreachable", { message: "away" });
    await expect(board(() => Promise.reject(failure))).rejects.toBe(failure);
    await passing(clock, 950);
    expect(releases.map(({ afterMs }) => afterMs)).toEqual([1_000, 900, 700]);
    expect(await memory.holder("k")).toBeDefined();
    await passing(clock, 50);
    expect(await memory.holder("k")).toBeUndefined();
  });
});

test("what a leader said is kept for 30 s while it goes on, and for 5 s when all is said", async () => {
  const { board, kept } = setUp(0);
  const leader = await board();
  await readToEnd(leader.response);
  leader.landed(200);
  await settled();
  expect(kept.map(({ keepMs }) => keepMs)).toEqual([...kept.slice(1).map(() => 30_000), 5_000]);
  expect(kept.length).toBeGreaterThan(2);
});
