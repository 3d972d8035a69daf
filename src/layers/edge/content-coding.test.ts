import { expect, it } from "vitest";
import { codingFor } from "./content-coding.ts";

it.each([
  [undefined, "identity"],
  ["", "identity"],
  ["gzip", "gzip"],
  ["x-gzip", "gzip"],
  ["gzip, deflate, br, zstd", "br"],
  ["GZIP ; q=0.8, BR;q=0.5", "gzip"],
  ["gzip;q=0", "identity"],
  ["br;q=0.0, gzip;q=0.001", "gzip"],
  ["*", "br"],
  ["*, br;q=0", "gzip"],
  ["*;q=0", "identity"],
  ["identity, gzip;q=0.5", "identity"],
  ["identity;q=0", "identity"],
  ["deflate", "identity"],
  ["gzip;q=high", "identity"],
  ["gzip;q=2", "identity"],
  [",,;", "identity"],
] as const)("Accept-Encoding: %s gets %s", (field, coding) => {
  expect(codingFor(field)).toBe(coding);
});
