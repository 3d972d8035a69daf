import { expect, test } from "vitest";
import { receiptText } from "./tenants-text.ts";

test("a receipt counts in words as people do", () => {
  const of = (count: number) => ({
    rows: count,
    answers: count,
    published: count,
    virtualKeys: count,
    dataKeys: count,
  });
  const told = (count: number) => {
    const receipt = {
      erased: { tenant: "acme" },
      found: true,
      removed: of(count),
      remains: [],
      finishedAt: "",
      id: "x",
    };
    return receiptText({ receipt } as unknown as Parameters<typeof receiptText>[0]);
  };
  expect(told(1)).toContain(": 1 row (1 answer), 1 published, 1 virtual key, 1 data key.");
  expect(told(2)).toContain(": 2 rows (2 answers), 2 published, 2 virtual keys, 2 data keys.");
});
