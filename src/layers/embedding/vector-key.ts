import { contentDigest, type FingerprintKey, fingerprint, keyVersion, lengthPrefixed } from "../../core/fingerprint.ts";

/**
 * The key of one vector: HMAC-SHA256 over its tenant, everything that the vectors of a call have in common, and the
 * SHA-256 of the input. The scope and the digest are kept with the vector, so that another deployment with another
 * secret can work out the key under which it would look for it, and never needs the text.
 */

/** What the vectors of a call have in common, beside the tenant. All of it is part of the key. */
export interface VectorScope {
  /** `shared`, or that of a user where the policy keeps users apart. */
  readonly whom: string;
  readonly namespace: string;
  /** The base URL of the origin; empty for vectors that a function of the program computes. */
  readonly origin: string;
  /** The formats that give the same vectors. */
  readonly family: string;
  /** Parameters of the query that can change a vector, as written. */
  readonly query: string;
  /** The version label. */
  readonly version: string;
  readonly model: string;
  /** The canonical form of all fields that can change a vector. */
  readonly parameters: string;
  /** Names and values of keyed headers in turn. */
  readonly headers: readonly string[];
}

/** Works out keys of one scope and tenant. */
export function vectorKeys(
  secret: FingerprintKey,
  tenant: string,
  scope: VectorScope,
): (inputDigest: string) => string {
  const { whom, namespace, origin, family, query, version, model, parameters, headers } = scope;
  const fields = [keyVersion, "vector", tenant, whom, namespace, origin, family, query, version, model, parameters];
  const common = contentDigest(lengthPrefixed([...fields, ...headers]));
  return (inputDigest) => fingerprint(secret, `vector:${common}${inputDigest}`);
}

/** SHA-256 of an input in canonical form. */
export function inputDigest(canonical: string): string {
  return contentDigest(canonical);
}
