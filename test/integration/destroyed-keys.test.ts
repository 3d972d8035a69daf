import { randomBytes } from "node:crypto";
import { expect, it, onTestFinished } from "vitest";
import { systemClock, systemRandom } from "../../src/core/clock.ts";
import type { Keyring } from "../../src/core/keyring.ts";
import type { SharedStore } from "../../src/core/shared-store.ts";
import { localMasterKeys } from "../../src/storage/sealing/master-keys.ts";
import { Sealing } from "../../src/storage/sealing/sealing.ts";
import { memcached } from "../../src/stores/memcached.ts";
import { postgres } from "../../src/stores/postgres.ts";
import { redis } from "../../src/stores/redis.ts";
import { bytesIn } from "../security/canary.ts";
import { startMemcached } from "../services/memcached.ts";
import { startPostgres } from "../services/postgres.ts";
import { startRedis } from "../services/redis.ts";
import { describeWithServices } from "../services/required.ts";

/** A key that was destroyed is in no file of the server, so that neither the store nor the master key brings it back. */

const masters = localMasterKeys(new Uint8Array(32).fill(9), [], systemRandom);
const forEver = { deleteAt: Number.POSITIVE_INFINITY };
const ada = { tenant: "acme", user: "ada" };

async function openSealing(store: SharedStore): Promise<Sealing> {
  const sealing = await Sealing.open({ store, masters, clock: systemClock, random: systemRandom });
  onTestFinished(async () => {
    await sealing.close();
    await store.close();
  });
  return sealing;
}

function filesIn(folder: string): Buffer {
  const { buffer, byteOffset, byteLength } = bytesIn(folder);
  return Buffer.from(buffer, byteOffset, byteLength);
}

/** Stores something for a tenant and a user of it, and answers where, with the wrapped keys as the store has them. */
async function storeSome(sealing: Sealing, store: SharedStore) {
  const [ofTenant, ofUser, ofOther] = Array.from({ length: 3 }, () => randomBytes(32).toString("base64url"));
  const slots = { ofTenant: ofTenant as string, ofUser: ofUser as string, ofOther: ofOther as string };
  await sealing.store.set("acme", slots.ofTenant, Buffer.from("of acme"), forEver);
  await sealing.store.set("acme", slots.ofUser, Buffer.from("of ada"), { ...forEver, owner: ada });
  await sealing.store.set("other", slots.ofOther, Buffer.from("of other"), forEver);
  const rowOf = async (scope: Parameters<Keyring["keyFor"]>[0]) => {
    const { id } = await sealing.keyFor(scope);
    const name = `key.${Buffer.from(id.subarray(0, 20)).toString("hex")}`;
    const row = store.keyRows === undefined ? undefined : (await store.keyRows().get([name]))[0];
    return Buffer.from(row ?? []);
  };
  return {
    slots,
    tenantRow: await rowOf({ tenant: "acme" }),
    userRow: await rowOf(ada),
    otherRow: await rowOf({ tenant: "other" }),
  };
}

async function found({ store }: Sealing, { slots }: Awaited<ReturnType<typeof storeSome>>) {
  const mine = await store.get("acme", [slots.ofTenant, slots.ofUser]);
  const others = await store.get("other", [slots.ofOther]);
  return [...mine, ...others].map((value) => value && Buffer.from(value).toString());
}

describeWithServices("redis-server", "X8: keys destroyed in Redis", () => {
  it("are neither in the snapshot nor in the append-only file, and nothing is read with what is left", async () => {
    const server = await startRedis({ args: ["--appendonly", "yes", "--rdbcompression", "no"] });
    onTestFinished(() => server.stop());
    const store = redis(server.url);
    const sealing = await openSealing(store);
    const some = await storeSome(sealing, store);
    await server.admin.save();
    const before = filesIn(server.folder);
    for (const row of [some.tenantRow, some.userRow, some.otherRow]) expect(before.includes(row)).toBe(true);
    const ofUser = await sealing.destroy(ada);
    expect(ofUser).toMatchObject({ keys: 1, isErased: true });
    expect(await found(sealing, some)).toEqual(["of acme", undefined, "of other"]);
    expect(filesIn(server.folder).includes(some.userRow)).toBe(false);
    await sealing.destroy({ tenant: "acme" });
    const after = filesIn(server.folder);
    expect([some.tenantRow, some.userRow, some.otherRow].map((row) => after.includes(row))).toEqual([
      false,
      false,
      true,
    ]);
    expect(await found(await openSealing(redis(server.url)), some)).toEqual([undefined, undefined, "of other"]);
  });

  it("are said to be in its files where the server does not write them afresh for us", async () => {
    const server = await startRedis({ acl: ["user weak on >secret ~* &* +@all -bgsave -bgrewriteaof"] });
    onTestFinished(() => server.stop());
    const store = redis(server.url.replace("redis://", "redis://weak:secret@"));
    const sealing = await openSealing(store);
    await storeSome(sealing, store);
    const destroyed = await sealing.destroy({ tenant: "acme" });
    expect(destroyed).toMatchObject({ keys: 1, isErased: false });
    expect(destroyed.notes.join(" ")).toContain("did not write its files afresh");
  });
});

describeWithServices("postgres", "X8: keys destroyed in PostgreSQL", () => {
  it("are in no file of it where the log is not kept, and else it is said that the log may have them", async () => {
    const server = await startPostgres();
    onTestFinished(() => server.remove());
    const [row] = await server.query("SHOW data_directory");
    const folder = String(row?.["data_directory"]);
    const recycle = async (value: "on" | "off") => {
      await server.query(`ALTER SYSTEM SET wal_recycle = ${value}`);
      await server.query("SELECT pg_reload_conf()");
    };
    await recycle("off");
    const store = postgres(server.url());
    const sealing = await openSealing(store);
    const some = await storeSome(sealing, store);
    await server.query("CHECKPOINT");
    expect(filesIn(folder).includes(some.userRow)).toBe(true);
    expect(await sealing.destroy(ada)).toMatchObject({ keys: 1, isErased: true });
    const after = filesIn(folder);
    expect([some.userRow, some.tenantRow].map((one) => after.includes(one))).toEqual([false, true]);
    await recycle("on");
    const kept = await sealing.destroy({ tenant: "acme" });
    expect(kept).toMatchObject({ keys: 1, isErased: false });
    expect(kept.notes.join(" ")).toContain("wal_recycle");
    expect(filesIn(`${folder}/base`).includes(some.tenantRow)).toBe(false);
    expect(await found(await openSealing(postgres(server.url())), some)).toEqual([undefined, undefined, "of other"]);
  });
});

describeWithServices("memcached", "X8: keys destroyed in Memcached", () => {
  it("are handed out no more, and nothing is read without them", async () => {
    const server = await startMemcached();
    onTestFinished(() => server.kill());
    const store = memcached(server.url);
    const sealing = await openSealing(store);
    const some = await storeSome(sealing, store);
    expect(await found(sealing, some)).toEqual(["of acme", "of ada", "of other"]);
    const destroyed = await sealing.destroy({ tenant: "acme" });
    expect(destroyed).toMatchObject({ keys: 1, isErased: false });
    expect(await found(await openSealing(memcached(server.url)), some)).toEqual([undefined, undefined, "of other"]);
  });
});
