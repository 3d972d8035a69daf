import { expect, it } from "vitest";
import { ManualClock, systemRandom } from "../core/clock.ts";
import type { Lease, Leases, Relay } from "../core/lease.ts";
import type { SealRejection } from "../core/sealer.ts";
import { localMasterKeys } from "../storage/sealing/master-keys.ts";
import { Sealing } from "../storage/sealing/sealing.ts";
import { memory } from "./memory.ts";
import { MemoryLeases } from "./memory-leases.ts";
import { sealedLeases } from "./sealed-leases.ts";

const lease: Lease = { key: "call", fence: 1, owner: { tenant: "acme", user: "ada" } };

/** Leases whose relay shows what lies in it. */
async function setUp() {
  const clock = new ManualClock();
  const lying: Uint8Array[] = [];
  const relay: Relay = {
    append: async (_, frames) => void lying.push(...frames),
    read: async (_, position) => ({ frames: lying.slice(Number(position ?? 0)), position: String(lying.length) }),
    watch: () => () => {},
    hasAudience: async () => true,
  };
  const bare: Leases = { ...bound(new MemoryLeases(clock)), relay };
  const rejected: SealRejection[] = [];
  const onReject = (reason: SealRejection) => void rejected.push(reason);
  const masters = localMasterKeys(new Uint8Array(32).fill(5), [], systemRandom);
  const sealing = await Sealing.open({ store: memory({ clock }), masters, clock, random: systemRandom, onReject });
  const leases = sealedLeases(bare, { sealer: sealing.sealer, ready: () => sealing.ready() });
  return { leases, relay: leases.relay as Relay, lying, sealing, rejected };
}

it("hands on frames that lie sealed meanwhile, in their order", async () => {
  const { leases, relay, lying } = await setUp();
  expect((await leases.acquire("call", 1_000)).won).toBe(true);
  await relay.append(lease, [Buffer.from("canary 1"), Buffer.from("canary 2")], 1_000);
  await relay.append(lease, [Buffer.from("canary 3")], 1_000);
  expect(Buffer.concat(lying).includes("canary")).toBe(false);
  const { frames, position } = await relay.read({ key: "call", fence: 1 }, undefined);
  expect(frames.map(String)).toEqual(["canary 1", "canary 2", "canary 3"]);
  expect((await relay.read({ key: "call", fence: 1 }, position)).frames).toEqual([]);
});

it("X14: gives nothing out of a frame that was altered, stands in another's relay, or whose owner's key is destroyed", async () => {
  const { relay, lying, sealing, rejected } = await setUp();
  await relay.append(lease, [Buffer.from("canary")], 1_000);
  await expect(relay.read({ key: "call", fence: 2 }, undefined)).rejects.toThrow("cannot be opened");
  await expect(relay.read({ key: "other", fence: 1 }, undefined)).rejects.toThrow("cannot be opened");
  const [sealed] = lying as [Uint8Array];
  lying[0] = Buffer.from("not sealed at all, but written by somebody who can write into the relay of the store");
  await expect(relay.read(lease, undefined)).rejects.toThrow("cannot be opened");
  lying[0] = sealed;
  await sealing.destroy({ tenant: "acme", user: "ada" });
  await expect(relay.read(lease, undefined)).rejects.toThrow("cannot be opened");
  expect(rejected).toEqual(["damaged", "damaged", "unsealed", "keyless"]);
});

it.each<[string, (frames: Uint8Array[]) => Uint8Array[]]>([
  ["left out", ([a, , c]) => [a, c] as Uint8Array[]],
  ["said twice", ([a, b, c]) => [a, b, b, c] as Uint8Array[]],
  ["swapped", ([a, b, c]) => [a, c, b] as Uint8Array[]],
  ["left out at the beginning", ([, b, c]) => [b, c] as Uint8Array[]],
])("X14: gives no answer out of frames of which one was %s", async (_, change) => {
  const { relay, lying } = await setUp();
  await relay.append(
    lease,
    ["a", "b", "end"].map((text) => Buffer.from(text)),
    1_000,
  );
  lying.splice(0, lying.length, ...change([...lying]));
  await expect(relay.read(lease, undefined)).rejects.toThrow("cannot be opened");
});

it("goes on behind where it was read to, and begins anew with another lease", async () => {
  const { leases, relay, lying } = await setUp();
  await relay.append(lease, [Buffer.from("a")], 1_000);
  const { position } = await relay.read(lease, undefined);
  await Promise.all(["b", "c"].map((text) => relay.append(lease, [Buffer.from(text)], 1_000)));
  const page = await relay.read(lease, position);
  expect(page.frames.map(String)).toEqual(["b", "c"]);
  expect((await relay.read(lease, page.position)).frames).toEqual([]);
  await leases.release(lease);
  lying.splice(0);
  const next = { ...lease, fence: 2 };
  await relay.append(next, [Buffer.from("d")], 1_000);
  expect((await relay.read(next, undefined)).frames.map(String)).toEqual(["d"]);
});

function bound(leases: Leases): Leases {
  return {
    name: leases.name,
    acquire: leases.acquire.bind(leases),
    renew: leases.renew.bind(leases),
    release: leases.release.bind(leases),
    holder: leases.holder.bind(leases),
    relay: leases.relay,
    close: leases.close.bind(leases),
  };
}
