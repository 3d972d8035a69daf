import { createCipheriv, createDecipheriv, randomBytes } from "node:crypto";
import { describe, expect, it } from "vitest";
import { ManualClock, systemRandom } from "../../core/clock.ts";
import { InvalidOptionError, type RepriseError } from "../../core/errors.ts";
import { keyRowsAmongValues } from "../../core/key-rows.ts";
import type { KeyService } from "../../core/key-service.ts";
import type { DataKey } from "../../core/keyring.ts";
import { systemTenant } from "../../core/scopes.ts";
import type { SealRejection } from "../../core/sealer.ts";
import type { SharedStore } from "../../core/shared-store.ts";
import { readSettings } from "../../options.ts";
import { memory } from "../../stores/memory.ts";
import { ChaosStore } from "../../testing/chaos-store.ts";
import { keyHoldMs } from "./data-keys.ts";
import { localMasterKeys, type MasterKeys, serviceMasterKeys } from "./master-keys.ts";
import { openSealing } from "./open-sealing.ts";
import { Sealing } from "./sealing.ts";

const forEver = { deleteAt: Number.POSITIVE_INFINITY };
const [first, second] = [new Uint8Array(32).fill(1), new Uint8Array(32).fill(2)];
const mastersOf = (key: Uint8Array, ...previous: Uint8Array[]) => localMasterKeys(key, previous, systemRandom);
const slot = (): string => randomBytes(32).toString("base64url");

function setUp() {
  const clock = new ManualClock();
  const shared = memory({ clock });
  const node = async (masters: MasterKeys = mastersOf(first), store: SharedStore = shared) => {
    const rejected: SealRejection[] = [];
    const wrong: RepriseError[] = [];
    const onReject = (reason: SealRejection) => void rejected.push(reason);
    const onWrongKey = (error: RepriseError) => void wrong.push(error);
    const sealing = await Sealing.open({ store, masters, clock, random: systemRandom, onReject, onWrongKey });
    return { sealing, store: sealing.store, rejected, wrong };
  };
  /** Returns what undoes it. */
  const becomesAnother = async (): Promise<() => void> => {
    const other = memory({ clock });
    await node(mastersOf(second), other);
    const [ours] = shared.get(systemTenant, ["sealing:root.1"]).map((row) => row && Uint8Array.from(row));
    const [theirs] = other.get(systemTenant, ["sealing:root.1"]);
    shared.set(systemTenant, "sealing:root.1", theirs as Uint8Array, forEver);
    return () => void shared.set(systemTenant, "sealing:root.1", ours as Uint8Array, forEver);
  };
  return { clock, shared, node, becomesAnother };
}

const hexOf = ({ id, secret }: DataKey): string => Buffer.concat([id, secret.export()]).toString("hex");

async function textAt(store: SharedStore, tenant: string, key: string): Promise<string | undefined> {
  const [value] = await store.get(tenant, [key]);
  return value && Buffer.from(value).toString();
}

