import { describe, expect, it } from "vitest";
import { ManualClock } from "../core/clock.ts";
import { InvalidOptionError } from "../core/errors.ts";
import { itemOf, near, space, vectorOf } from "../testing/vector-store-case.ts";
import { vectorStoreContract } from "../testing/vector-store-contract.ts";
import { type EmbeddedVectorsOptions, embedded } from "./embedded.ts";

const ways: Readonly<Record<string, EmbeddedVectorsOptions>> = {
  "SIMD, on the calling thread": {},
  "SIMD, in a thread": { bytesScannedAtOnce: 0 },
  "plain JavaScript": { simd: false },
  "plain JavaScript, in a thread": { simd: false, bytesScannedAtOnce: 0 },
};

for (const [way, options] of Object.entries(ways)) {
  describe(`embedded in memory (${way}): the vector store contract`, () => {
    const make = async () => {
      const clock = new ManualClock();
      return { clock, store: embedded({ clock, ...options }) };
    };
    for (const { name, run } of vectorStoreContract(make)) it(name, run);
  });
}

describe("embedded in memory", () => {
  const inMemory = (options: EmbeddedVectorsOptions = {}) => embedded({ clock: new ManualClock(), ...options });
  const mebibyte = 1024 * 1024;

  it("answers at once while the partition is small", () => {
    const store = inMemory();
    expect(store.put(space, itemOf("one", vectorOf(1)))).toBe("stored");
    expect(store.nearest(space, vectorOf(1), 1)).toMatchObject([{ id: "one" }]);
  });

  it("gives the same answers with SIMD and without", async () => {
    const [fast, plain] = [inMemory(), inMemory({ simd: false })];
    for (const dimensions of [1, 15, 16, 17, 256, 1_536]) {
      const where = { ...space, dimensions };
      for (let index = 0; index < 103; index += 1) {
        for (const store of [fast, plain]) store.put(where, itemOf(`${index}`, vectorOf(index, dimensions)));
      }
      const query = near(vectorOf(7, dimensions), 0.4, 500);
      expect(await fast.nearest(where, query, 20)).toEqual(await plain.nearest(where, query, 20));
    }
  });

  it.each([true, false])("adds up the widest vectors without overflow (SIMD: %s)", async (simd) => {
    const store = inMemory({ simd });
    const dimensions = 8_192;
    const where = { ...space, dimensions };
    for (let index = 0; index < 80; index += 1) store.put(where, itemOf(`${index}`, vectorOf(index, dimensions)));
    const even = new Float32Array(dimensions).fill(1 / Math.sqrt(dimensions));
    store.put(where, itemOf("even", even));
    expect(await store.nearest(where, even, 1)).toMatchObject([{ id: "even", similarity: 1 }]);
    expect(() => store.put({ ...where, dimensions: 8_193 }, itemOf("wider", vectorOf(1, 8_193)))).toThrow(/8192/);
  });

  it("declines a note that is too large", () => {
    const item = { ...itemOf("one", vectorOf(1)), note: new Uint8Array(64 * 1024 + 1) };
    expect(inMemory().put(space, item)).toBe("declined");
  });

  it("lets the oldest of a partition go at its bound", async () => {
    const store = inMemory({ maxPartitionVectors: 10 });
    for (let index = 0; index < 25; index += 1) store.put(space, itemOf(`${index}`, vectorOf(index)));
    store.put(space, itemOf("15", vectorOf(15)));
    store.put(space, itemOf("25", vectorOf(25)));
    const ids = (await store.nearest(space, vectorOf(1), 100)).map(({ id }) => Number(id));
    expect(ids.sort((one, other) => one - other)).toEqual([15, 17, 18, 19, 20, 21, 22, 23, 24, 25]);
  });

  it("lets the partition used longest ago go at the bound of all", async () => {
    const store = inMemory({ maxVectors: 30 });
    const partition = (name: string) => ({ ...space, partition: name });
    for (const name of ["a", "b", "c"]) {
      for (let index = 0; index < 10; index += 1) store.put(partition(name), itemOf(`${index}`, vectorOf(index)));
    }
    await store.nearest(partition("a"), vectorOf(1), 1);
    for (let index = 0; index < 10; index += 1) store.put(partition("d"), itemOf(`${index}`, vectorOf(index)));
    const sizes = ["a", "b", "c", "d"].map(
      async (name) => (await store.nearest(partition(name), vectorOf(1), 100)).length,
    );
    expect(await Promise.all(sizes)).toEqual([10, 0, 10, 10]);
  });

  it("holds its byte bound, and room of small partitions serves a large one", async () => {
    const store = inMemory({ maxBytes: 4 * mebibyte });
    const dimensions = 256;
    for (let index = 0; index < 6_000; index += 1) {
      const where = { ...space, dimensions, partition: `${index % 3_000}` };
      expect(store.put(where, itemOf(`${index}`, vectorOf(index, dimensions)))).toBe("stored");
      if (index % 500 === 0) expect((await store.stats()).bytes).toBeLessThanOrEqual(4 * mebibyte);
    }
    const large = { ...space, dimensions, partition: "large" };
    for (let index = 0; index < 4_000; index += 1) store.put(large, itemOf(`${index}`, vectorOf(index, dimensions)));
    const { bytes, vectors } = await store.stats();
    expect(bytes).toBeLessThanOrEqual(4 * mebibyte);
    expect(vectors).toBeGreaterThan(2_000);
    expect(await store.nearest(large, vectorOf(3_999, dimensions), 1)).toMatchObject([{ id: "3999" }]);
  });

  it("never finds what is dead when too much of it died at once to be swept at once", async () => {
    const clock = new ManualClock();
    const store = inMemory({ clock });
    for (let index = 0; index < 7_000; index += 1) {
      store.put(space, itemOf(`${index}`, near(vectorOf(0), 0.3, index + 1), clock.now() + 1_000));
    }
    store.put(space, itemOf("alive", vectorOf(50_000)));
    clock.advance(1_000);
    for (let lookup = 0; lookup < 3; lookup += 1) {
      const found = await store.nearest(space, vectorOf(0), 8);
      expect(found.every(({ id }) => id === "alive")).toBe(true);
    }
    expect(await store.nearest(space, vectorOf(0), 8)).toMatchObject([{ id: "alive" }]);
    const { vectors, bytes } = await store.stats();
    expect(vectors).toBe(1);
    expect(bytes).toBeLessThan(3_000);
  });

  it("forgets everything when it was emptied", async () => {
    const store = inMemory();
    for (let round = 0; round < 3; round += 1) {
      for (let index = 0; index < 200; index += 1) store.put(space, itemOf(`${index}`, vectorOf(index)));
      await store.delete({ tenant: space.tenant });
      expect(await store.stats()).toEqual({ vectors: 0, bytes: 0 });
    }
  });

  it("misses nothing when vectors go and come while a thread scans", async () => {
    const store = inMemory({ bytesScannedAtOnce: 0 });
    for (let index = 0; index < 2_000; index += 1) store.put(space, itemOf(`${index}`, vectorOf(index)));
    const searches = Array.from({ length: 50 }, (_, at) => {
      const kept = 1_999 - at;
      const found = store.nearest(space, vectorOf(kept), 1);
      // The last row moves into the place of each one deleted.
      void store.delete({ tenant: space.tenant, partition: space.partition, ids: [`${at}`] });
      store.put(space, itemOf(`new ${at}`, vectorOf(5_000 + at)));
      return Promise.resolve(found).then(([match]) => expect(match?.id).toBe(`${kept}`));
    });
    await Promise.all(searches);
    expect((await store.stats()).vectors).toBe(2_000);
    expect(await store.nearest(space, vectorOf(5_003), 1)).toMatchObject([{ id: "new 3" }]);
    await store.close();
  });

  it("ends look-ups that are under way when it is closed", async () => {
    const store = inMemory({ bytesScannedAtOnce: 0 });
    store.put(space, itemOf("one", vectorOf(1)));
    const found = Promise.resolve(store.nearest(space, vectorOf(1), 1));
    const ended = expect(found).rejects.toThrow(/closed/);
    await store.close();
    await ended;
    expect(() => store.nearest(space, vectorOf(1), 1)).toThrow(/closed/);
  });

  it.each([{ maxVectors: 0 }, { maxPartitionVectors: Number.NaN }, { maxBytes: 1_000 }])("refuses %j", (options) => {
    expect(() => inMemory(options)).toThrow(InvalidOptionError);
  });
});
