import { createSecretKey, randomBytes } from "node:crypto";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { keyIdBytes } from "./keyring.ts";
import { formOf, keyIdOf, openSealed, sealBytes, sealedOverhead, sealedVersion } from "./sealing.ts";

const key = { id: randomBytes(keyIdBytes), secret: createSecretKey(randomBytes(32)) };
const place = { tenant: "acme", key: "k" };
const seal = (value: Uint8Array, name?: string, where = place) =>
  sealBytes(key, where, value, { nonce: randomBytes(12), name });

describe("a sealed value", () => {
  it("opens to what was sealed, with its name where it has one", () => {
    const values = fc.tuple(
      fc.uint8Array({ maxLength: 300 }),
      fc.option(fc.string({ maxLength: 40 }), { nil: undefined }),
    );
    fc.assert(
      fc.property(values, ([value, name]) => {
        const sealed = seal(value, name);
        const opened = openSealed(key, place, sealed);
        expect(Buffer.from(opened?.value ?? []).equals(value)).toBe(true);
        expect(opened?.name).toBe(name === undefined ? undefined : Buffer.from(name, "utf8").toString("utf8"));
      }),
      { numRuns: 100 },
    );
    expect(seal(new Uint8Array(100))).toHaveLength(100 + sealedOverhead);
  });

  it("never looks twice the same, and shows nothing of what it holds", () => {
    const value = Buffer.from("a canary that sings");
    const [one, two] = [seal(value, "tag:canary"), seal(value, "tag:canary")];
    expect(one.equals(two)).toBe(false);
    expect(one.includes("canary")).toBe(false);
  });

  it("X14: does not open when any of its bits is flipped", () => {
    const sealed = seal(Buffer.from("value"), "name");
    for (let bit = 0; bit < 8 * sealed.length; bit += 1) {
      const flipped = Buffer.from(sealed);
      flipped[bit >> 3] = (flipped[bit >> 3] as number) ^ (1 << (bit & 7));
      const isForm = formOf(flipped) === "sealed" && keyIdOf(flipped).every((byte, index) => byte === key.id[index]);
      expect(isForm && openSealed(key, place, flipped)).toBeFalsy();
    }
  });

  it("X14: does not open in another tenant's place, under another key, or cut at any byte", () => {
    const sealed = seal(Buffer.from("value"));
    expect(openSealed(key, { tenant: "other", key: "k" }, sealed)).toBeUndefined();
    expect(openSealed(key, { tenant: "acme", key: "l" }, sealed)).toBeUndefined();
    expect(openSealed(key, { tenant: "acmek", key: "" }, sealed)).toBeUndefined();
    expect(openSealed({ ...key, secret: createSecretKey(randomBytes(32)) }, place, sealed)).toBeUndefined();
    for (let length = 0; length < sealed.length; length += 1)
      expect(
        formOf(sealed.subarray(0, length)) === "sealed" && openSealed(key, place, sealed.subarray(0, length)),
      ).toBeFalsy();
  });

  it("tells what is not sealed, and what a later version has sealed", () => {
    const sealed = seal(new Uint8Array(10));
    expect(formOf(sealed)).toBe("sealed");
    expect(formOf(Buffer.from("plain bytes that are no sealed value, though they are rather long"))).toBe("unsealed");
    expect(formOf(new Uint8Array(0))).toBe("unsealed");
    sealed[2] = sealedVersion + 1;
    expect(formOf(sealed)).toBe("newer");
    sealed[2] = 0;
    expect(formOf(sealed)).toBe("unsealed");
  });
});
