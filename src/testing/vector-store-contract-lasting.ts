/** The cases of the vector store contract about many at a time, other stores over the same data, and reopening. */

import assert from "node:assert/strict";
import { hour, idsNear, itemOf, near, put, space, type VectorStoreCase, vectorOf } from "./vector-store-case.ts";

export const lastingVectorCases: readonly VectorStoreCase[] = [
  {
    name: "answers many at a time while others write and delete",
    check: async ({ store }) => {
      for (let index = 0; index < 100; index += 1) await put(store, space, itemOf(`old ${index}`, vectorOf(index)));
      const work = Array.from({ length: 100 }, async (_, index) => {
        await put(store, space, itemOf(`new ${index}`, vectorOf(1_000 + index)));
        const [own] = await idsNear(store, space, vectorOf(1_000 + index), 1);
        assert.equal(own, `new ${index}`, "found by the next look-up");
        await store.delete({ tenant: "tenant", partition: "partition", ids: [`old ${index}`] });
        assert.equal((await idsNear(store, space, vectorOf(index), 8)).includes(`old ${index}`), false);
      });
      await Promise.all(work);
      assert.equal((await store.stats()).vectors, 100);
      assert.equal((await store.nearest(space, vectorOf(1), 1_000)).length, 100);
    },
  },
  {
    name: "counts what it holds",
    check: async ({ store }) => {
      const before = await store.stats();
      for (let index = 0; index < 50; index += 1) await put(store, space, itemOf(`${index}`, vectorOf(index)));
      await put(store, space, itemOf("0", vectorOf(50)));
      const full = await store.stats();
      assert.equal(full.vectors, 50);
      assert.ok(full.bytes >= before.bytes + 50 * space.dimensions, `${full.bytes} bytes for 50 vectors`);
      await store.delete({ tenant: "tenant" });
      assert.equal((await store.stats()).vectors, 0);
    },
  },
  {
    name: "keeps what was stored when it is closed and opened again",
    check: async (subject) => {
      const { clock, store } = subject;
      if (subject.reopen === undefined) return;
      await put(store, space, itemOf("kept", vectorOf(1)));
      await put(store, space, itemOf("replaced", vectorOf(2)));
      await put(store, space, itemOf("replaced", vectorOf(3)));
      await put(store, space, itemOf("removed", vectorOf(4)));
      await put(store, space, itemOf("dies", vectorOf(5), clock.now() + hour));
      await put(store, { ...space, tenant: "another" }, itemOf("theirs", vectorOf(1)));
      await store.delete({ tenant: "tenant", partition: "partition", ids: ["removed"] });
      const again = await subject.reopen();
      try {
        const found = await again.nearest(space, vectorOf(1), 8);
        assert.equal(found[0]?.id, "kept");
        assert.ok((found[0]?.similarity ?? 0) > 0.9999);
        assert.equal(new TextDecoder().decode(found[0]?.note), "note of kept");
        assert.deepEqual(found.map(({ id }) => id).sort(), ["dies", "kept", "replaced"]);
        assert.equal((await again.nearest(space, vectorOf(3), 1))[0]?.id, "replaced");
        await put(again, space, itemOf("later", vectorOf(6)));
        assert.equal((await idsNear(again, space, vectorOf(6), 1))[0], "later");
      } finally {
        await again.close();
      }
    },
  },
  {
    name: "sees what another store over the same data put, replaced and deleted",
    check: async (subject) => {
      const { store } = subject;
      if (subject.another === undefined) return;
      const other = await subject.another();
      try {
        for (let index = 0; index < 60; index += 1) {
          await put(other, space, itemOf(`${index}`, near(vectorOf(0), 0.2, index + 1)));
        }
        await put(store, space, itemOf("own", vectorOf(500)));
        await Promise.all([other.stats(), store.stats()]);
        assert.equal((await store.nearest(space, vectorOf(0), 100)).length, 61);
        assert.equal((await other.nearest(space, vectorOf(0), 100)).length, 61);

        await put(other, space, itemOf("7", vectorOf(900)));
        await other.stats();
        const [moved] = await store.nearest(space, vectorOf(900), 1);
        assert.equal(moved?.id, "7");
        assert.ok((moved?.similarity ?? 0) > 0.9999);

        const ids = Array.from({ length: 60 }, (_, index) => `${index}`);
        await other.delete({ tenant: "tenant", partition: "partition", ids });
        assert.deepEqual(await idsNear(store, space, vectorOf(0)), ["own"]);
        await store.delete({ tenant: "tenant" });
        assert.deepEqual(await idsNear(other, space, vectorOf(0)), []);
        await put(other, space, itemOf("again", vectorOf(3)));
        await other.stats();
        assert.deepEqual(await idsNear(store, space, vectorOf(0)), ["again"]);
      } finally {
        await other.close();
      }
    },
  },
  {
    name: "closing twice is fine",
    check: async ({ store }) => {
      await store.close();
    },
  },
];
