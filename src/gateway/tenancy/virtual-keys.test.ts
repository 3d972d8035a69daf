import { describe, expect, it } from "vitest";
import { MemoryBusHub } from "../../buses/memory.ts";
import type { Bus } from "../../core/bus.ts";
import { ManualClock, systemRandom } from "../../core/clock.ts";
import { StoreUnavailableError } from "../../core/errors.ts";
import { systemTenant } from "../../core/scopes.ts";
import type { Store } from "../../core/store.ts";
import { memory } from "../../stores/memory.ts";
import { ChaosStore } from "../../testing/chaos-store.ts";
import { newKeyText } from "./key-text.ts";
import { believedMs, VirtualKeys } from "./virtual-keys.ts";

const day = 86_400_000;

function world() {
  const clock = new ManualClock();
  const inner = memory({ clock });
  const store = new ChaosStore(inner);
  const hub = new MemoryBusHub();
  const gateway = (bus: Bus | undefined = undefined, over: Store = store) =>
    new VirtualKeys({ store: over, bus, clock, random: systemRandom });
  return { clock, inner, store, hub, gateway };
}

async function faultOf(keys: VirtualKeys, text: string): Promise<string> {
  const check = await keys.check(text);
  return check.kind === "refused" ? check.fault : check.kind;
}

