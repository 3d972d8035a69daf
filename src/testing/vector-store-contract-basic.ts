/** The cases of the vector store contract about what one store finds and refuses. */

import assert from "node:assert/strict";
import { RepriseError } from "../core/errors.ts";
import type { VectorSpace, VectorStore } from "../core/vector-store.ts";
import {
  cosine,
  forEver,
  hour,
  idsNear,
  itemOf,
  near,
  put,
  space,
  type VectorStoreCase,
  vectorOf,
} from "./vector-store-case.ts";

async function assertRefused(attempt: () => unknown, words: RegExp): Promise<void> {
  await assert.rejects(
    async () => attempt(),
    (error: unknown) => RepriseError.isInstance(error) && error.remedy !== undefined && words.test(error.message),
  );
}

/** The ids of the nearest, which are their places in the list. */
function bruteForce(vectors: readonly Float32Array[], query: Float32Array, count: number): string[] {
  return vectors
    .map((vector, index) => ({ id: `${index}`, similarity: cosine(query, vector) }))
    .sort((one, other) => other.similarity - one.similarity)
    .slice(0, count)
    .map(({ id }) => id);
}

const otherSpaces: Readonly<Record<string, VectorSpace>> = {
  tenant: { ...space, tenant: "another" },
  partition: { ...space, partition: "another" },
  model: { ...space, model: "another" },
  dimensions: { ...space, dimensions: 16 },
  /** Names that run together are different names. */
  border: { ...space, tenant: "tenantp", partition: "artition" },
};

/** One item in the space of the suite and in each other one, all under the same id. */
async function fillSpaces(store: VectorStore): Promise<void> {
  for (const where of [space, ...Object.values(otherSpaces)]) {
    await put(store, where, itemOf("same", vectorOf(1, where.dimensions)));
  }
}

