import { hash, timingSafeEqual } from "node:crypto";
import { type FingerprintKey, fingerprint, lengthPrefixed } from "../../core/fingerprint.ts";
import type { TwinAccess } from "../../core/twin-access.ts";

/**
 * Where the answer to a POST can be had by GET: `/v1/edge/{scope}/{digest}`. The digest is SHA-256 of the body, byte for
 * byte, so that anything that sees the POST can work it out. The scope stands for all else that the answer depends on, of
 * which the tenant is a part; it is a keyed digest, which nobody can guess, and its first letters say who may ask:
 * everybody (`pub-`), or who shows a signature that has not expired (`sig-`). Behind a signed URL stands no other parameter,
 * and these in one order only, so that no cache can be made to keep an answer under many names.
 */

export interface TwinAddress {
  readonly scope: string;
  /** `sha256-` and 64 hexadecimal digits. */
  readonly digest: string;
}

export const twinPrefix = "/v1/edge/";

const scopePattern = /^(?:pub|sig)-[\w-]{22}$/;
const digestPattern = /^sha256-[0-9a-f]{64}$/;
export const digestRule = "must be sha256- and the 64 hexadecimal digits, in small letters, of SHA-256 of the body";

export function isScope(text: string): boolean {
  return scopePattern.test(text);
}

export function isDigest(text: string): boolean {
  return digestPattern.test(text);
}

export function isSigned(scope: string): boolean {
  return scope.startsWith("sig-");
}

/** `partition`: of the call, keyed. */
export function scopeNamed(access: Exclude<TwinAccess, "off">, partition: string): string {
  return `${access === "public" ? "pub" : "sig"}-${partition.slice(0, 22)}`;
}

export function bodyDigest(body: Uint8Array): string {
  return `sha256-${hash("sha256", body, "hex")}`;
}

export function twinPath({ scope, digest }: TwinAddress): string {
  return `${twinPrefix}${scope}/${digest}`;
}

/** The other way round, of a path without a query. */
export function addressIn(path: string): TwinAddress | undefined {
  const [scope = "", digest = "", ...rest] = path.slice(twinPrefix.length).split("/");
  return path.startsWith(twinPrefix) && rest.length === 0 && isScope(scope) && isDigest(digest)
    ? { scope, digest }
    : undefined;
}

/** `expiresAt`: milliseconds since the epoch; whole seconds of it count. */
export function signedPath(secret: FingerprintKey, address: TwinAddress, expiresAt: number): string {
  const expires = String(Math.floor(expiresAt / 1_000));
  return `${twinPath(address)}?exp=${expires}&sig=${signatureOf(secret, address, expires)}`;
}

export type SignatureCheck =
  | { readonly kind: "good"; readonly expiresAt: number }
  | { readonly kind: "forged" }
  | { readonly kind: "expired" };

/** `query` without its `?`. */
export function checkSignature(
  secret: FingerprintKey,
  address: TwinAddress,
  query: string,
  now: number,
): SignatureCheck {
  const [, expires, signature] = /^exp=([1-9]\d{0,10})&sig=([\w-]{43})$/.exec(query) ?? [];
  if (expires === undefined || signature === undefined) return { kind: "forged" };
  // As texts: other texts stand for the same bytes.
  const right = Buffer.from(signatureOf(secret, address, expires));
  if (!timingSafeEqual(right, Buffer.from(signature))) return { kind: "forged" };
  const expiresAt = Number(expires) * 1_000;
  return expiresAt > now ? { kind: "good", expiresAt } : { kind: "expired" };
}

function signatureOf(secret: FingerprintKey, { scope, digest }: TwinAddress, expires: string): string {
  return fingerprint(secret, lengthPrefixed(["edge-url", scope, digest, expires]));
}
