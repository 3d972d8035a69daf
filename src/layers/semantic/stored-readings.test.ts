import { expect, test } from "vitest";
import { builtinLexicon } from "../../embedders/lexicon.ts";
import { readText } from "./reading/read-text.ts";
import { StoredReadings } from "./stored-readings.ts";

test("a stored question that is met again is read once more, and then no more", () => {
  const readings = new StoredReadings(builtinLexicon);
  const text = "How do I bleed a radiator?";
  const first = readings.of("slot", text);
  expect(first).toEqual(readText(text, builtinLexicon()));
  const second = readings.of("slot", text);
  expect(second).not.toBe(first);
  expect(readings.of("slot", text)).toBe(second);
});

test("a slot that has another text is read anew", () => {
  const readings = new StoredReadings(builtinLexicon);
  readings.of("slot", "How do I bleed a radiator?");
  expect(readings.of("slot", "How do I prune a rose?").normal).toBe("how do i prune a rose");
});

test("slots share nothing, whatever their texts", () => {
  const readings = new StoredReadings(builtinLexicon);
  const one = readings.of("of one tenant", "How do I bleed a radiator?");
  expect(readings.of("of another", "How do I bleed a radiator?")).not.toBe(one);
});

test("what is forgotten is not kept", () => {
  const readings = new StoredReadings(builtinLexicon);
  const first = readings.of("slot", "How do I bleed a radiator?");
  readings.forget("slot");
  expect(readings.of("slot", "How do I bleed a radiator?")).not.toBe(first);
});

test("long texts make room for one another", () => {
  const readings = new StoredReadings(builtinLexicon);
  const long = "Which of the ferries to the island takes a van? ".repeat(300);
  const first = readings.of("0", long);
  for (let slot = 1; slot < 25; slot++) readings.of(String(slot), long);
  expect(readings.of("24", long)).toBe(readings.of("24", long));
  expect(readings.of("0", long)).not.toBe(first);
});

test("what was met again stays while much else is met once", () => {
  const readings = new StoredReadings(builtinLexicon);
  readings.of("often", "How do I bleed a radiator?");
  const often = readings.of("often", "How do I bleed a radiator?");
  const once = readings.of("once", "How do I bleed a radiator?");
  for (let slot = 0; slot < 1_000; slot++) readings.of(String(slot), "How do I prune a rose?");
  expect(readings.of("often", "How do I bleed a radiator?")).toBe(often);
  expect(readings.of("once", "How do I bleed a radiator?")).not.toBe(once);
});

test("what was met again is forgotten as well", () => {
  const readings = new StoredReadings(builtinLexicon);
  readings.of("slot", "How do I bleed a radiator?");
  const first = readings.of("slot", "How do I bleed a radiator?");
  readings.forget("slot");
  expect(readings.of("slot", "How do I bleed a radiator?")).not.toBe(first);
});

test("in a small heap there is room for fewer", () => {
  const readings = new StoredReadings(builtinLexicon, 128 * 1024 * 1024);
  const again = (slot: number) => readings.of(String(slot), "How do I bleed a radiator?");
  const first = [0, 1, 2].map((slot) => [again(slot), again(slot)][1]);
  expect(again(0)).toBe(first[0]);
  for (let slot = 3; slot < 2_000; slot++) for (const _ of [1, 2]) again(slot);
  expect(again(1_999)).toBe(again(1_999));
  expect(again(2)).not.toBe(first[2]);
});
