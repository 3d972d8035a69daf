import { expect, test } from "vitest";
import { isPromise } from "../core/maybe-promise.ts";
import { vectorOf } from "../testing/vector-store-case.ts";
import { encodeQuery } from "./codes.ts";
import { mostListed, ScanMemory } from "./scan-memory.ts";
import { Scanner } from "./scanner.ts";
import { VectorIndex } from "./vector-index.ts";

test("a long list is made in the thread where a short one is made at once", async () => {
  const memory = new ScanMemory(0);
  const index = new VectorIndex(memory, 24);
  for (let seed = 0; seed < 500; seed += 1) index.put(`${seed}`, vectorOf(seed), Number.POSITIVE_INFINITY);
  const scanner = new Scanner(memory, 2 * index.rows * index.width);
  const { codes } = encodeQuery(vectorOf(1_000));
  const short = scanner.scan(index, codes, 64);
  const long = scanner.scan(index, codes, mostListed);
  expect([isPromise(short), isPromise(long)]).toEqual([false, true]);
  expect([...(await long).slots.subarray(0, 64)]).toEqual([...(await short).slots]);
  expect((await long).slots).toHaveLength(500);
  await scanner.close();
});
