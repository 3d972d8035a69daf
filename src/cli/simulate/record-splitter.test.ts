import fc from "fast-check";
import { expect, test } from "vitest";
import { type LogRecord, RecordSplitter } from "./record-splitter.ts";

const seed = 20_260_101;

function split(text: string, cuts: readonly number[] = []): readonly LogRecord[] {
  const splitter = new RecordSplitter();
  const bytes = Buffer.from(text);
  const places = [0, ...[...cuts].map((cut) => cut % (bytes.length + 1)).sort((a, b) => a - b), bytes.length];
  const records = places.slice(1).flatMap((end, index) => splitter.push(bytes.subarray(places[index], end)));
  return [...records, ...splitter.end()];
}

test("lines keep their numbers, empty ones are none, the last needs no end", () => {
  expect(split('\ufeff\n{"a":1}\n\n  {"b":2}  \r\n{"c":3}')).toEqual([
    { line: 2, text: '{"a":1}' },
    { line: 4, text: '{"b":2}' },
    { line: 5, text: '{"c":3}' },
  ]);
});

test("items of an array are found whatever stands in their strings", () => {
  const items = [{ a: "],}" }, { b: ['"', "\\", "\n"] }, { c: { d: '\\"' } }];
  expect(split(`[\n${items.map((item) => JSON.stringify(item)).join(",\n")}\n]\n`)).toEqual(
    items.map((item, index) => ({ line: index + 2, text: JSON.stringify(item) })),
  );
});

test("a file that breaks off gives what is left", () => {
  expect(split('[{"a":1},{"b":')).toEqual([
    { line: 1, text: '{"a":1}' },
    { line: 1, text: '{"b":' },
  ]);
  expect(split('{"a":1}\n{"b":')[1]).toEqual({ line: 2, text: '{"b":' });
  expect(split("")).toEqual([]);
});

test("wherever the bytes are cut, the records are the same", () => {
  const value = fc.dictionary(
    fc.string(),
    fc.oneof(fc.string({ unit: "binary" }), fc.integer(), fc.array(fc.string())),
  );
  fc.assert(
    fc.property(fc.array(value, { maxLength: 5 }), fc.array(fc.nat(), { maxLength: 6 }), (values, cuts) => {
      const texts = values.map((one) => JSON.stringify(one));
      expect(split(`${texts.join("\n")}\n`, cuts).map(({ text }) => text)).toEqual(texts);
      expect(split(`[${texts.join(" , ")}]`, cuts).map(({ text }) => text)).toEqual(texts);
      expect(split(JSON.stringify(values, undefined, 2), cuts).map(({ text }) => JSON.parse(text ?? ""))).toEqual(
        values,
      );
    }),
    { seed },
  );
});

test("any bytes are cut without a fault, and none is lost but space and separators", () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 1 }), (bytes) => {
      const splitter = new RecordSplitter();
      for (const record of [...splitter.push(bytes), ...splitter.end()]) expect(record.line).toBeGreaterThan(0);
    }),
    { seed },
  );
});
