import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { vectorOf } from "../testing/vector-store-case.ts";
import { encodeQuery } from "./codes.ts";
import { ScanMemory } from "./scan-memory.ts";
import { Scanner, type ScanResult } from "./scanner.ts";
import { VectorIndex } from "./vector-index.ts";

const dimensions = 20;
const changeOf = (kinds: readonly string[]) =>
  fc.record({ kind: fc.constantFrom(...kinds), id: fc.nat(30), at: fc.nat(100) });
const change = fc.oneof(
  { weight: 20, arbitrary: changeOf(["put", "put", "remove"]) },
  { weight: 4, arbitrary: changeOf(["expire", "pin", "unpin"]) },
  { weight: 1, arbitrary: changeOf(["clear"]) },
);

describe("VectorIndex", () => {
  it("holds what a map holds, under any changes, pinned or not", () => {
    fc.assert(
      fc.property(fc.array(change, { maxLength: 120 }), (changes) => {
        const memory = new ScanMemory(0);
        const index = new VectorIndex(memory, dimensions);
        const scanner = new Scanner(memory);
        const model = new Map<string, { readonly seed: number; readonly deleteAt: number }>();
        let pins = 0;
        for (const [seed, { kind, id, at }] of changes.entries()) {
          const name = `${id}`;
          if (kind === "put") {
            expect(index.put(name, vectorOf(seed, dimensions), at)).toBe(true);
            model.delete(name);
            model.set(name, { seed, deleteAt: at });
          } else if (kind === "remove") expect(index.remove(name)).toBe(model.delete(name));
          else if (kind === "expire") {
            const dead = [...model].filter(([, { deleteAt }]) => deleteAt <= at).map(([key]) => key);
            expect([...index.expire(at)].sort()).toEqual(dead.sort());
            for (const key of dead) model.delete(key);
          } else if (kind === "pin") {
            index.pin();
            pins += 1;
          } else if (kind === "unpin" && pins > 0) {
            index.unpin();
            pins -= 1;
          } else if (kind === "clear") {
            index.clear();
            model.clear();
          }
        }
        for (; pins > 0; pins -= 1) index.unpin();
        expect([index.size, index.rows, memory.vectors]).toEqual([model.size, model.size, model.size]);
        expect(index.oldest).toBe(model.keys().next().value);
        for (const [key, { seed, deleteAt }] of model) {
          expect(index.deleteAtOf(key)).toBe(deleteAt);
          const { codes } = encodeQuery(vectorOf(seed, dimensions));
          const { slots } = scanner.scan(index, codes, 1) as ScanResult;
          expect(index.idAt(slots[0] as number)).toBe(key);
        }
        index.clear();
        expect([memory.vectors, memory.used]).toEqual([0, 0]);
      }),
      { seed: 7, numRuns: 200 },
    );
  });

  it("leaves the rows of a scan that is under way where they are", () => {
    const memory = new ScanMemory(0);
    const index = new VectorIndex(memory, dimensions);
    for (let id = 0; id < 10; id += 1) index.put(`${id}`, vectorOf(id, dimensions), Number.POSITIVE_INFINITY);
    index.pin();
    index.remove("3");
    index.put("5", vectorOf(500, dimensions), Number.POSITIVE_INFINITY);
    const ids = Array.from({ length: index.rows }, (_, slot) => index.idAt(slot));
    expect(ids).toEqual(["0", "1", "2", undefined, "4", undefined, "6", "7", "8", "9", "5"]);
    index.unpin();
    expect(index.rows).toBe(9);
  });

  it("says when the memory is full", () => {
    const index = new VectorIndex(new ScanMemory(0), 1_024);
    let count = 0;
    while (index.put(`${count}`, vectorOf(count, 1_024), 1)) count += 1;
    expect(count).toBeGreaterThan(1_500);
    expect(index.size).toBe(count);
    index.remove("0");
    expect(index.put("again", vectorOf(1, 1_024), 1)).toBe(true);
  });
});

describe("ScanMemory", () => {
  it("hands out blocks that never overlap, and joins what is freed", () => {
    const size = fc.integer({ min: 10, max: 20 }).map((power) => 2 ** power);
    const step = fc.record({ size, isFree: fc.boolean(), which: fc.nat(1_000) });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 150 }), (steps) => {
        const memory = new ScanMemory(3 * 1024 * 1024);
        const held: { readonly address: number; readonly size: number }[] = [];
        for (const { size, isFree, which } of steps) {
          if (isFree && held.length > 0) {
            const [block] = held.splice(which % held.length, 1);
            if (block !== undefined) memory.free(block.address, block.size);
            continue;
          }
          const address = memory.allocate(size);
          if (address === undefined) continue;
          expect(address % size).toBe(0);
          expect(address + size).toBeLessThanOrEqual(memory.buffer.byteLength);
          for (const other of held) {
            expect(address + size <= other.address || other.address + other.size <= address).toBe(true);
          }
          held.push({ address, size });
        }
        for (const { address, size } of held) memory.free(address, size);
        expect(memory.allocated).toBe(0);
        // All that was freed has joined: three whole blocks are there, and no fourth.
        const whole = Array.from({ length: 4 }, () => memory.allocate(1024 * 1024));
        expect(whole.filter((address) => address !== undefined)).toHaveLength(3);
      }),
      { seed: 11, numRuns: 200 },
    );
  });
});
