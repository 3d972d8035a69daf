import { expect, test } from "vitest";
import { ManualClock } from "../core/clock.ts";
import { StoreUnavailableError } from "../core/errors.ts";
import type { Leases } from "../core/lease.ts";
import type { OriginResponse } from "../core/origin.ts";
import { MemoryLeases } from "../stores/memory-leases.ts";
import { Fleet } from "./fleet.ts";
import type { FleetRole, Passenger } from "./fleet-parts.ts";

/** What a process is to the others for one call, and whether it may store the answer. */

async function* text(): AsyncGenerator<Uint8Array> {
  yield Buffer.from("answer");
}

const answer = (): OriginResponse => ({ status: 200, headers: {}, body: text() });

function setUp(change: (leases: MemoryLeases) => Partial<Leases> = () => ({})) {
  const clock = new ManualClock();
  const memory = new MemoryLeases(clock);
  const leases = Object.assign(memory, change(memory));
  const roles: FleetRole[] = [];
  const fleet = new Fleet({ leases, clock, holdMs: 5_000, backoffMs: 0, onRole: (role) => void roles.push(role) });
  const computed: string[] = [];
  const board = (who: string, passenger: Partial<Passenger> = {}) =>
    fleet.board({
      key: "k",
      stored: async () => undefined,
      async compute() {
        computed.push(who);
        return answer();
      },
      signal: new AbortController().signal,
      ...passenger,
    });
  return { clock, memory, roles, computed, board };
}

async function read({ response: { body } }: { readonly response: OriginResponse }): Promise<string> {
  const pieces: Uint8Array[] = [];
  for await (const piece of body) pieces.push(piece);
  return Buffer.concat(pieces).toString("utf8");
}

test("who has the lease leads and may store, who comes meanwhile follows and may not", async () => {
  const { roles, computed, board } = setUp();
  const leader = await board("one");
  const following = board("other");
  expect(await read(leader)).toBe("answer");
  const follower = await following;
  expect(await read(follower)).toBe("answer");
  expect([await leader.mayStore(), await follower.mayStore()]).toEqual([true, false]);
  expect([roles, computed]).toEqual([["leader", "follower"], ["one"]]);
});

test("who has the lease and finds the answer stored by now asks nobody, and gives the lease back", async () => {
  const { roles, computed, board } = setUp();
  const late = await board("late", { stored: async () => answer() });
  expect([await read(late), late.isFollower, await late.mayStore()]).toEqual(["answer", true, false]);
  await board("next");
  expect([roles, computed]).toEqual([["follower", "leader"], ["next"]]);
});

test("where leases cannot be had each asks for itself, and stores", async () => {
  const { roles, computed, board } = setUp(() => ({
    acquire: () => Promise.reject(new StoreUnavailableError({ message: "away" })),
  }));
  for (const who of ["one", "other"]) {
    const passage = await board(who);
    expect([await read(passage), passage.isFollower, await passage.mayStore()]).toEqual(["answer", false, true]);
  }
  expect([roles, computed]).toEqual([
    ["alone", "alone"],
    ["one", "other"],
  ]);
});

test("a leader that was overtaken stores nothing; one that cannot ask whether it was may try", async () => {
  const { clock, memory, board } = setUp();
  const leader = await board("one");
  // Held up for so long that its renewals did not go out.
  await memory.release({ key: "k", fence: 1 });
  clock.advance(1);
  await memory.acquire("k", 60_000);
  expect(await leader.mayStore()).toBe(false);

  const unsure = setUp(() => ({ renew: () => Promise.reject(new Error("away")) }));
  expect(await (await unsure.board("one")).mayStore()).toBe(true);
});

test("a leader whose origin fails says so to the others, and leads no more", async () => {
  const { roles, computed, board } = setUp();
  const failing = () => Promise.reject(new Error("origin"));
  await expect(board("one", { compute: failing })).rejects.toThrow("origin");
  expect((await board("two")).isFollower).toBe(false);
  expect([roles, computed]).toEqual([["leader", "leader"], ["two"]]);
});

test("a call that is given up while it asks for the lease leaves nothing held", async () => {
  const { memory, board } = setUp();
  const gone = new AbortController();
  const boarding = board("one", { signal: gone.signal });
  gone.abort(new Error("gone"));
  await expect(boarding).rejects.toThrow("gone");
  expect(await memory.holder("k")).toBeUndefined();
});
