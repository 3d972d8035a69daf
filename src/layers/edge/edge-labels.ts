import { type FingerprintKey, fingerprint, lengthPrefixed } from "../../core/fingerprint.ts";
import type { Generation } from "../../core/generations.ts";
import { namedScope, type Scope, scopeGroup } from "../../core/scopes.ts";

/**
 * By what caches in front of the gateway can be told to forget an answer. An answer carries a label for each scope that it
 * lives by, so that whatever takes it back here has its label there. Tags and tenants are nobody's business: their labels
 * are keyed digests, in hexadecimal, since some caches (Cloudflare) do not tell capital letters from small ones. A label
 * that two scopes share by accident only makes a cache forget too much.
 */

export class EdgeLabels {
  readonly #secret: FingerprintKey;

  constructor(secret: FingerprintKey) {
    this.#secret = secret;
  }

  /** Such as `tag-5b0c2e7f9a341d68`. */
  ofScope({ tenant, name }: Scope): string {
    return this.#label(scopeGroup(name), "scope", tenant, name);
  }

  /** The slot of a variant has its own. */
  ofEntry(tenant: string, slot: string): string {
    return this.#label("entry", "entry", tenant, slot);
  }

  /** Its name is in its path anyway. */
  ofAnswer(slug: string): string {
    return `answer-${slug}`;
  }

  ofGenerations(generations: readonly Pick<Generation, "scope">[], tenant: string): readonly string[] {
    return [...new Set(generations.map(({ scope }) => this.ofScope(namedScope(scope, tenant))))];
  }

  #label(group: string, ...parts: readonly string[]): string {
    const digest = fingerprint(this.#secret, lengthPrefixed(["edge-label", ...parts]));
    return `${group}-${Buffer.from(digest, "base64url").toString("hex").slice(0, 16)}`;
  }
}

/** The fields that carry labels: of Fastly and Varnish, of Cloudflare, and of RFC 9875. */
export function labelFields(labels: readonly string[]): Readonly<Record<string, string>> {
  if (labels.length === 0) return {};
  return {
    "surrogate-key": labels.join(" "),
    "cache-tag": labels.join(","),
    "cache-groups": labels.map((label) => `"${label}"`).join(", "),
  };
}
