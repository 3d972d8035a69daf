import { expect, it } from "vitest";
import { memoryShares } from "./memory-shares.ts";

it("divides the bound and leaves nothing over", () => {
  for (const bytes of [65_536, 1_000_001, 256 * 1024 * 1024]) {
    const { answers, replays, readings, vectorReadings, opened } = memoryShares(bytes);
    expect(answers + replays + readings + vectorReadings + opened).toBe(bytes);
    expect(answers).toBeGreaterThan(bytes / 2);
  }
});

it("leaves every part a bound, however small the whole: zero would mean none", () => {
  for (const share of Object.values(memoryShares(1))) expect(share).toBeGreaterThan(0);
});
