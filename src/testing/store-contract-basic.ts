/** The cases of the store contract about single values: reading, writing, adding, deleting, expiring. */

import assert from "node:assert/strict";
import { bytesOf, hour, read, type StoreCase } from "./store-case.ts";

export const basicCases: readonly StoreCase[] = [
  {
    name: "answers undefined for what was never set",
    check: async ({ store }) => {
      assert.deepEqual(await store.get("tenant", ["absent"]), [undefined]);
      assert.deepEqual(await store.get("tenant", ["absent", "too"]), [undefined, undefined]);
      assert.deepEqual(await store.get("tenant", []), []);
    },
  },
  {
    name: "returns what was set, at once",
    check: async ({ store, clock }) => {
      const deleteAt = clock.now() + hour;
      assert.equal(await store.set("tenant", "key", bytesOf("value"), { deleteAt }), "stored");
      assert.deepEqual(await read(store, "tenant", "key"), [...bytesOf("value")]);
    },
  },
  {
    name: "answers many keys in their order, repeats and gaps included",
    check: async ({ store, clock }) => {
      const deleteAt = clock.now() + hour;
      for (const key of ["a", "b", "c"]) await store.set("tenant", key, bytesOf(key), { deleteAt });
      const values = await store.get("tenant", ["c", "absent", "a", "c", "b"]);
      const texts = values.map((value) => value && new TextDecoder().decode(value));
      assert.deepEqual(texts, ["c", undefined, "a", "c", "b"]);
    },
  },
  {
    name: "keeps every byte: all 256, none, and a megabyte",
    check: async ({ store, clock }) => {
      const deleteAt = clock.now() + hour;
      const all = Uint8Array.from({ length: 256 }, (_, index) => index);
      const large = Uint8Array.from({ length: 1024 * 1024 }, (_, index) => (index * 31 + (index >> 8)) & 0xff);
      for (const [key, value] of Object.entries({ all, none: new Uint8Array(0), large })) {
        assert.equal(await store.set("tenant", key, value, { deleteAt }), "stored", key);
        const back = await store.get("tenant", [key]);
        assert.ok(back[0] !== undefined && Buffer.compare(back[0], value) === 0, `${key} came back altered`);
      }
    },
  },
  {
    name: "takes a view into a larger buffer as exactly its bytes",
    check: async ({ store, clock }) => {
      const buffer = bytesOf("beforeVALUEafter");
      await store.set("tenant", "view", buffer.subarray(6, 11), { deleteAt: clock.now() + hour });
      assert.deepEqual(await read(store, "tenant", "view"), [...bytesOf("VALUE")]);
    },
  },
  {
    name: "never lets tenants meet",
    check: async ({ store, clock }) => {
      const deleteAt = clock.now() + hour;
      // Pairs that run together when a driver joins tenant and key carelessly.
      const pairs = [
        ["a", "b:c"],
        ["a:b", "c"],
        ["", "a:b:c"],
        ["a", "bc"],
        ["ab", "c"],
        ["A", "bc"],
        ["a\u0000b", "c"],
        ["a", "\u0000bc"],
        ["__proto__", "c"],
      ] as const;
      for (const [tenant, key] of pairs) await store.set(tenant, key, bytesOf(`${tenant}|${key}`), { deleteAt });
      for (const [tenant, key] of pairs) {
        assert.deepEqual(await read(store, tenant, key), [...bytesOf(`${tenant}|${key}`)]);
      }
      assert.equal(await read(store, "other", "c"), undefined);
      assert.equal(await store.delete("other", "c"), false);
      assert.equal(await store.delete("a", "bc"), true);
      assert.deepEqual(await read(store, "ab", "c"), [...bytesOf("ab|c")]);
    },
  },
  {
    name: "replaces on a second set, longer and shorter",
    check: async ({ store, clock }) => {
      const deleteAt = clock.now() + hour;
      for (const value of ["middle", "a much longer value than before", "short"]) {
        await store.set("tenant", "key", bytesOf(value), { deleteAt });
        assert.deepEqual(await read(store, "tenant", "key"), [...bytesOf(value)]);
      }
    },
  },
  {
    name: "deletes, and says whether something was there",
    check: async ({ store, clock }) => {
      const deleteAt = clock.now() + hour;
      assert.equal(await store.delete("tenant", "key"), false);
      await store.set("tenant", "key", bytesOf("value"), { deleteAt });
      assert.equal(await store.delete("tenant", "key"), true);
      assert.equal(await read(store, "tenant", "key"), undefined);
      assert.equal(await store.delete("tenant", "key"), false);
      await store.set("tenant", "key", bytesOf("again"), { deleteAt });
      assert.deepEqual(await read(store, "tenant", "key"), [...bytesOf("again")]);
    },
  },
  {
    name: "keeps the order of calls that were not awaited",
    check: async ({ store, clock }) => {
      const deleteAt = clock.now() + hour;
      const calls = [
        store.set("tenant", "kept", bytesOf("1"), { deleteAt }),
        store.delete("tenant", "kept"),
        store.set("tenant", "kept", bytesOf("2"), { deleteAt }),
        store.set("tenant", "gone", bytesOf("3"), { deleteAt }),
        store.delete("tenant", "gone"),
      ];
      await Promise.all(calls);
      assert.deepEqual(await read(store, "tenant", "kept"), [...bytesOf("2")]);
      assert.equal(await read(store, "tenant", "gone"), undefined);
    },
  },
  {
    name: "adds only where nothing alive is",
    check: async ({ store, clock }) => {
      const deleteAt = clock.now() + hour;
      const added = await store.add("tenant", "key", bytesOf("first"), { deleteAt });
      assert.deepEqual([...added], [...bytesOf("first")]);
      const refused = await store.add("tenant", "key", bytesOf("second"), { deleteAt });
      assert.deepEqual([...refused], [...bytesOf("first")]);
      assert.deepEqual(await read(store, "tenant", "key"), [...bytesOf("first")]);
      await store.set("tenant", "set", bytesOf("by set"), { deleteAt });
      assert.deepEqual([...(await store.add("tenant", "set", bytesOf("late"), { deleteAt }))], [...bytesOf("by set")]);
      await store.delete("tenant", "key");
      assert.deepEqual([...(await store.add("tenant", "key", bytesOf("third"), { deleteAt }))], [...bytesOf("third")]);
    },
  },
  {
    name: "gives racing adds one winner",
    check: async ({ store, clock }) => {
      const deleteAt = clock.now() + hour;
      const values = Array.from({ length: 20 }, (_, index) => bytesOf(`candidate ${index}`));
      const answers = await Promise.all(values.map((value) => store.add("tenant", "token", value, { deleteAt })));
      const distinct = new Set(answers.map((answer) => new TextDecoder().decode(answer)));
      assert.equal(distinct.size, 1);
      assert.deepEqual(await read(store, "tenant", "token"), [...(answers[0] as Uint8Array)]);
    },
  },
  {
    name: "never returns a value past its deleteAt",
    needs: "manual-clock",
    check: async ({ store, clock }) => {
      await store.set("tenant", "short", bytesOf("short"), { deleteAt: clock.now() + hour / 60 });
      await store.set("tenant", "long", bytesOf("long"), { deleteAt: clock.now() + hour });
      await store.set("tenant", "past", bytesOf("past"), { deleteAt: clock.now() - 1 });
      assert.equal(await read(store, "tenant", "past"), undefined);
      clock.advance(hour / 60 - 10);
      assert.deepEqual(await read(store, "tenant", "short"), [...bytesOf("short")]);
      clock.advance(20);
      assert.equal(await read(store, "tenant", "short"), undefined);
      assert.equal(await store.delete("tenant", "short"), false);
      assert.deepEqual(await read(store, "tenant", "long"), [...bytesOf("long")]);
      const deleteAt = clock.now() + hour;
      assert.deepEqual([...(await store.add("tenant", "short", bytesOf("new"), { deleteAt }))], [...bytesOf("new")]);
      assert.deepEqual(await read(store, "tenant", "short"), [...bytesOf("new")]);
    },
  },
  {
    name: "takes the deleteAt of the last write",
    needs: "manual-clock",
    check: async ({ store, clock }) => {
      await store.set("tenant", "longer", bytesOf("1"), { deleteAt: clock.now() + 1_000 });
      await store.set("tenant", "longer", bytesOf("2"), { deleteAt: clock.now() + hour });
      await store.set("tenant", "shorter", bytesOf("3"), { deleteAt: clock.now() + hour });
      await store.set("tenant", "shorter", bytesOf("4"), { deleteAt: clock.now() + 1_000 });
      clock.advance(2_000);
      assert.deepEqual(await read(store, "tenant", "longer"), [...bytesOf("2")]);
      assert.equal(await read(store, "tenant", "shorter"), undefined);
    },
  },
  {
    name: "keeps a value with deleteAt Infinity",
    check: async ({ store, clock }) => {
      await store.set("tenant", "token", bytesOf("for ever"), { deleteAt: Number.POSITIVE_INFINITY });
      clock.advance(100 * 365 * 24 * hour);
      assert.deepEqual(await read(store, "tenant", "token"), [...bytesOf("for ever")]);
    },
  },
  {
    name: "takes odd keys",
    check: async ({ store, clock }) => {
      const deleteAt = clock.now() + hour;
      const keys = [
        "__proto__",
        "constructor",
        "",
        " ",
        "\n",
        "'; --",
        "%00",
        "é",
        "e\u0301",
        "日本語",
        "🙂",
        "K".repeat(10_000),
      ];
      for (const key of keys) await store.set("tenant", key, bytesOf(`value of ${key}`), { deleteAt });
      for (const key of keys) assert.deepEqual(await read(store, "tenant", key), [...bytesOf(`value of ${key}`)]);
      assert.equal(await read(store, "tenant", "toString"), undefined);
    },
  },
  {
    name: "throws when used after close",
    check: async ({ store, clock }) => {
      await store.close();
      const calls = [
        () => store.get("tenant", ["key"]),
        () => store.set("tenant", "key", bytesOf("value"), { deleteAt: clock.now() + hour }),
        () => store.add("tenant", "key", bytesOf("value"), { deleteAt: clock.now() + hour }),
        () => store.delete("tenant", "key"),
        () => store.stats(),
      ];
      for (const call of calls) await assert.rejects(async () => await call(), /closed/);
      await store.close();
    },
  },
];
