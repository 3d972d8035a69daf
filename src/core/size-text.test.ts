import { expect, test } from "vitest";
import { sizeText } from "./size-text.ts";

test.each([
  [0, "0 B"],
  [1_023, "1023 B"],
  [2_048, "2.0 KB"],
  [57_344, "56.0 KB"],
  [1_048_575, "1.0 MB"],
  [64 * 1_024 ** 2, "64.0 MB"],
  [4 * 1_024 ** 3, "4.0 GB"],
  [3 * 1_024 ** 5, "3072.0 TB"],
])("%i bytes are %s", (bytes, text) => {
  expect(sizeText(bytes)).toBe(text);
});
