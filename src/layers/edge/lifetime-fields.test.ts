import fc from "fast-check";
import { expect, it } from "vitest";
import { lifetimeFields } from "./lifetime-fields.ts";

const lifetime = {
  isPublic: true,
  isTold: true,
  maxAgeMs: 60_000,
  sharedMaxAgeMs: 3_600_000,
  staleWhileRevalidateMs: 0,
  staleIfErrorMs: 0,
};

it("is strict to all, and wider to those that can be told to forget", () => {
  const fields = lifetimeFields({ ...lifetime, staleWhileRevalidateMs: 1_500, staleIfErrorMs: 999 });
  expect(fields).toEqual({
    "cache-control": "public, max-age=60, stale-while-revalidate=1",
    "cdn-cache-control": "max-age=3600, stale-while-revalidate=1",
    "surrogate-control": "max-age=3600, stale-while-revalidate=1",
  });
  expect(lifetimeFields({ ...lifetime, isPublic: false })["cache-control"]).toBe("private, max-age=60");
});

it("is widened for nobody where there is no cache that is told to forget", () => {
  const fields = lifetimeFields({ ...lifetime, isTold: false, staleIfErrorMs: 86_400_000 });
  expect(fields).toEqual({ "cache-control": "public, max-age=60, stale-if-error=86400" });
});

it("never says longer to all than to those, nor a number that is none", () => {
  const ms = fc.oneof(fc.double({ noNaN: true, min: -1e15, max: 1e15 }), fc.constant(Number.POSITIVE_INFINITY));
  fc.assert(
    fc.property(ms, ms, ms, (maxAgeMs, sharedMaxAgeMs, staleIfErrorMs) => {
      const fields = lifetimeFields({ ...lifetime, maxAgeMs, sharedMaxAgeMs, staleIfErrorMs });
      const own = /^public, max-age=(\d+)(?:, stale-if-error=[1-9]\d*)?$/.exec(fields["cache-control"])?.[1];
      const shared = /^max-age=(\d+)(?:, stale-if-error=[1-9]\d*)?$/.exec(fields["cdn-cache-control"] ?? "")?.[1];
      expect(Number(own)).toBeLessThanOrEqual(Number(shared));
      expect(Number(shared)).toBeLessThan(2 ** 31);
    }),
  );
});
