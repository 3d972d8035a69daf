import { expect, it } from "vitest";
import { memoryShares } from "./memory-shares.ts";

it("divides the bound and leaves nothing over", () => {
  for (const bytes of [65_536, 1_000_001, 256 * 1024 * 1024]) {
    const shares = memoryShares(bytes);
    expect(Object.values(shares).reduce((sum, share) => sum + share, 0)).toBe(bytes);
    expect(shares.answers).toBeGreaterThan(bytes / 2);
  }
});

it("leaves every part a bound, however small the whole: zero would mean none", () => {
  for (const share of Object.values(memoryShares(1))) expect(share).toBeGreaterThan(0);
});
