import { describe, expect, test } from "vitest";
import { ManualClock } from "../core/clock.ts";
import type { Lease, Leases, Relay } from "../core/lease.ts";
import type { OriginResponse } from "../core/origin.ts";
import { MemoryLeases } from "../stores/memory-leases.ts";
import { Fleet } from "./fleet.ts";
import type { Passage, Passenger } from "./fleet-parts.ts";

const eventStream = { "content-type": "text/event-stream" };

async function* pieces(...texts: readonly string[]): AsyncGenerator<Uint8Array> {
  for (const text of texts) yield Buffer.from(text);
}

function harness(mostFrames = Number.POSITIVE_INFINITY) {
  const clock = new ManualClock();
  const memory = new MemoryLeases(clock);
  const counts = { acquired: 0, watching: 0, frames: 0, bytes: 0 };
  const relay: Relay = {
    append: async (lease, frames, keepMs) => {
      counts.frames += frames.length;
      counts.bytes += frames.reduce((sum, { length }) => sum + length, 0);
      return memory.relay.append(lease, frames, keepMs);
    },
    async read(lease, position) {
      const { frames } = await memory.relay.read(lease, position);
      const page = frames.slice(0, mostFrames);
      return { frames: page, position: String(Number(position ?? 0) + page.length) };
    },
    watch(lease, wake) {
      counts.watching += 1;
      const stop = memory.relay.watch(lease, wake);
      return () => {
        counts.watching -= 1;
        stop();
      };
    },
    hasAudience: (lease) => memory.relay.hasAudience(lease),
  };
  const leases: Leases = {
    name: "counted",
    acquire(key, holdMs) {
      counts.acquired += 1;
      return memory.acquire(key, holdMs);
    },
    renew: (lease, holdMs) => memory.renew(lease, holdMs),
    release: (lease, afterMs) => memory.release(lease, afterMs),
    holder: (key) => memory.holder(key),
    relay,
    close: () => memory.close(),
  };
  const fleet = new Fleet({ leases, clock, holdMs: 5_000, backoffMs: 1_000 });
  const board = (passenger: Partial<Passenger> = {}): Promise<Passage> =>
    fleet.board({
      key: "k",
      stored: async () => undefined,
      compute: async () => response("a", "b"),
      signal: new AbortController().signal,
      ...passenger,
    });
  return { clock, memory, counts, board };
}

function response(...texts: readonly string[]): OriginResponse {
  return { status: 200, headers: eventStream, body: pieces(...texts) };
}

async function take(leases: MemoryLeases): Promise<Lease> {
  const got = await leases.acquire("k", 60_000);
  if (!got.won) throw new Error("the lease is taken");
  return got.lease;
}

async function textOf(body: AsyncIterable<Uint8Array>): Promise<string> {
  let text = "";
  for await (const bytes of body) text += Buffer.from(bytes).toString("utf8");
  return text;
}

/** Lets time go by in steps, with what each sets off. */
async function passing(clock: ManualClock, durationMs: number): Promise<void> {
  for (let left = durationMs; left > 0; left -= 100) {
    clock.advance(100);
    for (let turn = 0; turn < 5; turn++) await new Promise((resolve) => setImmediate(resolve));
  }
}

describe("a follower", () => {
  test("stops watching when it has read to the end", async () => {
    const { board, counts } = harness();
    const leader = await board();
    const follower = await board();
    const [one, other] = await Promise.all([textOf(leader.response.body), textOf(follower.response.body)]);
    expect(other).toBe(one);
    expect(follower.isFollower).toBe(true);
    expect(counts.watching).toBe(0);
  });

  test("that is far behind reads page after page, and waits for nobody", async () => {
    const { board } = harness(2);
    const piece = "x".repeat(64 * 1024);
    const leader = await board({ compute: async () => response(...Array<string>(20).fill(piece)) });
    const said = await textOf(leader.response.body);
    // The leader has said everything and still has the lease; time stands still.
    const follower = await board();
    expect(follower.isFollower).toBe(true);
    expect(await textOf(follower.response.body)).toBe(said);
  });

  test("stops watching when its reader stops before the end", async () => {
    const { board, counts } = harness();
    const leader = await board();
    const follower = await board();
    await textOf(leader.response.body);
    for await (const _ of follower.response.body) break;
    expect(counts.watching).toBe(0);
  });

  test("stops watching what makes no sense, and does not ask again without end", async () => {
    const { board, counts, clock, memory } = harness();
    const lease = await take(memory);
    await memory.relay.append(lease, [Buffer.from("?")], 60_000);
    const following = board();
    await passing(clock, 2_000);
    expect(counts.acquired).toBeGreaterThan(1);
    expect(counts.acquired).toBeLessThan(20);
    await memory.release(lease);
    await passing(clock, 1_000);
    expect((await following).isFollower).toBe(false);
    expect(counts.watching).toBe(0);
  });
});

describe("a leader", () => {
  test("hands on so much of an answer and no more, and the others ask for themselves", async () => {
    const { board, counts } = harness();
    const megabyte = "x".repeat(1024 * 1024);
    const answer: OriginResponse = { ...response(...Array<string>(100).fill(megabyte)), headers: {} };
    const leader = await board({ compute: async () => answer });
    const following = board();
    expect((await textOf(leader.response.body)).length).toBe(100 * megabyte.length);
    const follower = await following;
    expect(follower.isFollower).toBe(false);
    expect(await textOf(follower.response.body)).toBe("ab");
    expect(counts.bytes).toBeLessThan(66 * megabyte.length);
  });
});
