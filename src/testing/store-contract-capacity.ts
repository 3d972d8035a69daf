/** The cases of the store contract that fill, count and reopen. */

import assert from "node:assert/strict";
import type { EvictionPriority, Store } from "../core/store.ts";
import { bytesOf, hour, read, type StoreCase } from "./store-case.ts";

const valueBytes = 16 * 1024;

/** Writes `count` distinct values and waits now and then, as a server would. */
async function fill(store: Store, prefix: string, count: number, priority: EvictionPriority, deleteAt: number) {
  for (let index = 0; index < count; index += 1) {
    const value = new Uint8Array(valueBytes).fill(index);
    for (;;) {
      const result = await store.set("tenant", `${prefix}${index}`, value, { deleteAt, priority });
      if (result === "stored") break;
      assert.equal(result, "overloaded");
      await store.stats();
    }
  }
}

async function alive(store: Store, prefix: string, count: number): Promise<number> {
  const keys = Array.from({ length: count }, (_, index) => `${prefix}${index}`);
  return (await store.get("tenant", keys)).filter((value) => value !== undefined).length;
}

async function capacityOf(store: Store): Promise<number> {
  const { capacityBytes } = await store.stats();
  assert.ok(capacityBytes <= 64 * 1024 * 1024, "make the store small for this suite: at most 64 MiB");
  return capacityBytes;
}

export const capacityCases: readonly StoreCase[] = [
  {
    name: "holds its byte bound under ten times its capacity",
    needs: "bound",
    check: async ({ store, clock }) => {
      const capacity = await capacityOf(store);
      const count = Math.ceil((10 * capacity) / valueBytes);
      for (let part = 0; part < 10; part += 1) {
        await fill(store, `part${part}-`, Math.ceil(count / 10), "normal", clock.now() + hour);
        const { bytes } = await store.stats();
        assert.ok(bytes <= capacity, `${bytes} bytes held, ${capacity} allowed`);
        assert.ok(bytes > capacity / 2, `no cliff: ${bytes} of ${capacity} bytes left`);
      }
      const { evictions } = await store.stats();
      assert.ok(evictions > 0, "evictions are counted");
      const last = Math.ceil(count / 10) - 1;
      assert.ok((await read(store, "tenant", `part9-${last}`)) !== undefined, "the newest value is there");
    },
  },
  {
    name: "evicts low before normal and normal before high",
    needs: "priorities",
    check: async ({ store, clock }) => {
      const deleteAt = clock.now() + hour;
      const third = Math.floor((await capacityOf(store)) / valueBytes / 4);
      // The high ones are the oldest and the low ones younger than some normal ones: age alone would decide otherwise.
      await fill(store, "high-", third, "high", deleteAt);
      clock.advance(1_000);
      await fill(store, "normal-", third, "normal", deleteAt);
      clock.advance(1_000);
      await fill(store, "low-", third, "low", deleteAt);
      clock.advance(1_000);
      assert.equal(await alive(store, "low-", third), third, "nothing is evicted while there is room");
      await fill(store, "more-", third * 2, "normal", deleteAt);
      await store.stats();
      assert.ok((await alive(store, "low-", third)) < third / 4, "low values went first");
      assert.equal(await alive(store, "high-", third), third, "high values stayed");
      await fill(store, "most-", third * 4, "normal", deleteAt);
      await store.stats();
      assert.equal(await alive(store, "high-", third), third, "high values outlive any number of normal ones");
    },
  },
  {
    name: "counts what it holds",
    needs: "exact-stats",
    check: async ({ store, clock }) => {
      const deleteAt = clock.now() + hour;
      const before = await store.stats();
      assert.equal(before.entries, 0);
      for (let index = 0; index < 50; index += 1) {
        await store.set("tenant", `key${index}`, new Uint8Array(1_000), { deleteAt });
      }
      await store.set("tenant", "key0", new Uint8Array(500), { deleteAt });
      const full = await store.stats();
      assert.equal(full.entries, 50);
      assert.ok(full.bytes >= 49_500 && full.bytes < 49_500 + 50 * 4_096, `${full.bytes} bytes for 49,500`);
      for (let index = 0; index < 50; index += 1) await store.delete("tenant", `key${index}`);
      const empty = await store.stats();
      assert.equal(empty.entries, 0);
      assert.equal(empty.bytes, before.bytes);
      assert.equal(empty.evictions, 0);
      assert.equal(empty.corrupt, 0);
    },
  },
  {
    name: "keeps what was stored when it is closed and opened again",
    check: async (subject) => {
      const { clock } = subject;
      if (subject.reopen === undefined) return;
      const deleteAt = clock.now() + hour;
      await subject.store.set("tenant", "kept", bytesOf("kept"), { deleteAt });
      await subject.store.set("tenant", "removed", bytesOf("removed"), { deleteAt });
      await subject.store.set("tenant", "for ever", bytesOf("token"), { deleteAt: Number.POSITIVE_INFINITY });
      await subject.store.delete("tenant", "removed");
      const again = await subject.reopen();
      try {
        assert.deepEqual(await read(again, "tenant", "kept"), [...bytesOf("kept")]);
        assert.equal(await read(again, "tenant", "removed"), undefined);
        assert.deepEqual(await read(again, "tenant", "for ever"), [...bytesOf("token")]);
        clock.advance(2 * hour);
        assert.equal(await read(again, "tenant", "kept"), undefined);
      } finally {
        await again.close();
      }
    },
  },
];
