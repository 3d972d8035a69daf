import { expect, it } from "vitest";
import { unpricedNotice } from "./unpriced-notice.ts";

it("tells the log of each model once, and of no more than a hundred", () => {
  const lines: object[] = [];
  const tell = unpricedNotice({ warn: (fields: object) => void lines.push(fields) });
  for (const model of ["own-1", "own-2", "own-1", `${"x".repeat(200)}y`, `${"x".repeat(200)}z`]) tell(model);
  expect(lines).toMatchObject([
    { model: "own-1", remedy: expect.stringContaining("`prices`") },
    { model: "own-2" },
    { model: "x".repeat(100) },
  ]);
  for (let index = 0; index < 200; index += 1) tell(`made-up-${index}`);
  expect(lines).toHaveLength(100);
});
