import { describe, expect, test } from "vitest";
import { readKvEvents } from "./kv-event.ts";

/** As MessagePack: what these tests need of it. */
function packed(value: unknown): number[] {
  if (value === null) return [0xc0];
  if (typeof value === "number")
    return value === (value & 0xffff) ? [0xcd, value >> 8, value & 255] : [...double(value)];
  if (typeof value === "string") return [0xd9, Buffer.byteLength(value), ...Buffer.from(value)];
  if (Array.isArray(value)) return [0xdc, value.length >> 8, value.length & 255, ...value.flatMap(packed)];
  const members = Object.entries(value as object);
  return [0xde, 0, members.length, ...members.flatMap(([name, member]) => [...packed(name), ...packed(member)])];
}

function double(value: number): Buffer {
  const bytes = Buffer.alloc(9, 0xcb);
  bytes.writeDoubleBE(value, 1);
  return bytes;
}

const read = (batch: unknown) => readKvEvents(Uint8Array.from(packed(batch)));

describe("events of an engine's cache", () => {
  test("as lists", () => {
    const stored = ["BlockStored", [11, 12], null, [1, 2, 3], 16, null, "GPU"];
    expect(read([1.5, [stored, ["BlockRemoved", [11], "GPU"], ["AllBlocksCleared"]], 0])).toEqual([
      { kind: "stored", blocks: 2, tokens: 32 },
      { kind: "removed", blocks: 1 },
      { kind: "cleared" },
    ]);
  });

  test("as maps", () => {
    const stored = {
      type: "BlockStored",
      block_hashes: [11, 12],
      parent_block_hash: null,
      block_size: 16,
      medium: "GPU",
    };
    const removed = { type: "BlockRemoved", block_hashes: [11], medium: null };
    expect(read({ ts: 1.5, events: [stored, removed, { type: "AllBlocksCleared" }] })).toEqual([
      { kind: "stored", blocks: 2, tokens: 32 },
      { kind: "removed", blocks: 1 },
      { kind: "cleared" },
    ]);
  });

  test("other memories, other groups and what is not known is passed over", () => {
    const stored = { type: "BlockStored", block_hashes: [11], block_size: 16 };
    const events = [
      { ...stored, medium: "CPU" },
      { ...stored, group_idx: 1 },
      { ...stored, block_size: 0 },
      { type: "BlockMoved", block_hashes: [11] },
      ["BlockRemoved", 7],
      "BlockRemoved",
      7,
      ["BlockStored"],
      { ...stored, group_idx: 0 },
    ];
    expect(read([1.5, events])).toEqual([{ kind: "stored", blocks: 1, tokens: 16 }]);
  });

  test.each([0, -16, 0.5, 16.5, 65_537, 1e300, Number.POSITIVE_INFINITY, Number.NaN, null, "16"])(
    "blocks of %s tokens are none",
    (size) => {
      const stored = ["BlockStored", [11, 12], null, [1, 2, 3], size, null, "GPU"];
      expect(read([1.5, [stored, ["BlockRemoved", [11], "GPU"]]])).toEqual([{ kind: "removed", blocks: 1 }]);
    },
  );

  test("blocks may be of one token, and of as many as no engine has", () => {
    const stored = (size: number) => ["BlockStored", [11, 12], null, [1, 2, 3], size, null, "GPU"];
    expect(read([1.5, [stored(1), stored(65_536)]])).toEqual([
      { kind: "stored", blocks: 2, tokens: 2 },
      { kind: "stored", blocks: 2, tokens: 131_072 },
    ]);
  });

  test.each([
    ["no batch", 7],
    ["no list of events", [1.5, 7]],
    ["no events", { ts: 1.5 }],
  ])("is refused: %s", (_, batch) => {
    expect(() => read(batch)).toThrow("batch");
  });
});
