import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import fc from "fast-check";
import { expect, it } from "vitest";
import { allAtOnce } from "../core/steps.ts";
import { StaticModel } from "./static-model.ts";
import { readStaticModel } from "./static-model-file.ts";

interface Fixture {
  readonly cases: readonly { readonly text: string; readonly pieces: readonly string[]; readonly vector: number[] }[];
}

const file = readFileSync(new URL("../../models/static-en.bin", import.meta.url));
const modelFrom = (bytes: Uint8Array) => new StaticModel(allAtOnce(readStaticModel(bytes)));
const model = modelFrom(file);
const fixture = JSON.parse(readFileSync(new URL("./fixtures/static-en.json", import.meta.url), "utf8")) as Fixture;
const pieces = vocabulary(file);

function vocabulary(bytes: Buffer): string[] {
  const start = 48 + bytes.readUInt32LE(8);
  const { vocabularyBytes } = JSON.parse(bytes.toString("utf8", 48, start)) as { vocabularyBytes: number };
  return bytes.toString("utf8", start, start + vocabularyBytes).split("\n");
}

function cosine(a: string, b: string): number {
  const [left, right] = [model.embed(a), model.embed(b)];
  return left.reduce((sum, value, at) => sum + value * right[at]!, 0);
}

it.each(fixture.cases.map(({ text, ...rest }) => [text, rest] as const))(
  "cuts and adds up as the programs of training do: %j",
  (text, expected) => {
    expect(model.rowsOf(text).map((row) => pieces[row])).toEqual(expected.pieces);
    if (expected.pieces.length === 0) return;
    const vector = model.embed(text);
    for (const [place, value] of expected.vector.entries()) expect(vector[place * 16]).toBeCloseTo(value, 4);
  },
);

it("gives every text a finite vector of unit length, and the same one each time", () => {
  const text = fc.oneof(fc.string(), fc.string({ unit: "binary" }), fc.lorem());
  fc.assert(
    fc.property(text, (asked) => {
      const vector = model.embed(asked);
      expect(vector).toHaveLength(model.dimensions);
      expect(Math.hypot(...vector)).toBeCloseTo(1, 5);
      expect(model.embed(asked)).toEqual(vector);
    }),
  );
});

it("brings near what asks the same, a slip of the pen included, and keeps apart what does not", () => {
  const asked = "How do I reset my password?";
  expect(cosine(asked, "HOW DO I RESET MY PASSWORD")).toBeGreaterThan(0.95);
  expect(cosine(asked, "How do I reset my pasword?")).toBeGreaterThan(0.9);
  expect(cosine(asked, "What is the way to change my password?")).toBeGreaterThan(0.6);
  expect(cosine(asked, "Which planet is the largest?")).toBeLessThan(0.3);
});

it("keeps texts of which it knows no row apart from one another", () => {
  const unknown = "b".repeat(101);
  expect(cosine(unknown, unknown)).toBeCloseTo(1, 5);
  for (const other of ["", " ", "c".repeat(101)]) expect(Math.abs(cosine(unknown, other))).toBeLessThan(0.4);
});

it("reads the beginning and the end of a long text, and nothing between", () => {
  const [start, between, end] = ["how to bake bread ", "the moons of jupiter ", "in a wood oven "];
  const [head, tail] = [start.repeat(300).slice(0, 1536), end.repeat(100).slice(-512)];
  const long = model.embed(head + between.repeat(5000) + tail);
  expect(model.embed(`${head}${between}${tail}`)).toEqual(long);
  expect(model.embed(head + between.repeat(5000))).not.toEqual(long);
});

const small = modelFrom(
  fileOf({ password: [1, 0], pas: [0, 1], "##word": [0, 1], q: [0, 0], "##x": [0, 0], qxx: [1, -1] }, 1),
);

it.each([
  ["a known word by its row", "password", [1, 0]],
  ["an added word by its row, not by its pieces", "qxx", [1, -1]],
  ["a mistyped word by the word that was meant and, less, by its pieces", "pasword", [1, 0.5]],
  ["an unknown word by its pieces", "paswordword", [0, 3]],
  ["a mistyped word by its pieces where too many others are unknown", `${"qx ".repeat(16)}pasword`, [0, 2]],
  ["the sixteenth unknown word as one that may be mistyped", `${"qx ".repeat(15)}pasword`, [1, 0.5]],
])("takes %s", (_, text, [x = 0, y = 0]) => {
  const [gotX, gotY] = small.embed(text);
  expect(gotX).toBeCloseTo(x / Math.hypot(x, y), 5);
  expect(gotY).toBeCloseTo(y / Math.hypot(x, y), 5);
});

it.each([
  ["an empty file", () => Buffer.alloc(0), "no file of a static embedding"],
  ["another file", () => Buffer.alloc(100, "x"), "no file of a static embedding"],
  ["a later format", () => changed((bytes) => bytes.writeUInt32LE(2, 4)), "version 2"],
  ["one wrong bit", () => changed((bytes) => bytes.writeUInt8((bytes[5000] as number) ^ 1, 5000)), "checksum"],
  ["a file cut short", () => file.subarray(0, -1), "checksum"],
  ["a file cut short before it was signed", () => signed(Buffer.from(file.subarray(0, -1))), "its length"],
])("refuses %s", (_, made, problem) => {
  expect(() => modelFrom(made())).toThrow(problem);
});

function changed(change: (bytes: Buffer) => void): Buffer {
  const copy = Buffer.from(file);
  change(copy);
  return copy;
}

function signed(bytes: Buffer): Buffer {
  createHash("sha256").update(bytes.subarray(48)).digest().copy(bytes, 16);
  return bytes;
}

/** A file of two dimensions with one bucket, whose row is zero; the last `words` of the rows are added words. */
function fileOf(rows: Readonly<Record<string, readonly [number, number]>>, words: number): Buffer {
  const names = Object.keys(rows);
  const vocabularyBytes = Buffer.byteLength(names.join("\n"));
  const counts = { pieces: names.length - words, words, buckets: 1, shortest: 3, longest: 5, vocabularyBytes };
  const header = JSON.stringify({ name: "small", dimensions: 2, ...counts });
  const text = Buffer.from(header + names.join("\n"));
  const scales = Buffer.from(new Float32Array(names.length + 1).fill(1).buffer);
  const numbers = Buffer.from(Int8Array.from([...Object.values(rows).flat(), 0, 0]).buffer);
  const start = Buffer.alloc(48);
  start.write("RSTA");
  start.writeUInt32LE(1, 4);
  start.writeUInt32LE(Buffer.byteLength(header), 8);
  return signed(Buffer.concat([start, text, Buffer.alloc((4 - (text.length % 4)) % 4), scales, numbers]));
}
