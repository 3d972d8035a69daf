import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { PrefixIndex } from "./prefix-index.ts";

/** The same in the plainest way: a list of blocks for each replica, the least recently used first. */
class PlainIndex {
  readonly lists: number[][];

  constructor(replicas: number) {
    this.lists = Array.from({ length: replicas }, () => []);
  }

  put(replica: number, names: readonly number[], capacity: number): void {
    const list = this.lists[replica] as number[];
    for (const name of names.toReversed()) {
      if (list.includes(name)) list.splice(list.indexOf(name), 1);
      list.push(name);
    }
    list.splice(0, Math.max(0, list.length - capacity));
  }

  match(names: readonly number[]): number[] {
    return this.lists.map((list) => {
      const missing = names.findIndex((name) => !list.includes(name));
      return missing === -1 ? names.length : missing;
    });
  }
}

const promptsOf = fc.array(
  fc.record({ replica: fc.nat(39), branch: fc.nat(3), length: fc.integer({ min: 0, max: 9 }), clear: fc.nat(20) }),
  { maxLength: 60 },
);

/** Prompts that begin alike and part ways. */
function blocks(branch: number, length: number): readonly number[] {
  return Array.from({ length }, (_, depth) => (depth < 2 ? depth : 100 * (branch + 1) + depth));
}

describe("what replicas are supposed to have", () => {
  it("is what caches that forget the least recently used have, for each of 40 replicas", () => {
    fc.assert(
      fc.property(promptsOf, fc.integer({ min: 1, max: 15 }), (prompts, capacity) => {
        const index = new PrefixIndex({ replicas: 40, capacity });
        const plain = new PlainIndex(40);
        for (const { replica, branch, length, clear } of prompts) {
          const names = blocks(branch, length);
          expect([...index.match(names)]).toEqual(plain.match(names));
          if (clear === 0) {
            index.clear(replica);
            plain.lists[replica] = [];
          }
          index.put(replica, names);
          plain.put(replica, names, capacity);
        }
        for (let replica = 0; replica < 40; replica++)
          expect(index.sizeOf(replica)).toBe((plain.lists[replica] as number[]).length);
      }),
    );
  });

  it("tells how many blocks were used since each was, to within a span of uses", () => {
    const index = new PrefixIndex({ replicas: 1, capacity: 10_000 });
    index.put(0, [1, 2, 3]);
    for (let name = 100; name < 1100; name++) index.put(0, [name]);
    // The same again makes nothing older.
    for (let name = 100; name < 1100; name++) index.put(0, [name]);
    const [first, , third, unknown] = index.put(0, [1, 2, 3, 4]);
    expect(first).toBe(third);
    expect(first).toBeGreaterThanOrEqual(936);
    expect(first).toBeLessThanOrEqual(1003);
    expect(unknown).toBeUndefined();
  });

  it("forgets what does not fit when it turns out to hold less", () => {
    const index = new PrefixIndex({ replicas: 2, capacity: 100 });
    for (let name = 0; name < 50; name++) index.put(1, [name]);
    index.setCapacity(1, 10);
    expect(index.sizeOf(1)).toBe(10);
    expect([...index.match([49])]).toEqual([0, 1]);
    expect([...index.match([39])]).toEqual([0, 0]);
  });
});
