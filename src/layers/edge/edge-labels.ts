import { type FingerprintKey, fingerprint, lengthPrefixed } from "../../core/fingerprint.ts";
import type { Generation } from "../../core/generations.ts";
import { namedScope, type Scope, type ScopeGroup, scopeGroup } from "../../core/scopes.ts";

/**
 * By what caches in front of the gateway can be told to forget an answer. An answer carries a label for each scope that it
 * lives by, so that whatever takes it back here has its label there. Tags and tenants are nobody's business: their labels
 * are keyed digests, in base32 (RFC 4648 section 6) of small letters, since some caches (Cloudflare) do not tell capital letters
 * from small ones. They are short, since proxies bound the head of an answer: a letter for the kind, and 50 bits. A label that
 * two scopes share by accident only makes a cache forget too much.
 */

export class EdgeLabels {
  readonly #secret: FingerprintKey;

  constructor(secret: FingerprintKey) {
    this.#secret = secret;
  }

  /** Such as `gk3vq7xw2ma`. */
  ofScope({ tenant, name }: Scope): string {
    return this.#label(scopeGroup(name), "scope", tenant, name);
  }

  /** The slot of a variant has its own. */
  ofEntry(tenant: string, slot: string): string {
    return this.#label("entry", "entry", tenant, slot);
  }

  /** What was fetched by URLs that were signed for a virtual key. */
  ofKey(id: string): string {
    return this.#label("key", "key", id);
  }

  /** The twins of all calls. */
  ofTwins(): string {
    return this.#label("twins", "twins");
  }

  /** Its name is in its path anyway. */
  ofAnswer(slug: string): string {
    return `answer-${slug}`;
  }

  ofGenerations(generations: readonly Pick<Generation, "scope">[], tenant: string): readonly string[] {
    return [...new Set(generations.map(({ scope }) => this.ofScope(namedScope(scope, tenant))))];
  }

  #label(kind: Kind, ...parts: readonly string[]): string {
    const digest = fingerprint(this.#secret, lengthPrefixed(["edge-label", ...parts]));
    return letters[kind] + base32(Buffer.from(digest, "base64url"), digestLetters);
  }
}

type Kind = ScopeGroup | "entry" | "key" | "twins";

const letters: Readonly<Record<Kind, string>> = {
  all: "a",
  entry: "e",
  key: "k",
  model: "m",
  namespace: "n",
  tag: "g",
  tenant: "t",
  twins: "w",
  user: "u",
  version: "v",
};

const digestLetters = 10;
const alphabet = "abcdefghijklmnopqrstuvwxyz234567";

/** The first `count` letters; at most one of each byte is used, so that no bit is used twice. */
function base32(bytes: Uint8Array, count: number): string {
  return Array.from(bytes.subarray(0, count), (byte) => alphabet[byte & 31]).join("");
}

/** The fields that carry labels: of Fastly and Varnish, of Cloudflare, and of RFC 9875. */
const written = {
  "surrogate-key": (labels: readonly string[]) => labels.join(" "),
  "cache-tag": (labels: readonly string[]) => labels.join(","),
  "cache-groups": (labels: readonly string[]) => labels.map((label) => `"${label}"`).join(", "),
};

export type LabelField = keyof typeof written;

/** The kinds of caches that can be told to forget by a label, and the field by which each learns it. nginx goes by paths. */
const readBy: Readonly<Record<string, LabelField | undefined>> = {
  varnish: "surrogate-key",
  fastly: "surrogate-key",
  webhook: "surrogate-key",
  cloudflare: "cache-tag",
  cloudfront: "cache-tag",
};

export function fieldsReadBy(caches: Iterable<{ readonly kind: string }>): ReadonlySet<LabelField> {
  return new Set([...caches].flatMap(({ kind }) => readBy[kind] ?? []));
}

/** A proxy as it comes takes heads of 4 KB (nginx, on most machines), of which the other fields need less than the half. */
const mostBytes = 2_304;

/** Labels in the fields that are `needed`, and in the others as far as there is room: `most` bytes. */
export function labelFields(
  labels: readonly string[],
  needed: ReadonlySet<LabelField>,
  most = mostBytes,
): Readonly<Record<string, string>> {
  if (labels.length === 0) return {};
  const names = Object.keys(written) as LabelField[];
  const fields: Record<string, string> = {};
  let bytes = 0;
  for (const name of [...needed, ...names.filter((one) => !needed.has(one))]) {
    const value = written[name](labels);
    if (!needed.has(name) && bytes + value.length > most) continue;
    fields[name] = value;
    bytes += value.length;
  }
  return fields;
}
