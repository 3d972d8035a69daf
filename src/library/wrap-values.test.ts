import { runInNewContext } from "node:vm";
import { describe, expect, it, onTestFinished } from "vitest";
import { createCache } from "../cache.ts";

async function setUp() {
  const cache = await createCache();
  onTestFinished(() => cache.close());
  return cache;
}

const turn = () => new Promise((resolve) => setImmediate(resolve));

describe("a value of cache.wrap", () => {
  it.each([[0], [""], [false], [null], [[]], [{}], [-1.5], [-0], ["text"], ["\ud800"], [{ a: [null, { b: 1 }] }]])(
    "keeps %j as a value like any other",
    async (value) => {
      const { wrap } = await setUp();
      let computed = 0;
      const compute = () => {
        computed++;
        return value;
      };
      for (const kind of ["miss", "hit", "hit"]) {
        const found = await wrap({ key: "k" }, compute);
        expect(found.outcome.kind).toBe(kind);
        expect(JSON.stringify(found.value)).toBe(JSON.stringify(value));
      }
      expect(computed).toBe(1);
    },
  );

  it("gives frozen values, the same whether computed or found, and never the one that was computed (N6)", async () => {
    const { wrap } = await setUp();
    const original = { deep: { list: [1, 2] } };
    const first = await wrap({ key: "k" }, () => original);
    original.deep.list.push(3);
    for (const value of [first.value, (await wrap({ key: "k" }, () => original)).value]) {
      expect(value).toEqual({ deep: { list: [1, 2] } });
      expect(() => value.deep.list.push(4)).toThrow(TypeError);
      expect(() => Object.assign(value, { more: 1 })).toThrow(TypeError);
    }
  });

  it("keeps objects of another realm and those without a prototype", async () => {
    const { wrap } = await setUp();
    for (const value of [runInNewContext("({ a: [1] })"), Object.assign(Object.create(null), { a: [1] })]) {
      await wrap({ key: "k", refresh: true }, () => value);
      expect(await wrap({ key: "k" }, () => 0)).toMatchObject({ value: { a: [1] }, outcome: { kind: "hit" } });
    }
  });

  const circle: unknown[] = [];
  circle.push(circle);
  class Point {
    x = 1;
  }
  it.each<[string, unknown]>([
    ["undefined", undefined],
    ["a date", new Date(0)],
    ["a map", new Map([[1, 2]])],
    ["an instance", new Point()],
    ["NaN", Number.NaN],
    ["a bigint", 10n],
    ["a function within", { run: () => 1 }],
    ["undefined in a list", [undefined]],
    ["bytes", new Uint8Array([1])],
    ["a bigint within", { n: 10n }],
    ["a member that is undefined", { a: undefined, b: 1 }],
    ["NaN within", { a: [Number.NaN] }],
    ["an object with toJSON", { a: 1, toJSON: () => "changed" }],
    ["an object that inherits toJSON", Object.create({ __proto__: null, toJSON: () => ({}) })],
    ["an object whose toJSON is hidden", Object.defineProperty({}, "toJSON", { value: () => ({ a: 1 }) })],
    ["a symbol for a name", { [Symbol("a")]: 1 }],
    ["a list with a name", Object.assign([1], { a: 1 })],
    ["a hole", Object.assign([1], { length: 2 })],
    ["a boxed text", new String("text")],
    ["a circle", circle],
  ])("hands on %s as it is to all who wait for it, and keeps it not", async (_, value) => {
    const { wrap } = await setUp();
    let computed = 0;
    const compute = async () => {
      computed++;
      await turn();
      return value;
    };
    const both = await Promise.all([wrap({ key: "k" }, compute), wrap({ key: "k" }, compute)]);
    for (const one of both) expect(one.value).toBe(value);
    expect(both[0]?.outcome).toEqual({
      kind: "miss",
      reason: "absent",
      stored: { state: "refused", reason: "invalid_json" },
    });
    expect((await wrap({ key: "k" }, compute)).outcome.kind).toBe("miss");
    expect(computed).toBe(2);
  });
});