export const basicVectorCases: readonly VectorStoreCase[] = [
  {
    name: "finds nothing where nothing is",
    check: async ({ store }) => {
      assert.deepEqual(await store.nearest(space, vectorOf(1), 8), []);
      assert.equal((await store.stats()).vectors, 0);
      await store.delete({ tenant: "tenant" });
    },
  },
  {
    name: "finds what was put at once, with its note and its cosine",
    check: async ({ store }) => {
      const note = Uint8Array.from({ length: 300 }, (_, at) => at % 256);
      await put(store, space, { ...itemOf("one", vectorOf(1)), note });
      await put(store, space, { ...itemOf("empty note", vectorOf(2)), note: new Uint8Array(0) });
      const query = near(vectorOf(1), 0.3, 9);
      const [best, second, ...rest] = await store.nearest(space, query, 8);
      assert.equal(best?.id, "one");
      assert.deepEqual([...(best?.note ?? [])], [...note]);
      assert.ok(Math.abs((best?.similarity ?? 0) - cosine(query, vectorOf(1))) < 1e-5, `${best?.similarity}`);
      assert.equal(second?.id, "empty note");
      assert.equal(second?.note.byteLength, 0);
      assert.deepEqual(rest, []);
    },
  },
  {
    name: "keeps what it was given, whatever the caller does with the arrays later",
    check: async ({ store }) => {
      // A `Buffer` is an array of bytes, too, and its `slice` is no copy.
      for (const note of [new TextEncoder().encode("a note"), Buffer.from("a note")]) {
        const item = { ...itemOf("one", vectorOf(1)), note };
        await put(store, space, item);
        item.vector.fill(0);
        item.note.fill(0);
        const [match] = await store.nearest(space, vectorOf(1), 1);
        assert.ok((match?.similarity ?? 0) > 0.9999);
        assert.equal(new TextDecoder().decode(match?.note), "a note");
      }
    },
  },
  {
    name: "finds the nearest in the order of their cosine",
    needs: "exact",
    check: async ({ store }) => {
      const vectors = Array.from({ length: 500 }, (_, index) => vectorOf(index));
      for (const [index, vector] of vectors.entries()) await put(store, space, itemOf(`${index}`, vector));
      for (let seed = 0; seed < 20; seed += 1) {
        const query = seed % 2 === 0 ? vectorOf(1_000 + seed) : near(vectorOf(seed), 0.4, 1_000 + seed);
        const found = await store.nearest(space, query, 8);
        assert.deepEqual(
          found.map(({ id }) => id),
          bruteForce(vectors, query, 8),
        );
        for (const { id, similarity } of found) {
          assert.ok(Math.abs(similarity - cosine(query, vectors[Number(id)] as Float32Array)) < 1e-5);
        }
      }
    },
  },
  {
    name: "tells apart what lies so close together that eight bits do not",
    needs: "exact",
    check: async ({ store }) => {
      const vectors = Array.from({ length: 600 }, (_, index) => near(vectorOf(0), 0.2, index + 1));
      for (const [index, vector] of vectors.entries()) await put(store, space, itemOf(`${index}`, vector));
      for (let seed = 0; seed < 20; seed += 1) {
        const query = near(vectorOf(0), 0.2, 1_000 + seed);
        assert.deepEqual(await idsNear(store, space, query, 8), bruteForce(vectors, query, 8));
      }
    },
  },
  {
    name: "finds no more than are asked for, and all when there are fewer",
    check: async ({ store }) => {
      for (let index = 0; index < 20; index += 1) await put(store, space, itemOf(`${index}`, vectorOf(index)));
      assert.equal((await store.nearest(space, vectorOf(3), 1)).length, 1);
      assert.deepEqual(await store.nearest(space, vectorOf(3), 0), []);
      assert.equal((await store.nearest(space, vectorOf(3), 100)).length, 20);
    },
  },
  ...Object.entries(otherSpaces).map(([what, where]) => ({
    name: `never finds a vector of another ${what}`,
    check: async ({ store }: { readonly store: VectorStore }) => {
      await put(store, where, itemOf("theirs", vectorOf(1, where.dimensions)));
      assert.deepEqual(await store.nearest(space, vectorOf(1), 8), []);
      await put(store, space, itemOf("ours", vectorOf(2)));
      assert.deepEqual(await idsNear(store, space, vectorOf(1)), ["ours"]);
      assert.deepEqual(await idsNear(store, where, vectorOf(1, where.dimensions)), ["theirs"]);
    },
  })),
  {
    name: "a second item with the same id takes the place of the first",
    check: async ({ store }) => {
      await put(store, space, itemOf("one", vectorOf(1)));
      await put(store, space, { ...itemOf("one", vectorOf(2)), note: new Uint8Array([7]) });
      const found = await store.nearest(space, vectorOf(1), 8);
      assert.equal(found.length, 1);
      assert.ok(Math.abs((found[0]?.similarity ?? 1) - cosine(vectorOf(1), vectorOf(2))) < 1e-5);
      assert.deepEqual([...(found[0]?.note ?? [])], [7]);
      assert.equal((await store.stats()).vectors, 1);
    },
  },
  {
    name: "deletes by ids from every model of the partition, and from no other",
    check: async ({ store }) => {
      await fillSpaces(store);
      await put(store, space, itemOf("other", vectorOf(2)));
      await store.delete({ tenant: "tenant", partition: "partition", ids: ["same", "unknown"] });
      assert.deepEqual(await idsNear(store, space, vectorOf(1)), ["other"]);
      for (const [what, where] of Object.entries(otherSpaces)) {
        const left = what === "model" || what === "dimensions" ? [] : ["same"];
        assert.deepEqual(await idsNear(store, where, vectorOf(1, where.dimensions)), left, what);
      }
    },
  },
  {
    name: "deletes by ids in all partitions of a tenant",
    check: async ({ store }) => {
      await fillSpaces(store);
      await put(store, space, itemOf("other", vectorOf(2)));
      await store.delete({ tenant: "tenant", ids: ["same"] });
      assert.deepEqual(await idsNear(store, space, vectorOf(1)), ["other"]);
      assert.equal((await store.stats()).vectors, 3, "the two of other tenants, and the other id");
    },
  },
  {
    name: "deletes a partition, and a tenant, and what is put afterwards stays",
    check: async ({ store }) => {
      await fillSpaces(store);
      await store.delete({ tenant: "tenant", partition: "partition" });
      assert.deepEqual(await store.nearest(space, vectorOf(1), 8), []);
      assert.equal((await store.stats()).vectors, 3);
      await put(store, space, itemOf("new", vectorOf(1)));
      assert.deepEqual(await idsNear(store, space, vectorOf(1)), ["new"]);
      await store.delete({ tenant: "tenant" });
      assert.deepEqual(await store.nearest(space, vectorOf(1), 8), []);
      assert.equal((await store.stats()).vectors, 2);
      await put(store, space, itemOf("newer", vectorOf(1)));
      assert.deepEqual(await idsNear(store, space, vectorOf(1)), ["newer"]);
    },
  },
  {
    name: "deletes what bears a mark, in all partitions of a tenant, and nothing that bears others or none",
    check: async ({ store }) => {
      const marked = (id: string, ...marks: readonly string[]) => ({ ...itemOf(id, vectorOf(1)), marks });
      const another = { ...space, tenant: "another" };
      for (const where of [space, { ...space, partition: "another" }, another]) {
        await put(store, where, marked("his", "mark-of_ann", "mark-of_all"));
        await put(store, where, marked("hers", "mark-of_bob"));
        await put(store, where, itemOf("nobodys", vectorOf(2)));
      }
      await store.delete({ tenant: "tenant", marks: [] });
      assert.deepEqual((await idsNear(store, space, vectorOf(1))).toSorted(), ["hers", "his", "nobodys"]);
      await store.delete({ tenant: "tenant", marks: ["mark-of_all", "unknown"] });
      for (const where of [space, { ...space, partition: "another" }])
        assert.deepEqual((await idsNear(store, where, vectorOf(1))).toSorted(), ["hers", "nobodys"]);
      assert.equal((await idsNear(store, another, vectorOf(1))).length, 3);
      await put(store, space, marked("hers", "mark-of_ann"));
      await store.delete({ tenant: "tenant", partition: "partition", marks: ["mark-of_ann"] });
      assert.deepEqual(await idsNear(store, space, vectorOf(1)), ["nobodys"]);
    },
  },
  {
    name: "an empty list of ids deletes nothing",
    check: async ({ store }) => {
      await put(store, space, itemOf("one", vectorOf(1)));
      await store.delete({ tenant: "tenant", partition: "partition", ids: [] });
      await store.delete({ tenant: "tenant", ids: [] });
      assert.deepEqual(await idsNear(store, space, vectorOf(1)), ["one"]);
    },
  },
  {
    name: "finds nothing past its deleteAt, and the next nearest in its place",
    needs: "manual-clock",
    check: async ({ store, clock }) => {
      for (let index = 0; index < 40; index += 1) {
        await put(store, space, itemOf(`${index}`, near(vectorOf(0), 0.1, index), clock.now() + hour));
      }
      await put(store, space, itemOf("stays", vectorOf(500)));
      await put(store, space, itemOf("dead already", vectorOf(0), clock.now() - 1));
      assert.equal((await idsNear(store, space, vectorOf(0), 3)).includes("dead already"), false);
      assert.equal((await store.nearest(space, vectorOf(0), 100)).length, 41);
      clock.advance(hour - 1);
      assert.equal((await store.nearest(space, vectorOf(0), 100)).length, 41);
      clock.advance(1);
      assert.deepEqual(await idsNear(store, space, vectorOf(0), 3), ["stays"]);
    },
  },
  {
    name: "refuses what is no vector of the space, and says why",
    check: async ({ store }) => {
      const bad: readonly (readonly [Float32Array, RegExp])[] = [
        [vectorOf(1, 23), /24 dimensions, not 23/],
        [vectorOf(1).fill(Number.NaN, 3, 4), /NaN/],
        [vectorOf(1).fill(Number.POSITIVE_INFINITY, 3, 4), /infinity/],
        [new Float32Array(24), /zeros/],
        [vectorOf(1).map((number) => 3 * number), /length 3/],
      ];
      for (const [vector, words] of bad) {
        await assertRefused(() => store.put(space, { ...itemOf("bad", vector), deleteAt: forEver }), words);
        await assertRefused(() => store.nearest(space, vector, 8), words);
      }
      assert.deepEqual(await store.nearest(space, vectorOf(1), 8), []);
      assert.equal((await store.stats()).vectors, 0);
    },
  },
];