describe("a sealed store and its master key", () => {
  it("is read by every process with the same master key", async () => {
    const { node } = setUp();
    const [one, two] = await Promise.all([node(), node()]);
    const key = slot();
    await one.store.set("acme", key, Buffer.from("value"), forEver);
    expect(await textAt(two.store, "acme", key)).toBe("value");
  });

  it("is refused at the start without a master key, unless nothing is to be sealed; one that is not sealed is taken", async () => {
    const { node, shared, clock } = setUp();
    const openedAs = (text: string) => {
      const reading = readSettings({ security: { sealing: text } });
      if (!reading.ok) throw new Error("the settings are not sound");
      return openSealing(
        { settings: reading.settings, store: shared },
        { clock, random: systemRandom, trace: () => {} },
      );
    };
    expect(await openedAs("auto")).toBeUndefined();
    await node();
    expect(await openedAs("off")).toBeUndefined();
    const error = (await openedAs("auto").catch((thrown: unknown) => thrown)) as InvalidOptionError;
    expect(error).toBeInstanceOf(InvalidOptionError);
    expect([error.path, error.message]).toEqual([
      "security.masterKey",
      expect.stringContaining("no master key is given"),
    ]);
    expect(error.remedy).toContain("`sealing: off`");
  });

  it("tells, while it runs, that its store has become one with another master key, once", async () => {
    const { node, clock, becomesAnother } = setUp();
    const running = await node();
    await becomesAnother();
    for (let round = 0; round < 2; round += 1) {
      clock.advance(10_000);
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(running.wrong.map(({ message }) => message)).toEqual([
      expect.stringContaining("is not the key that the store"),
    ]);
  });

  it("is left alone while it is one with another master key, and used again when it is not", async () => {
    const { node, shared, clock, becomesAnother } = setUp();
    const running = await node();
    const key = slot();
    await running.store.set("acme", key, Buffer.from("value"), forEver);
    const before = await becomesAnother();
    clock.advance(10_000);
    await new Promise((resolve) => setImmediate(resolve));
    const written = (await shared.list({ limit: 100 })).items.length;
    for (const tenant of ["acme", "umbra"]) {
      await expect(async () => running.store.get(tenant, [key])).rejects.toThrow("cannot be had");
      await expect(async () => running.store.set(tenant, slot(), Buffer.from("x"), forEver)).rejects.toThrow();
    }
    expect((await shared.list({ limit: 100 })).items).toHaveLength(written);
    before();
    clock.advance(10_000);
    await new Promise((resolve) => setImmediate(resolve));
    expect(await textAt(running.store, "acme", key)).toBe("value");
    // It is told anew when it happens again, without waiting for the next look: no key is made there.
    await becomesAnother();
    await expect(async () => running.store.set("umbra", key, Buffer.from("x"), forEver)).rejects.toThrow();
    await expect(async () => running.store.get("acme", [key])).rejects.toThrow("cannot be had");
    expect(running.wrong).toHaveLength(2);
  });

  it("is looked at again when its connection has ended, before anything else is asked of it", async () => {
    const { clock, shared, becomesAnother } = setUp();
    let interrupt = (): void => {};
    const store = Object.assign(Object.create(shared) as SharedStore, {
      onInterrupted(changed: () => void) {
        interrupt = changed;
        return () => {};
      },
    });
    for (const method of ["get", "set", "add", "delete", "list"] as const)
      Object.assign(store, { [method]: (shared[method] as (...args: never[]) => unknown).bind(shared) });
    const sealing = await Sealing.open({ store, masters: mastersOf(first), clock, random: systemRandom });
    const key = slot();
    await sealing.store.set("acme", key, Buffer.from("value"), forEver);
    interrupt();
    expect(await textAt(sealing.store, "acme", key)).toBe("value");
    await becomesAnother();
    expect(await textAt(sealing.store, "acme", key)).toBe("value");
    interrupt();
    await expect(async () => sealing.store.get("acme", [key])).rejects.toThrow("cannot be had");
  });

  it("is refused at the start with another master key: which option, which key, and what to do", async () => {
    const { node } = setUp();
    await node();
    const error = (await node(mastersOf(second)).catch((thrown: unknown) => thrown)) as InvalidOptionError;
    expect(error).toBeInstanceOf(InvalidOptionError);
    expect(error.path).toBe("security.masterKey");
    expect(error.message).toContain("is not the key that the store is sealed with");
    expect(error.remedy).toContain("security.previousMasterKeys");
  });

  it("R1: that is away at the start is opened when it is there, and refused then with another master key", async () => {
    const { clock, node, shared } = setUp();
    const chaos = new ChaosStore(shared);
    const before = await node();
    const key = slot();
    await before.store.set("acme", key, Buffer.from("value"), forEver);
    chaos.mode = "failing";
    const [right, wrong] = [await node(mastersOf(first), chaos), await node(mastersOf(second), chaos)];
    await expect(async () => right.store.get("acme", [key])).rejects.toThrow("cannot be had");
    await expect(async () => wrong.store.get("acme", [key])).rejects.toThrow("cannot be had");
    chaos.mode = "healthy";
    clock.advance(1_000);
    expect(await textAt(right.store, "acme", key)).toBe("value");
    for (const _ of [1, 2]) {
      await expect(async () => wrong.store.get("acme", [key])).rejects.toThrow("cannot be had");
      await expect(async () => wrong.store.set("acme", key, Buffer.from("x"), forEver)).rejects.toThrow();
      clock.advance(1_000);
    }
    expect(wrong.wrong).toHaveLength(1);
    expect(await textAt(right.store, "acme", key)).toBe("value");
  });

  it("is wrapped by a new master key at the start, and opened by the old one no more; who runs goes on", async () => {
    const { clock, node } = setUp();
    const before = await node();
    const key = slot();
    await before.store.set("acme", key, Buffer.from("value"), forEver);
    const after = await node(mastersOf(second, first));
    expect(await textAt(after.store, "acme", key)).toBe("value");
    clock.advance(20_000);
    await new Promise(setImmediate);
    expect(await textAt(before.store, "acme", key)).toBe("value");
    await expect(node(mastersOf(first))).rejects.toThrow("is not the key");
    const later = await node(mastersOf(second));
    expect(await textAt(later.store, "acme", key)).toBe("value");
    expect((await later.sealing.rootKeys()).map(({ masterKeyId }) => masterKeyId)).toEqual([mastersOf(second).id]);
  });

  it("X14: does not open with a root key that was altered", async () => {
    const { node, shared } = setUp();
    await node();
    const [row] = shared.get(systemTenant, ["sealing:root.1"]) as [Uint8Array];
    const altered = Uint8Array.from(row);
    altered[altered.length - 1] = (altered.at(-1) as number) ^ 1;
    shared.set(systemTenant, "sealing:root.1", altered, forEver);
    await expect(node()).rejects.toThrow("was altered");
  });

  it("may be kept by a service, which replaces a key of before and is asked at the start alone", async () => {
    const { node } = setUp();
    let asked = 0;
    const [kept, nonce] = [randomBytes(32), randomBytes(12)];
    const service: KeyService = {
      name: "vault",
      async wrap(key) {
        asked += 1;
        const cipher = createCipheriv("aes-256-gcm", kept, nonce);
        return Buffer.concat([cipher.update(key), cipher.final(), cipher.getAuthTag()]);
      },
      async unwrap(wrapped) {
        asked += 1;
        const decipher = createDecipheriv("aes-256-gcm", kept, nonce);
        decipher.setAuthTag(wrapped.subarray(-16));
        return Buffer.concat([decipher.update(wrapped.subarray(0, -16)), decipher.final()]);
      },
    };
    const before = await node();
    const key = slot();
    await before.store.set("acme", key, Buffer.from("value"), forEver);
    const after = await node(serviceMasterKeys(service, mastersOf(first)));
    const later = await node(serviceMasterKeys(service, undefined));
    const askedAtStart = asked;
    expect(await textAt(after.store, "acme", key)).toBe("value");
    expect(await textAt(later.store, "acme", key)).toBe("value");
    expect([askedAtStart, asked]).toEqual([2, 2]);
    await expect(node(mastersOf(first))).rejects.toThrow("is not the key");
  });
});

describe("data keys", () => {
  it("are used until their time is over, though the store throws at once when it is asked for them again", async () => {
    const { clock, node, shared } = setUp();
    const { sealing } = await node();
    const before = hexOf(await sealing.keyFor({ tenant: "acme" }));
    clock.advance(keyHoldMs / 2);
    shared.get = () => {
      throw new Error("locked");
    };
    expect(hexOf(await sealing.keyFor({ tenant: "acme" }))).toBe(before);
    clock.advance(keyHoldMs / 2);
    await expect(async () => sealing.keyFor({ tenant: "acme" })).rejects.toThrow("locked");
  });

  it("are new ones after a rotation, with all processes, and the old ones still open what they sealed", async () => {
    const { clock, node, shared } = setUp();
    const [one, two] = await Promise.all([node(), node()]);
    const [old, fresh, late] = [slot(), slot(), slot()];
    await one.store.set("acme", old, Buffer.from("old"), forEver);
    const before = await one.sealing.keyFor({ tenant: "acme" });
    expect((await one.sealing.rotate()).epoch).toBe(2);
    const after = await one.sealing.keyFor({ tenant: "acme" });
    expect(before.secret.equals(after.secret)).toBe(false);
    await one.store.set("acme", fresh, Buffer.from("fresh"), forEver);
    expect([await textAt(two.store, "acme", old), await textAt(two.store, "acme", fresh)]).toEqual(["old", "fresh"]);
    clock.advance(20_000);
    await new Promise(setImmediate);
    await two.store.set("acme", late, Buffer.from("late"), forEver);
    expect(hexOf(await two.sealing.keyFor({ tenant: "acme" }))).toBe(hexOf(after));
    expect(shared.get("acme", [late])[0]).toBeDefined();
    expect(await textAt((await node()).store, "acme", old)).toBe("old");
  });

  it("agree where two processes make the first one at the same time", async () => {
    const { node } = setUp();
    const [one, two] = await Promise.all([node(), node()]);
    const scope = { tenant: "acme", user: "ada" };
    const [a, b] = await Promise.all([one.sealing.keyFor(scope), two.sealing.keyFor(scope)]);
    expect(hexOf(a)).toBe(hexOf(b));
  });

  it("X8: are gone when they are destroyed: here at once, elsewhere within the stated time, and nobody brings them back", async () => {
    const { clock, node, shared } = setUp();
    const [one, two] = await Promise.all([node(), node()]);
    const [ofTenant, ofUser, ofOther] = [slot(), slot(), slot()];
    await one.store.set("acme", ofTenant, Buffer.from("tenant"), forEver);
    await one.store.set("acme", ofUser, Buffer.from("user"), { ...forEver, owner: { tenant: "acme", user: "ada" } });
    await one.store.set("other", ofOther, Buffer.from("other"), forEver);
    expect(await textAt(two.store, "acme", ofUser)).toBe("user");
    const stolen = [...(await shared.list({ limit: 100 })).items];
    const destroyed = await one.sealing.destroy({ tenant: "acme" });
    expect(destroyed).toMatchObject({ keys: 1, withinMs: keyHoldMs });
    expect(destroyed.notes.length).toBeGreaterThan(0);
    expect(await textAt(one.store, "acme", ofTenant)).toBeUndefined();
    expect(await textAt(one.store, "acme", ofUser)).toBeUndefined();
    clock.advance(destroyed.withinMs);
    for (const key of [ofTenant, ofUser]) expect(await textAt(two.store, "acme", key)).toBeUndefined();
    expect(await textAt(two.store, "other", ofOther)).toBe("other");
    // The values of before, put back by somebody with a copy, open no more; a new key opens what is new.
    for (const { tenant, key, value } of stolen)
      if (!key.startsWith("sealing:")) shared.set(tenant, key, value, forEver);
    await two.store.set("acme", ofTenant, Buffer.from("again"), forEver);
    expect(await textAt(one.store, "acme", ofTenant)).toBe("again");
    for (const { sealing } of [one, two, await node()])
      expect(await textAt(sealing.store, "acme", ofUser)).toBeUndefined();
    expect(new Set(one.rejected)).toEqual(new Set(["keyless"]));
  });

  it("R8: are made again where the store lost them, and the root keys are given to it again", async () => {
    const { clock, node, shared } = setUp();
    const one = await node();
    const key = slot();
    await one.store.set("acme", key, Buffer.from("value"), forEver);
    for (const { tenant, key: name } of (await shared.list({ limit: 100 })).items) shared.delete(tenant, name);
    clock.advance(10_000);
    await new Promise(setImmediate);
    await one.store.set("acme", key, Buffer.from("again"), forEver);
    expect(await textAt((await node()).store, "acme", key)).toBe("again");
  });

  it("are looked up again in time, so that a store that answers late holds up nobody", async () => {
    const { clock, shared } = setUp();
    const chaos = new ChaosStore(shared);
    const rows = keyRowsAmongValues(chaos, () => ({ isErased: false, notes: [] }));
    const store = Object.assign(memory({ clock }), { keyRows: () => rows });
    const sealing = await Sealing.open({ store, masters: mastersOf(first), clock, random: systemRandom });
    await sealing.keyFor({ tenant: "acme" });
    for (let round = 0; round < 5; round += 1) {
      clock.advance(keyHoldMs / 2 + 1);
      expect(sealing.keyFor({ tenant: "acme" })).not.toBeInstanceOf(Promise);
      await new Promise(setImmediate);
    }
    clock.advance(keyHoldMs);
    expect(sealing.keyFor({ tenant: "acme" })).toBeInstanceOf(Promise);
  });
});
