import { expect, test } from "vitest";
import { parseCacheControl, secondsToMs } from "./cache-control.ts";

test.each<[string, readonly [string, string?][]]>([
  ["", []],
  [" , ,\t", []],
  ["no-store", [["no-store"]]],
  ["No-Store , MAX-AGE=5", [["no-store"], ["max-age", "5"]]],
  ['max-age="5",x', [["max-age", "5"], ["x"]]],
  ['private="set-cookie, x-\\"y", no-store', [["private", 'set-cookie, x-"y'], ["no-store"]]],
  ['a=""', [["a", ""]]],
])("%j", (field, expected) => {
  expect(parseCacheControl(field)).toEqual(expected.map(([name, argument]) => ({ name, argument })));
});

test.each([
  "no-store; max-age=1",
  "max-age =1",
  "max-age= 1",
  "max-age=",
  'a="b',
  'a="b"c',
  "a b",
  "=1",
  "(x)",
  "no-störe",
])("%j does not follow the grammar", (field) => {
  expect(parseCacheControl(field)).toBeUndefined();
});

test("a long field that does not follow the grammar costs no more than its length", () => {
  for (const part of [",", " ", "a,", '"', '\\"', "a=", '="\\']) {
    expect(parseCacheControl(`x="${part.repeat(200_000)}`)).toBeUndefined();
    parseCacheControl(part.repeat(200_000));
    parseCacheControl(`a${part.repeat(200_000)}`);
  }
});

test("seconds", () => {
  expect(secondsToMs("0")).toBe(0);
  expect(secondsToMs("090")).toBe(90_000);
  expect(secondsToMs("99999999999999999999999")).toBe(2 ** 31 * 1000);
  for (const text of [undefined, "", "-1", "+1", "1.0", "1e3", " 1", "0x1", "١"])
    expect(secondsToMs(text)).toBeUndefined();
});
