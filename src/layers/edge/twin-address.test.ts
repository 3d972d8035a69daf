import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { latestTime } from "../../core/clock.ts";
import { fingerprintKey } from "../../core/fingerprint.ts";
import {
  addressIn,
  bodyDigest,
  checkSignature,
  expiryOf,
  isDigest,
  isScope,
  scopeNamed,
  signedPath,
  twinPath,
} from "./twin-address.ts";

const secret = fingerprintKey(Buffer.alloc(32, 1));
const scope = scopeNamed("signed", "p".repeat(43));
const address = { scope, digest: bodyDigest(Buffer.from("{}")) };
const now = Date.UTC(2026, 0, 1);
const signed = (expiresAt = now + 60_000, keyId?: string) =>
  signedPath(secret, address, expiresAt, { keyId, edition: "1" }).split("?")[1] as string;

describe("a signed URL", () => {
  it("is good until it expires", () => {
    expect(checkSignature(secret, address, signed(), now)).toMatchObject({ kind: "good", expiresAt: now + 60_000 });
    expect(checkSignature(secret, address, signed(), now + 59_999).kind).toBe("good");
    expect(checkSignature(secret, address, signed(), now + 60_000)).toEqual({ kind: "expired" });
  });

  it("T1: lasts as long as it is to where the process is still behind the clock of the system, the same for all for a while", () => {
    const clock = { now: () => now - 86_400_000, wall: () => now };
    const expiresAt = expiryOf(clock, 60_000);
    expect(checkSignature(secret, address, signed(expiresAt), latestTime(clock) + 59_999).kind).toBe("good");
    expect(expiresAt - now).toBeLessThanOrEqual(120_000);
    const soon = { now: () => clock.now() + 1, wall: () => now - 30_000 };
    expect([expiryOf(soon, 60_000), expiryOf({ ...soon, wall: () => now - 1 }, 60_000)]).toEqual([
      now + 60_000,
      now + 60_000,
    ]);
  });

  it("is good for this scope and this digest, by this secret", () => {
    const others = [
      [secret, { ...address, digest: bodyDigest(Buffer.from("[]")) }],
      [secret, { ...address, scope: scopeNamed("signed", "q".repeat(43)) }],
      [fingerprintKey(Buffer.alloc(32, 2)), address],
    ] as const;
    for (const [key, place] of others) expect(checkSignature(key, place, signed(), now).kind).toBe("forged");
  });

  it("is refused with any other character in it", () => {
    const good = signed();
    fc.assert(
      fc.property(fc.nat(good.length - 1), fc.constantFrom(..."A9_-=&%0 "), (at, other) => {
        fc.pre(good[at] !== other);
        const forged = good.slice(0, at) + other + good.slice(at + 1);
        const check = checkSignature(secret, address, forged, now);
        expect(check.kind === "good" && check.isFor("1")).toBe(false);
      }),
    );
  });

  it("is good for what the answer lives by, and tells the key that it was made for", () => {
    const check = (query: string) => {
      const checked = checkSignature(secret, address, query, now);
      return checked.kind === "good" && [checked.keyId, checked.isFor("1"), checked.isFor("2"), checked.isFor("")];
    };
    expect(check(signed())).toEqual([undefined, true, false, false]);
    const ofKey = signed(now + 60_000, "4fQ0aZ81LmXc");
    expect(check(ofKey)).toEqual(["4fQ0aZ81LmXc", true, false, false]);
    for (const other of [ofKey.replace("4fQ0", "4fQ1"), ofKey.replace("&key=4fQ0aZ81LmXc", "")])
      expect(check(other)).toBe(false);
  });
});

describe("an address", () => {
  it("is the one in its path, and no other text is", () => {
    expect(addressIn(twinPath(address))).toEqual(address);
    for (const path of ["", "/v1/edge/", `${twinPath(address)}/`, `/v1/edge/${scope}`, twinPath(address).toUpperCase()])
      expect(addressIn(path)).toBeUndefined();
  });

  it("is of SHA-256 as everybody computes it", () => {
    expect(address.digest).toBe("sha256-44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a");
    expect([isDigest(address.digest), isDigest(`${address.digest}0`), isScope(scope), isScope(`${scope}x`)]).toEqual([
      ...[true, false, true, false],
    ]);
  });
});
