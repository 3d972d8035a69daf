import { describe, expect, it } from "vitest";
import { serverExpiry } from "./memcached-expiry.ts";

const now = Date.UTC(2026, 0, 1);
const day = 86_400_000;

describe("what Memcached is told of a lifetime", () => {
  it("is a span, rounded up and a second longer, so that it never forgets early", () => {
    expect(serverExpiry(now + 1, now)).toBe(2);
    expect(serverExpiry(now + 1_000, now)).toBe(2);
    expect(serverExpiry(now + 1_001, now)).toBe(3);
  });

  it("is an instant beyond 30 days, where the server takes no span", () => {
    const longest = 30 * day - 1_000;
    expect(serverExpiry(now + longest, now)).toBe(30 * 86_400);
    expect(serverExpiry(now + longest + 1, now)).toBe((now + longest + 1_000) / 1_000 + 1);
    expect(serverExpiry(now + 31 * day, now)).toBe((now + 31 * day) / 1_000 + 1);
  });

  it("is never, for ever and beyond what the server can count", () => {
    expect(serverExpiry(Number.POSITIVE_INFINITY, now)).toBe(0);
    expect(serverExpiry(Date.UTC(2040, 0, 1), now)).toBe(0);
  });

  it("is nothing for what is dead already", () => {
    expect(serverExpiry(now, now)).toBeUndefined();
    expect(serverExpiry(now - 1, now)).toBeUndefined();
  });
});