describe("virtual keys", () => {
  it("let in whoever shows one, on every gateway, as what it is for", async () => {
    const { gateway } = world();
    const [here, there] = [gateway(), gateway()];
    const wish = {
      ...{ tenant: "acme", user: "ann", name: "batch", models: ["gpt-*"], layers: ["exact"] as const },
      limits: { requestsPerMinute: 5, usdPerDay: 5_000_000_000_000n, cachedFree: true },
    };
    const { key, text } = await here.create(wish);
    const { name: _, ...asked } = { ...wish, keyId: key.id };
    for (const keys of [here, there]) expect(await keys.check(text)).toEqual({ kind: "known", askedBy: asked });
    const [first, second] = [await here.check(text), await here.check(text)];
    expect(first.kind === "known" && second.kind === "known" && first.askedBy === second.askedBy).toBe(true);
  });

  it("are stored as salted hashes: nothing of a text is in the store, and equal ones have other hashes", async () => {
    const { clock } = world();
    const written: string[] = [];
    const inner = memory({ clock });
    const store = Object.assign(Object.create(inner), {
      get: inner.get.bind(inner),
      delete: inner.delete.bind(inner),
      add: (...given: Parameters<Store["add"]>) => {
        written.push(Buffer.from(given[2]).toString("latin1"));
        return inner.add(...given);
      },
    }) as Store;
    const keys = new VirtualKeys({ store, bus: undefined, clock, random: systemRandom });
    const texts = [await keys.create({ tenant: "acme" }), await keys.create({ tenant: "acme" })].map(
      ({ text }) => text,
    );
    const everything = written.join("\n");
    for (const text of texts) {
      const secret = text.split("_")[3] as string;
      for (let at = 0; at + 8 <= secret.length; at++) expect(everything).not.toContain(secret.slice(at, at + 8));
    }
    const hashes = written.flatMap((value) => /"hash":"([^"]+)"/.exec(value)?.[1] ?? []);
    expect(new Set(hashes).size).toBe(2);
  });

  it("refuse what was forged, cut, mistyped, or is of nobody, each for its reason", async () => {
    const { gateway } = world();
    const keys = gateway();
    const { key, text } = await keys.create({ tenant: "acme" });
    expect(await faultOf(keys, newKeyText({ id: key.id, edition: 1 }, systemRandom))).toBe("wrong_secret");
    expect(await faultOf(keys, newKeyText({ id: key.id, edition: 2 }, systemRandom))).toBe("unknown");
    expect(await faultOf(keys, newKeyText({ id: "0".repeat(12), edition: 1 }, systemRandom))).toBe("unknown");
    for (const near of [text.slice(0, -1), `${text}0`, text.toLowerCase(), ` ${text}`, ""])
      expect(await faultOf(keys, near)).toBe("malformed");
    expect(await faultOf(keys, text)).toBe("known");
  });

  it("end when their time is over", async () => {
    const { gateway, clock } = world();
    const keys = gateway();
    const { text } = await keys.create({ tenant: "acme", expiresAt: clock.now() + 1_000 });
    clock.advance(999);
    expect(await faultOf(keys, text)).toBe("known");
    clock.advance(1);
    expect(await faultOf(keys, text)).toBe("expired");
  });

  it("T1: end by the clock of the system, where this process is still behind it, and go on when that was wrong", async () => {
    const { gateway, clock } = world();
    const keys = gateway();
    const { key, text } = await keys.create({ tenant: "acme", expiresAt: clock.now() + 1_000 });
    const system = Object.assign(clock, { wall: () => clock.now() + 86_400_000 });
    expect([await faultOf(keys, text), await keys.livesUntil(key.id)]).toEqual(["expired", undefined]);
    system.wall = () => clock.now() - 86_400_000;
    expect([await faultOf(keys, text), await keys.livesUntil(key.id)]).toEqual(["known", key.expiresAt]);
  });

  it("that are taken back are refused at once, by others as soon as the bus tells, or within five seconds", async () => {
    const { gateway, hub, clock } = world();
    const here = gateway(hub.join());
    const told = gateway(hub.join());
    const untold = gateway();
    const { key, text } = await here.create({ tenant: "acme" });
    for (const keys of [here, told, untold]) expect(await faultOf(keys, text)).toBe("known");
    expect(await here.revoke(key.id)).toBe(true);
    for (const keys of [here, told]) expect(await faultOf(keys, text)).toBe("revoked");
    clock.advance(believedMs);
    expect(await faultOf(untold, text)).toBe("revoked");
    expect(await here.revoke("0".repeat(12))).toBe(false);
  });

  it("in use are asked for again behind the calls, so that a silent revocation shows before the time is over", async () => {
    const { gateway, clock, store } = world();
    const [here, untold] = [gateway(), gateway()];
    const { key, text } = await here.create({ tenant: "acme" });
    await untold.check(text);
    await here.revoke(key.id);
    clock.advance(believedMs / 2);
    const before = store.calls;
    expect(untold.check(text)).toMatchObject({ kind: "known" }); // at once
    expect(store.calls).toBe(before);
    await expect.poll(() => faultOf(untold, text)).toBe("revoked");
  });

  it("that are known go on for five seconds without the store, and nobody gets in afterwards (I4)", async () => {
    const { gateway, clock, store } = world();
    const keys = gateway();
    const { text } = await keys.create({ tenant: "acme" });
    const { text: unseen } = await keys.create({ tenant: "acme" });
    expect(await faultOf(keys, text)).toBe("known");
    store.mode = "failing";
    clock.advance(believedMs - 1);
    expect(await faultOf(keys, text)).toBe("known");
    expect(await faultOf(keys, unseen)).toBe("unavailable");
    clock.advance(1);
    expect(await faultOf(keys, text)).toBe("unavailable");
    store.mode = "healthy";
    expect(await faultOf(keys, text)).toBe("known");
  });

  it("do not let calls wait for a store that hangs", async () => {
    const { gateway, clock, store } = world();
    const keys = gateway();
    const { text } = await keys.create({ tenant: "acme" });
    store.mode = "hanging";
    const asked = [keys.check(text), keys.check(text)];
    await expect.poll(() => store.calls).toBeGreaterThan(0);
    clock.advance(1_000);
    expect((await Promise.all(asked)).map(({ kind }) => kind)).toEqual(["unavailable", "unavailable"]);
    store.release();
    expect(await faultOf(keys, text)).toBe("known");
  });

  it("taken back while they are being looked up are refused to whoever asks afterwards", async () => {
    const { gateway, store, inner, hub } = world();
    const [slow, quick] = [gateway(hub.join()), gateway(hub.join(), inner)];
    const { key, text } = await quick.create({ tenant: "acme" });
    store.mode = "hanging";
    const early = slow.check(text);
    await expect.poll(() => store.calls).toBe(1);
    await quick.revoke(key.id);
    store.release();
    expect(await early).toMatchObject({ kind: "known" }); // it had come before
    expect(await faultOf(slow, text)).toBe("revoked");
  });

  it("stay taken back when the store has forgotten it, and it is told again", async () => {
    const { gateway, inner, clock } = world();
    const here = gateway();
    const { key, text } = await here.create({ tenant: "acme" });
    const lost = ["", "/1"].map((end) => `virtual-keys/${key.id}${end}`);
    const values = await inner.get(systemTenant, lost);
    await here.revoke(key.id);
    await inner.delete(systemTenant, `virtual-keys/${key.id}/revoked`);
    for (const [index, name] of lost.entries())
      await inner.set(systemTenant, name, values[index] as Uint8Array, { deleteAt: Number.POSITIVE_INFINITY });
    clock.advance(believedMs);
    expect(await faultOf(here, text)).toBe("revoked");
    await expect.poll(() => faultOf(gateway(), text)).toBe("revoked");
  });

  it("whose revocation alone is lost are refused as well: their hashes are gone", async () => {
    const { gateway, inner } = world();
    const { key, text } = await gateway().create({ tenant: "acme" });
    await gateway().revoke(key.id);
    await inner.delete(systemTenant, `virtual-keys/${key.id}/revoked`);
    expect(await faultOf(gateway(), text)).toBe("unknown");
  });

  it("are not taken back, nor made, without the store; yet here they are refused from then on", async () => {
    const { gateway, store } = world();
    const keys = gateway();
    const { key, text } = await keys.create({ tenant: "acme" });
    store.mode = "failing";
    await expect(keys.revoke(key.id)).rejects.toThrow(StoreUnavailableError);
    await expect(keys.create({ tenant: "acme" })).rejects.toThrow(StoreUnavailableError);
    await expect(keys.rotate(key.id, 0)).rejects.toThrow(StoreUnavailableError);
    store.mode = "healthy";
    expect(await faultOf(keys, text)).toBe("revoked");
    // The store has heard of it by then.
    await expect.poll(() => faultOf(gateway(), text)).toBe("revoked");
    expect(await keys.revoke("0".repeat(12))).toBe(false);
  });

  it("get a new text when they are rotated, and the one before is taken for as long as was said", async () => {
    const { gateway, clock, hub } = world();
    const [here, there] = [gateway(hub.join()), gateway(hub.join())];
    const { key, text: first } = await here.create({ tenant: "acme" });
    await there.check(first);
    const rotation = await here.rotate(key.id, day);
    if (rotation.kind !== "rotated") throw new Error(rotation.kind);
    const { text: second, edition } = rotation.shown;
    expect(edition).toBe(2);
    expect(rotation.overlapUntil).toBe(clock.now() + day);
    for (const keys of [here, there])
      for (const text of [first, second])
        expect(await keys.check(text)).toMatchObject({ kind: "known", askedBy: { keyId: key.id } });
    clock.advance(day);
    expect(await faultOf(there, first)).toBe("superseded");
    expect(await faultOf(there, second)).toBe("known");
    const again = await there.rotate(key.id, 0);
    expect(await faultOf(here, second)).toBe("superseded");
    expect(again).toMatchObject({ kind: "rotated", shown: { edition: 3 } });
    await here.revoke(key.id);
    expect(await faultOf(there, again.kind === "rotated" ? again.shown.text : "")).toBe("revoked");
    expect(await here.rotate(key.id, 0)).toEqual({ kind: "revoked" });
    expect(await here.rotate("0".repeat(12), 0)).toEqual({ kind: "unknown" });
  });

  it("end all older texts when the newest rotation says so, whatever those before had said", async () => {
    const { gateway, clock } = world();
    const keys = gateway();
    const { key, text: first } = await keys.create({ tenant: "acme" });
    const rotated = async (overlapMs: number) => {
      const rotation = await keys.rotate(key.id, overlapMs);
      return rotation.kind === "rotated" ? rotation.shown.text : rotation.kind;
    };
    const second = await rotated(day);
    const third = await rotated(day / 2);
    const faults = () => Promise.all([first, second, third].map((text) => faultOf(gateway(), text)));
    expect(await faults()).toEqual(["known", "known", "known"]);
    clock.advance(day / 2);
    expect(await faults()).toEqual(["superseded", "superseded", "known"]);
    // The other way round: what was to end does not come back by a longer overlap, and what was in force goes on.
    const fourth = await rotated(day);
    expect(await faults()).toEqual(["superseded", "superseded", "known"]);
    await rotated(0);
    expect(await faults()).toEqual(["superseded", "superseded", "superseded"]);
    expect(await faultOf(keys, fourth)).toBe("superseded");
  });

  it("rotated by two at once have both texts, one after the other", async () => {
    const { gateway } = world();
    const [here, there] = [gateway(), gateway()];
    const { key } = await here.create({ tenant: "acme" });
    const rotations = await Promise.all([here.rotate(key.id, day), there.rotate(key.id, day)]);
    const editions = rotations.map((one) => (one.kind === "rotated" ? one.shown.edition : 0));
    expect(editions.sort()).toEqual([2, 3]);
    for (const one of rotations)
      expect(await faultOf(here, one.kind === "rotated" ? one.shown.text : "")).toBe("known");
  });

  it("are listed with what they are for, and without anything that would let somebody in", async () => {
    const { gateway, inner } = world();
    const keys = gateway();
    const made = [];
    for (let index = 0; index < 150; index++) made.push(await keys.create({ tenant: `t${index}`, name: `n${index}` }));
    await keys.revoke((made[3] as (typeof made)[number]).key.id);
    const listed = await gateway().all();
    expect(listed.map(({ key }) => key.tenant)).toEqual(made.map(({ key }) => key.tenant));
    expect(listed.flatMap(({ revokedAt }, index) => (revokedAt === undefined ? [] : [index]))).toEqual([3]);
    for (const { text } of made) expect(JSON.stringify(listed)).not.toContain(text.split("_")[3]);
    // One that was never finished is none.
    const unfinished = new TextEncoder().encode("0".repeat(12));
    await inner.add(systemTenant, "virtual-keys/at/150", unfinished, { deleteAt: Number.POSITIVE_INFINITY });
    expect(await gateway().all()).toHaveLength(150);
  });

  it("of a tenant or a user are forgotten where those are erased", async () => {
    const { gateway, inner } = world();
    const keys = gateway();
    const ann = await keys.create({ tenant: "acme", user: "ann", name: "Ann's" });
    const bob = await keys.create({ tenant: "acme", user: "bob" });
    const other = await keys.create({ tenant: "umbra", user: "ann" });
    expect(await keys.erase("acme", "ann")).toBe(1);
    const faults = async () => Promise.all([ann, bob, other].map(({ text }) => faultOf(gateway(), text)));
    expect(await faults()).toEqual(["revoked", "known", "known"]);
    expect(await inner.get(systemTenant, [`virtual-keys/${ann.key.id}`])).toEqual([undefined]);
    expect(await keys.erase("acme")).toBe(1);
    expect(await faults()).toEqual(["revoked", "revoked", "known"]);
    expect((await keys.all()).map(({ key }) => key.tenant)).toEqual(["umbra"]);
  });

  it("are refused where a record is damaged or of another version", async () => {
    const { gateway, inner } = world();
    const { key, text } = await gateway().create({ tenant: "acme", limits: { concurrent: 1 } });
    const name = `virtual-keys/${key.id}`;
    const [whole] = await inner.get(systemTenant, [name]);
    const record = JSON.parse(Buffer.from(whole as Uint8Array).toString());
    const others = [
      ...["", "{", "null", "[]"],
      ...[{ format: 2 }, { tenant: "" }, { tenant: 1 }, { models: [] }, { layers: ["all"] }, { limits: { x: 1 } }].map(
        (change) => JSON.stringify({ ...record, ...change }),
      ),
    ];
    for (const damaged of others) {
      await inner.set(systemTenant, name, Buffer.from(damaged), { deleteAt: Number.POSITIVE_INFINITY });
      expect(await faultOf(gateway(), text), damaged).toBe("unknown");
    }
    await inner.set(systemTenant, name, whole as Uint8Array, { deleteAt: Number.POSITIVE_INFINITY });
    expect(await faultOf(gateway(), text)).toBe("known");
  });

  it("live until they are taken back or expire, which every gateway knows within a second", async () => {
    const { clock, store, gateway } = world();
    const [here, there] = [gateway(), gateway()];
    const [{ key }, { key: other }] = [
      await here.create({ tenant: "acme" }),
      await here.create({ tenant: "acme", expiresAt: clock.now() + 500 }),
    ];
    const alive = async (keys: VirtualKeys) => [await keys.livesUntil(key.id), await keys.livesUntil(other.id)];
    const ends = [Number.POSITIVE_INFINITY, clock.now() + 500];
    expect([await alive(here), await alive(there)]).toEqual([ends, ends]);
    expect(await here.livesUntil("nobody000000")).toBeUndefined();
    clock.advance(500);
    expect(await alive(there)).toEqual([ends[0], undefined]);
    const told: string[] = [];
    here.onRevoked((id) => told.push(id));
    await here.revoke(key.id);
    expect([await here.livesUntil(key.id), told]).toEqual([undefined, [key.id]]);
    clock.advance(500);
    expect(await there.livesUntil(key.id)).toBeUndefined();
    clock.advance(1_000);
    store.mode = "failing";
    await expect(there.livesUntil(other.id)).rejects.toBeInstanceOf(StoreUnavailableError);
    expect(await here.livesUntil(key.id)).toBeUndefined();
  });
});
