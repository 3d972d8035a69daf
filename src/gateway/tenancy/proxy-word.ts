import { createHash, timingSafeEqual } from "node:crypto";
import { LRUCache } from "lru-cache";
import type { AskedBy } from "../../core/asked-by.ts";
import { isTenantName, isUserName, tenantNameRule, userNameRule } from "../../core/tenant-name.ts";
import type { TenancySettings } from "../../tenancy-options.ts";
import { valuesOf } from "./caller-fields.ts";

/**
 * What a trusted proxy says of who asks, in header fields. It counts only with its proof: the shared secret, the client
 * certificate, or both, as configured. A field that stands twice was written by two, of whom the client may be one, so it
 * counts for nothing.
 */

export type HeardWord =
  | { readonly kind: "named"; readonly askedBy: AskedBy }
  | { readonly kind: "unproven" }
  /** The proof is right; what it names is not. `rule` completes the sentence "it …". */
  | { readonly kind: "wrong"; readonly field: string; readonly rule: string };

const mostKnown = 10_000;
/** In which clients name their user where nobody does it for them. */
const usersOwnWord = "x-ai-user";

export class ProxyWord {
  /** Those that speak of who asks, in lower case; a client that names its user itself is not listened to. */
  readonly fields: ReadonlySet<string>;
  readonly #settings: TenancySettings["header"];
  readonly #secrets: readonly Buffer[];
  /** Who asks again is the same object. */
  readonly #known = new LRUCache<string, AskedBy>({ max: mostKnown });

  constructor(settings: TenancySettings["header"]) {
    const { tenant, user, secretField, secret = [] } = settings;
    this.#settings = settings;
    this.fields = new Set([tenant, user, secretField, usersOwnWord].map((name) => name.toLowerCase()));
    this.#secrets = secret.map(digest);
  }

  /** `isVerified`: the other end has shown a certificate that was verified. */
  read(rawHeaders: readonly string[], isVerified: boolean): HeardWord {
    if (!this.#isProven(rawHeaders, isVerified)) return { kind: "unproven" };
    const { tenant: tenantField, user: userField } = this.#settings;
    const [tenant, ...otherTenants] = valuesOf(rawHeaders, tenantField.toLowerCase());
    if (!isTenantName(tenant) || otherTenants.length > 0)
      return { kind: "wrong", field: tenantField, rule: `stands there once and ${tenantNameRule}` };
    const [user, ...otherUsers] = valuesOf(rawHeaders, userField.toLowerCase());
    if ((user !== undefined && !isUserName(user)) || otherUsers.length > 0)
      return { kind: "wrong", field: userField, rule: `stands there once at most and ${userNameRule}` };
    const whom = user === undefined ? tenant : `${tenant} ${user}`;
    let askedBy = this.#known.get(whom);
    if (askedBy === undefined) {
      askedBy = Object.freeze({ tenant, ...(user !== undefined && { user }) });
      this.#known.set(whom, askedBy);
    }
    return { kind: "named", askedBy };
  }

  /** Of what is configured everything must be shown; where nothing is, nobody is believed. */
  #isProven(rawHeaders: readonly string[], isVerified: boolean): boolean {
    const { certificate, secretField } = this.#settings;
    if (certificate && !isVerified) return false;
    if (this.#secrets.length === 0) return certificate;
    const [shown = "", ...others] = valuesOf(rawHeaders, secretField.toLowerCase());
    const given = digest(shown);
    // All of them, so that the time does not tell which one it was.
    const isOne = this.#secrets.reduce((found, secret) => timingSafeEqual(secret, given) || found, false);
    return isOne && others.length === 0;
  }
}

function digest(text: string): Buffer {
  return createHash("sha256").update(text, "latin1").digest();
}
