import type { Call } from "./call.ts";
import { type FingerprintKey, fingerprint, lengthPrefixed } from "./fingerprint.ts";
import { type Scope, scopeOf } from "./scopes.ts";

/**
 * Whose something is that stands beside an answer: a keyed digest of the scope of its user, kept with it, so that it is
 * found when the user is erased and the answer is long gone. Without the secret nobody can tell from it who that is.
 */

/** 132 bits of base64url. */
const markLength = 22;

export function ownerMark(secret: FingerprintKey, { tenant, name }: Scope): string {
  return fingerprint(secret, lengthPrefixed(["owner", tenant, name])).slice(0, markLength);
}

/** Of whoever asks; none for a call that names nobody. In a scope that tenants share, of the member and of its user. */
export function ownerMarks(
  secret: FingerprintKey,
  { principal: { tenant, user }, sharing, directives }: Pick<Call, "principal" | "sharing" | "directives">,
): readonly string[] {
  const own = user === undefined ? [] : [scopeOf("user", user, tenant)];
  const given =
    sharing === undefined ? [] : directives.tags.filter(isMemberTag).map((tag) => scopeOf("tag", tag, tenant));
  return [...own, ...given].map((scope) => ownerMark(secret, scope));
}

/** Of what lives by scopes of these names; see `ownerMarks`. */
export function ownerMarksOf(secret: FingerprintKey, tenant: string, names: readonly string[]): readonly string[] {
  const own = names.filter(
    (name) => name.startsWith("user:") || (name.startsWith("tag:") && isMemberTag(name.slice(4))),
  );
  return own.map((name) => ownerMark(secret, { tenant, name }));
}

/** As `memberTag` makes them. */
function isMemberTag(tag: string): boolean {
  return /^by:[0-9a-f]{60}$/.test(tag);
}
