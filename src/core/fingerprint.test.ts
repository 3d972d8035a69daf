import { createHmac } from "node:crypto";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { contentDigest, fingerprint, fingerprintKey, lengthPrefixed } from "./fingerprint.ts";

const secret = Buffer.alloc(32, 7);
const field = fc.oneof(fc.string({ unit: "binary" }), fc.constantFrom("", ":", "0:", "1:a", "2:1:", "11:"));

describe("lengthPrefixed", () => {
  it("gives two lists the same text only if they are the same list", () => {
    const lists = fc.array(field, { maxLength: 6 });
    fc.assert(
      fc.property(lists, lists, (one, other) => {
        expect(lengthPrefixed(one) === lengthPrefixed(other)).toBe(JSON.stringify(one) === JSON.stringify(other));
      }),
      { seed: 1, numRuns: 2_000 },
    );
  });

  it("keeps boundaries that joining would lose", () => {
    fc.assert(
      fc.property(field, field, fc.nat(20), (one, other, cut) => {
        const text = one + other;
        const moved = [text.slice(0, cut), text.slice(cut)];
        fc.pre(moved[0] !== one);
        expect(lengthPrefixed(moved)).not.toBe(lengthPrefixed([one, other]));
        expect(lengthPrefixed([text])).not.toBe(lengthPrefixed([one, other]));
      }),
      { seed: 1 },
    );
  });
});

describe("fingerprint", () => {
  it("is HMAC-SHA256 in 43 characters of base64url, of the whole text", () => {
    const text = `${"long ".repeat(50_000)}end 🌊`;
    const made = fingerprint(fingerprintKey(secret), text);
    expect(made).toMatch(/^[A-Za-z0-9_-]{43}$/);
    expect(made).toBe(createHmac("sha256", secret).update(text, "utf8").digest("base64url"));
    expect(fingerprint(fingerprintKey(secret), `${text}.`)).not.toBe(made);
  });

  it("differs with the secret", () => {
    const other = fingerprintKey(Buffer.alloc(32, 8));
    expect(fingerprint(other, "same")).not.toBe(fingerprint(fingerprintKey(secret), "same"));
  });
});

describe("contentDigest", () => {
  it("is the same for text and for its bytes", () => {
    expect(contentDigest("ü🌊")).toBe(contentDigest(Buffer.from("ü🌊", "utf8")));
    expect(contentDigest("a")).not.toBe(contentDigest("b"));
  });
});
