import { describe, expect, it } from "vitest";
import { ManualClock, systemRandom } from "../../core/clock.ts";
import type { Leases } from "../../core/lease.ts";
import type { SharedStore } from "../../core/shared-store.ts";
import type { TraceEvent } from "../../core/trace.ts";
import { readSettings } from "../../options.ts";
import { memory } from "../../stores/memory.ts";
import { MemoryLeases } from "../../stores/memory-leases.ts";
import { ChaosStore } from "../../testing/chaos-store.ts";
import { localMasterKeys } from "./master-keys.ts";
import { openParts } from "./open-sealing.ts";
import { Sealing } from "./sealing.ts";

const forEver = { deleteAt: Number.POSITIVE_INFINITY };

async function awayAtTheStart(sealing: "auto" | "off" = "auto") {
  const clock = new ManualClock();
  const shared = memory({ clock });
  const chaos = Object.assign(new ChaosStore(shared), { leases: new MemoryLeases(clock) });
  chaos.mode = "failing";
  const reading = readSettings({ security: { sealing } });
  if (!reading.ok) throw new Error("the settings are not sound");
  const told: TraceEvent[] = [];
  const tools = { clock, random: systemRandom, trace: (event: TraceEvent) => void told.push(event) };
  const { parts } = await openParts({ settings: reading.settings, store: chaos }, tools);
  const store: SharedStore = parts.store ?? chaos;
  return { clock, shared, chaos, store, told };
}

describe("a store that is away at the start of whoever has no master key", () => {
  it("is asked when it is back whether it is sealed, and then nothing is read or written there", async () => {
    const { clock, shared, chaos, store, told } = await awayAtTheStart();
    await expect(async () => store.get("acme", ["key"])).rejects.toThrow("cannot be asked");
    const masters = localMasterKeys(new Uint8Array(32).fill(1), [], systemRandom);
    await Sealing.open({ store: shared, masters, clock, random: systemRandom });
    const before = (await shared.list({ limit: 100 })).items;
    chaos.mode = "healthy";
    for (const _ of [1, 2]) {
      await expect(async () => store.get("acme", ["key"])).rejects.toThrow("is sealed");
      await expect(async () => store.set("acme", "key", Buffer.from("plain"), forEver)).rejects.toThrow("is sealed");
      await expect(async () => store.add("acme", "key", Buffer.from("plain"), forEver)).rejects.toThrow("is sealed");
      await expect(async () => (store.leases as Leases).acquire("key", 1_000)).rejects.toThrow("is sealed");
      clock.advance(1_000);
    }
    expect((await shared.list({ limit: 100 })).items).toEqual(before);
    expect(told).toMatchObject([{ type: "seal-fault", message: expect.stringContaining("no master key is given") }]);
  });

  it("is used as it is where it is not sealed, or nothing is to be sealed", async () => {
    for (const sealing of ["auto", "off"] as const) {
      const { shared, chaos, store, told } = await awayAtTheStart(sealing);
      chaos.mode = "healthy";
      await store.set("acme", "key", Buffer.from("plain"), forEver);
      expect(shared.get("acme", ["key"])[0]).toEqual(new Uint8Array(Buffer.from("plain")));
      expect(Buffer.from((await store.get("acme", ["key"]))[0] as Uint8Array).toString()).toBe("plain");
      expect(told).toEqual([]);
    }
  });
});
