import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { bytesOfNumbers } from "../../core/vector.ts";
import type { VectorScope } from "./vector-key.ts";
import { readRecord, type VectorRecord, writeRecord } from "./vector-record.ts";

const scope: VectorScope = {
  whom: "shared",
  namespace: "n",
  origin: "https://api.example.com/v1",
  family: "openai",
  query: "",
  version: "1",
  model: "m",
  parameters: '{"dimensions":2}',
  headers: ["openai-project", "p"],
};
const record: VectorRecord = {
  vector: bytesOfNumbers([1, -2]),
  tokens: 12,
  model: "m-001",
  origin: { digest: "d".repeat(43), scope },
};
const written = (change: Partial<VectorRecord> = {}) => writeRecord({ ...record, ...change });

function read(body: Uint8Array): VectorRecord {
  const found = readRecord(body) ?? expect.fail("the record cannot be read");
  return { ...found, vector: new Uint8Array(found.vector), origin: found.origin };
}

describe("a record of a vector", () => {
  it("comes back as it was written", () => {
    expect(read(written())).toEqual(record);
    expect(read(written({ model: "modèle 🌊" })).model).toBe("modèle 🌊");
  });

  it("has the layout that it says", () => {
    const body = Buffer.from(written());
    expect([body.readUInt32LE(0), body.readUInt32LE(4), body.readUInt16LE(8), body.readUInt16LE(10)]).toEqual([
      12, 8, 5, 0,
    ]);
    expect([body.readFloatLE(12), body.readFloatLE(16), body.toString("utf8", 20, 25)]).toEqual([1, -2, "m-001"]);
    expect(JSON.parse(body.toString("utf8", 25))).toEqual(record.origin);
  });

  it.each([undefined, 0, 1, 2 ** 32 - 2])("tells %j tokens from others", (tokens) => {
    expect(read(written({ tokens })).tokens).toBe(tokens);
  });

  it.each([2 ** 32 - 1, 2 ** 32, Number.MAX_SAFE_INTEGER])(
    "has no room for %d tokens, which are not known",
    (tokens) => {
      expect(read(written({ tokens })).tokens).toBeUndefined();
    },
  );

  it("keeps 32-bit floats bit by bit, wherever the record lies", () => {
    fc.assert(
      fc.property(fc.float32Array({ minLength: 1 }), fc.nat(7), (numbers, offset) => {
        const vector = new Uint8Array(numbers.buffer);
        const body = written({ vector });
        const moved = new Uint8Array(body.length + offset);
        moved.set(body, offset);
        expect(read(moved.subarray(offset)).vector).toEqual(vector);
      }),
    );
  });

  it("is none when it is cut, before where it belongs", () => {
    const body = written();
    for (let length = 0; length < 25; length++) expect(readRecord(body.subarray(0, length))).toBeUndefined();
    expect(readRecord(body.subarray(0, 25))?.model).toBe("m-001");
  });

  it("is none when its vector is no whole number of floats", () => {
    const body = Buffer.from(written());
    body.writeUInt32LE(7, 4);
    expect(readRecord(body)).toBeUndefined();
  });
});
