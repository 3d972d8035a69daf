import { hash, timingSafeEqual } from "node:crypto";
import { type Clock, latestTime } from "../../core/clock.ts";
import { type FingerprintKey, fingerprint, lengthPrefixed } from "../../core/fingerprint.ts";
import type { TwinAccess } from "../../core/twin-access.ts";

/**
 * Where the answer to a POST can be had by GET: `/v1/edge/{scope}/{digest}`. The digest is SHA-256 of the body, byte for
 * byte, so that anything that sees the POST can work it out. The scope stands for all else that the answer depends on, of
 * which the tenant is a part; it is a keyed digest, which nobody can guess, and its first letters say who may ask:
 * everybody (`pub-`), or who shows a signature that has not expired (`sig-`). Behind a signed URL stands no other parameter,
 * and these in one order only, so that no cache can be made to keep an answer under many names.
 *
 * A signature is of two parts. The first is of the URL alone, so that a forged one is turned away before anything is looked
 * up. The second has in it what the answer lives by, which only who has looked it up knows: it ends when that is renewed.
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

/** For whom and for what a URL was signed. */
export interface SignedFor {
  /** The virtual key that was shown; whoever takes it back takes the URL back. */
  readonly keyId?: string | undefined;
  /** What the answer lives by: another one when its tenant or its user was erased. */
  readonly edition: string;
}

/** When a URL that is signed now ends: the same for all who ask within a while, so that a cache in front of us keeps one of them. */
export function expiryOf(clock: Pick<Clock, "now" | "wall">, lifetimeMs: number): number {
  const step = Math.max(1_000, lifetimeMs);
  return Math.ceil((latestTime(clock) + step) / step) * step;
}

/** `expiresAt`: milliseconds since the epoch; whole seconds of it count. */
export function signedPath(
  secret: FingerprintKey,
  address: TwinAddress,
  expiresAt: number,
  { keyId, edition }: SignedFor,
): string {
  const expires = String(Math.floor(expiresAt / 1_000));
  const signature = signatureOf(secret, address, expires, keyId) + sealOf(secret, address, expires, keyId, edition);
  return `${twinPath(address)}?exp=${expires}${keyId === undefined ? "" : `&key=${keyId}`}&sig=${signature}`;
}

export interface GoodSignature {
  readonly kind: "good";
  readonly expiresAt: number;
  readonly keyId: string | undefined;
  /** Whether it was signed for what lives by this. */
  isFor(edition: string): boolean;
}

export type SignatureCheck = GoodSignature | { readonly kind: "forged" } | { readonly kind: "expired" };

/** `query` without its `?`. */
export function checkSignature(
  secret: FingerprintKey,
  address: TwinAddress,
  query: string,
  now: number,
): SignatureCheck {
  const [, expires, keyId, signature, seal] =
    /^exp=([1-9]\d{0,10})(?:&key=([0-9A-Za-z]{1,64}))?&sig=([\w-]{32})([\w-]{11})$/.exec(query) ?? [];
  if (expires === undefined || signature === undefined || seal === undefined) return { kind: "forged" };
  if (!isSame(signatureOf(secret, address, expires, keyId), signature)) return { kind: "forged" };
  const expiresAt = Number(expires) * 1_000;
  if (expiresAt <= now) return { kind: "expired" };
  const isFor = (edition: string) => isSame(sealOf(secret, address, expires, keyId, edition), seal);
  return { kind: "good", expiresAt, keyId, isFor };
}

/** As texts: other texts stand for the same bytes. */
function isSame(right: string, shown: string): boolean {
  return timingSafeEqual(Buffer.from(right), Buffer.from(shown));
}

function signatureOf(secret: FingerprintKey, address: TwinAddress, expires: string, keyId = ""): string {
  const { scope, digest } = address;
  return fingerprint(secret, lengthPrefixed(["edge-url", scope, digest, expires, keyId])).slice(0, 32);
}

function sealOf(secret: FingerprintKey, address: TwinAddress, expires: string, keyId = "", edition: string): string {
  const { scope, digest } = address;
  return fingerprint(secret, lengthPrefixed(["edge-url seal", scope, digest, expires, keyId, edition])).slice(0, 11);
}
