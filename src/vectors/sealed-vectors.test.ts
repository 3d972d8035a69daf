import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { ManualClock, systemRandom } from "../core/clock.ts";
import type { SealRejection } from "../core/sealer.ts";
import { bytesOfNumbers } from "../core/vector.ts";
import type { VectorStore } from "../core/vector-store.ts";
import { localMasterKeys } from "../storage/sealing/master-keys.ts";
import { Sealing } from "../storage/sealing/sealing.ts";
import { memory } from "../stores/memory.ts";
import { forEver, space, vectorOf } from "../testing/vector-store-case.ts";
import { vectorStoreContract } from "../testing/vector-store-contract.ts";
import { DeferredVectors } from "./deferred-vectors.ts";
import { embedded } from "./embedded.ts";
import { sealedVectors } from "./sealed-vectors.ts";

const masters = localMasterKeys(new Uint8Array(32).fill(3), [], systemRandom);

function newFolder(): string {
  return mkdtempSync(join(tmpdir(), "reprise-sealed-vectors-"));
}

async function keyring(clock: ManualClock) {
  const rejected: SealRejection[] = [];
  const onReject = (reason: SealRejection) => void rejected.push(reason);
  const store = memory({ clock });
  const sealing = await Sealing.open({ store, masters, clock, random: systemRandom, onReject });
  return { sealing, rejected };
}

describe("sealed vectors in a file: the vector store contract", () => {
  const make = async () => {
    const clock = new ManualClock();
    const directory = newFolder();
    const { sealing } = await keyring(clock);
    const open = () => {
      const opened = embedded({ directory, clock, bytesScannedAtOnce: 60 * 32 });
      opened.sealWith?.(sealing.sealer);
      return opened;
    };
    const store = open();
    const reopen = async () => {
      await store.close();
      return open();
    };
    const dispose = async () => rmSync(directory, { recursive: true });
    return { clock, store, reopen, another: async () => open(), dispose };
  };
  for (const { name, run } of vectorStoreContract(make)) it(name, run);
});

describe("sealed vectors in a file", () => {
  const setUp = async () => {
    const clock = new ManualClock();
    const directory = newFolder();
    onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
    const keys = await keyring(clock);
    const open = (isSealed = true) => {
      const store = embedded({ directory, clock, onWarning: () => {} });
      if (isSealed) store.sealWith?.(keys.sealing.sealer);
      onTestFinished(() => store.close());
      return store;
    };
    return { clock, directory, open, ...keys };
  };
  const item = (id: string, seed: number, owner?: { readonly tenant: string; readonly user?: string }) => ({
    ...{ id, vector: vectorOf(seed), note: Buffer.from(`canary question ${id}`), deleteAt: forEver },
    ...(owner && { owner }),
  });
  const idsNear = async (store: VectorStore, seed: number) =>
    (await store.nearest(space, vectorOf(seed), 3)).map(({ id }) => id);

  it("leave neither their numbers nor their notes to read", async () => {
    const { directory, open } = await setUp();
    const store = open();
    await store.put(space, item("a", 1));
    await store.flush();
    const bytes = readdirSync(directory).map((name) => readFileSync(join(directory, name)));
    expect(bytes.some((one) => one.includes("canary"))).toBe(false);
    expect(bytes.some((one) => one.includes(Buffer.from(bytesOfNumbers(vectorOf(1)))))).toBe(false);
    const [match] = await open().nearest(space, vectorOf(1), 1);
    expect([match?.id, Buffer.from(match?.note ?? []).toString()]).toEqual(["a", "canary question a"]);
  });

  it("X8: are found no more when the key of their user or tenant is destroyed", async () => {
    const { clock, sealing, open } = await setUp();
    const store = open();
    await store.put(space, item("ours", 1));
    await store.put(space, item("ada's", 2, { tenant: space.tenant, user: "ada" }));
    await store.flush();
    const { withinMs } = await sealing.destroy({ tenant: space.tenant, user: "ada" });
    clock.advance(withinMs);
    expect(await idsNear(open(), 2)).toEqual(["ours"]);
    expect(await idsNear(store, 2)).toEqual(["ours"]);
    await sealing.destroy({ tenant: space.tenant });
    clock.advance(withinMs);
    expect([await idsNear(open(), 1), await idsNear(store, 1)]).toEqual([[], []]);
  });

  it("are searched again when the keys, gone from memory meanwhile, are there", async () => {
    const { clock, open } = await setUp();
    const store = open();
    await store.put(space, item("a", 1));
    await store.flush();
    clock.advance(60_000);
    expect(await idsNear(store, 1)).toEqual(["a"]);
  });

  it("X14: count for nothing where they were stored without sealing, or are met without it", async () => {
    const { open, rejected } = await setUp();
    const [plain, store] = [open(false), open()];
    await plain.put(space, item("plain", 1));
    await plain.flush();
    await store.put(space, item("one", 2));
    await store.put(space, item("two", 3));
    await store.flush();
    const reader = open();
    expect((await idsNear(reader, 1)).sort()).toEqual(["one", "two"]);
    expect(rejected).toContain("unsealed");
    const unsealed = await idsNear(open(false), 2);
    expect(unsealed.filter((id) => id !== "plain")).toEqual([]);
  });
});

describe("vectors on a server", () => {
  const onServer = (): VectorStore => {
    const { put, nearest, stats, close, delete: remove } = boundTo(embedded());
    return { name: "server", put, nearest, stats, close, delete: remove };
  };

  it("are refused with sealing on, unless their numbers may lie open; then their notes are sealed", async () => {
    const clock = new ManualClock();
    const { sealing } = await keyring(clock);
    expect(() => sealedVectors(onServer(), sealing.sealer, false)).toThrow("cannot be sealed");
    const bare = onServer();
    expect(sealedVectors(bare, undefined, false)).toBe(bare);
    const deferred = new DeferredVectors({ name: "server", clock, open: () => bare });
    for (const store of [sealedVectors(bare, sealing.sealer, true), sealedVectors(deferred, sealing.sealer, false)]) {
      await store.put(space, { id: "a", vector: vectorOf(1), note: Buffer.from("canary"), deleteAt: forEver });
      const [seen] = await bare.nearest(space, vectorOf(1), 1);
      expect(Buffer.from(seen?.note ?? []).includes("canary")).toBe(false);
      const [match] = await store.nearest(space, vectorOf(1), 1);
      expect(Buffer.from(match?.note ?? []).toString()).toBe("canary");
    }
    await sealing.destroy({ tenant: space.tenant });
    expect(await sealedVectors(bare, sealing.sealer, true).nearest(space, vectorOf(1), 1)).toEqual([]);
  });
});

function boundTo(store: VectorStore) {
  return {
    put: store.put.bind(store),
    nearest: store.nearest.bind(store),
    delete: store.delete.bind(store),
    stats: store.stats.bind(store),
    close: store.close.bind(store),
  };
}
