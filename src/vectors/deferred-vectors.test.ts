import { describe, expect, test } from "vitest";
import { ManualClock } from "../core/clock.ts";
import type { VectorSpace } from "../core/vector-store.ts";
import { DeferredVectors } from "./deferred-vectors.ts";
import { embedded } from "./embedded.ts";

const space: VectorSpace = { tenant: "tenant", partition: "partition", model: "model", dimensions: 2 };
const vector = Float32Array.of(1, 0);
const item = { id: "one", vector, note: new Uint8Array([1]), deleteAt: Number.POSITIVE_INFINITY };

function deferred(open = () => embedded()) {
  const clock = new ManualClock();
  const state = { opened: 0 };
  const vectors = new DeferredVectors({
    name: "embedded",
    clock,
    open() {
      state.opened += 1;
      return open();
    },
  });
  return { vectors, clock, state };
}

describe("a store of vectors that is opened when it is needed", () => {
  test("is opened by the first look-up and once", async () => {
    const { vectors, state } = deferred();
    expect(state.opened).toBe(0);
    expect(await vectors.put(space, item)).toBe("stored");
    expect(await vectors.nearest(space, vector, 8)).toMatchObject([{ id: "one" }]);
    expect(await vectors.stats()).toMatchObject({ vectors: 1 });
    await vectors.delete({ tenant: "tenant" });
    expect(await vectors.nearest(space, vector, 8)).toEqual([]);
    expect(state.opened).toBe(1);
    await vectors.close();
  });

  test("answers at once where the store does", async () => {
    const { vectors } = deferred();
    expect(vectors.nearest(space, vector, 8)).not.toBeInstanceOf(Promise);
    await vectors.close();
  });

  test("is opened once, though many ask while it opens", async () => {
    const clock = new ManualClock();
    let opened = 0;
    const open = async () => {
      opened += 1;
      return embedded();
    };
    const vectors = new DeferredVectors({ name: "embedded", clock, open });
    await Promise.all([vectors.put(space, item), vectors.nearest(space, vector, 8), vectors.stats()]);
    expect(opened).toBe(1);
    await vectors.close();
  });

  test.each([
    [
      "at once",
      () => () => {
        throw new Error("locked");
      },
    ],
    ["later", () => () => Promise.reject(new Error("locked")) as never],
  ])("that fails %s is tried again after a second and not before", async (_when, failing) => {
    let open: () => ReturnType<typeof embedded> = failing();
    const { vectors, clock, state } = deferred(() => open());
    const look = async () => vectors.nearest(space, vector, 8);
    await expect(look()).rejects.toThrow("locked");
    await expect(look()).rejects.toThrow("locked");
    expect(state.opened).toBe(1);
    open = () => embedded();
    clock.advance(1_000);
    expect(await look()).toEqual([]);
    await vectors.close();
  });

  test("closes what was opened, and opens nothing afterwards", async () => {
    const { vectors, state } = deferred();
    await vectors.close();
    expect(() => vectors.nearest(space, vector, 8)).toThrow("closed");
    expect(state.opened).toBe(0);
  });

  test("closes a store that is still being opened", async () => {
    const store = embedded();
    const { promise, resolve } = Promise.withResolvers<typeof store>();
    const vectors = new DeferredVectors({ name: "embedded", clock: new ManualClock(), open: () => promise });
    const looking = vectors.stats();
    const closed = vectors.close();
    resolve(store);
    await Promise.all([closed, Promise.resolve(looking).catch(() => {})]);
    expect(() => store.stats()).toThrow();
  });
});
