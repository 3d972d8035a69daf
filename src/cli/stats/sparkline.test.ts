import { expect, it, test } from "vitest";
import { sparkline, squeezed } from "./sparkline.ts";

test.each([
  [[], ""],
  [[0, 0], "▁▁"],
  [[1, 4, 8], "▂▅█"],
  [[0, null, 100], "▁·█"],
  [[0.001, 1_000], "▂█"],
  [[-5, 5], "▁█"],
  [[null, null], "··"],
])("%j", (values, line) => {
  expect(sparkline(values)).toBe(line);
});

it("what there is no room for becomes the sum, or the largest, of its neighbours; the newest group is whole", () => {
  const values = [1, 2, 3, null, 5, 6, 7];
  expect(squeezed(values, 7)).toEqual(values);
  expect(squeezed(values, 4)).toEqual([1, 5, 5, 13]);
  expect(squeezed(values, 3, "largest")).toEqual([1, 3, 7]);
  expect(squeezed([null, null, 1, 2], 2)).toEqual([null, 3]);
  for (const most of [1, 2, 3, 4, 5, 6]) expect(squeezed(values, most).length).toBeLessThanOrEqual(most);
});
