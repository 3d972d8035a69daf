import { expect, it } from "vitest";
import { resemblance, sketchOf } from "./text-sketch.ts";

const words = (from: number, to: number) =>
  Array.from({ length: to - from }, (_, index) => `w${from + index}`).join(" ");
const between = (one: string, other: string) => resemblance(sketchOf(one), sketchOf(other));

it("short texts have exactly the part of their words in common, whatever the order, case and space", () => {
  expect(between("Be kind, be brief.", "brief\n\nKIND be")).toBe(1);
  expect(between("one two three", "two three four")).toBe(0.5);
  expect(between("one two", "three")).toBe(0);
  expect(between("one two", "")).toBe(0);
  expect(between("", "...")).toBe(1);
});

it.each([0, 0.25, 0.5, 0.75, 1])("long texts about that part: %d", (part) => {
  const shared = 10_000 * part;
  const alone = (10_000 - shared) / 2;
  const [one, other] = [words(0, shared + alone), `${words(0, shared)} ${words(20_000, 20_000 + alone)}`];
  expect(Math.abs(between(one, other) - part)).toBeLessThan(0.15);
});
