/**
 * The names of values in Redis: `reprise:6:tenant:key`. The length of the tenant in bytes stands before it, so no two
 * pairs of tenant and key share a name, whatever characters they are made of, and a name can be taken apart again.
 */

import { InvalidOptionError } from "../core/errors.ts";

export const defaultKeyPrefix = "reprise:";

/** No braces: in a Cluster they would put every key on one node. No `*` or `?`: the prefix is part of patterns. */
const prefixShape = /^[A-Za-z0-9:._-]{1,64}$/;

export class RedisKeys {
  readonly prefix: string;
  /** What all names of the tenant asked for last begin with; a look-up asks for several keys of one tenant. */
  #tenant = "";
  #beginning: string;

  constructor(prefix: string) {
    if (!prefixShape.test(prefix)) {
      throw new InvalidOptionError("store.keyPrefix", {
        message: "store.keyPrefix may have 1 to 64 characters of A-Z, a-z, 0-9 and : . _ -",
        remedy: `choose another prefix, or leave it out for "${defaultKeyPrefix}"`,
      });
    }
    this.prefix = prefix;
    this.#beginning = `${prefix}0::`;
  }

  nameOf(tenant: string, key: string): string {
    if (tenant !== this.#tenant) {
      this.#beginning = `${this.prefix}${Buffer.byteLength(tenant)}:${tenant}:`;
      this.#tenant = tenant;
    }
    return this.#beginning + key;
  }

  /** For `SCAN ... MATCH`: every name of the tenant, or of all. */
  pattern(tenant: string | undefined): string {
    return `${globLiteral(tenant === undefined ? this.prefix : this.nameOf(tenant, ""))}*`;
  }

  /** `undefined` for a name that is not one of ours. */
  parse(name: Buffer): { readonly tenant: string; readonly key: string } | undefined {
    if (name.toString("latin1", 0, this.prefix.length) !== this.prefix) return undefined;
    const colon = name.indexOf(":", this.prefix.length);
    const digits = name.toString("latin1", this.prefix.length, Math.max(colon, this.prefix.length));
    if (!/^[0-9]{1,9}$/.test(digits)) return undefined;
    const tenantStart = colon + 1;
    const tenantEnd = tenantStart + Number(digits);
    if (name[tenantEnd] !== 0x3a) return undefined;
    return { tenant: name.toString("utf8", tenantStart, tenantEnd), key: name.toString("utf8", tenantEnd + 1) };
  }
}

/** Patterns of Redis are globs with `\` as the escape (https://redis.io/docs/latest/commands/keys/). */
function globLiteral(text: string): string {
  return text.replace(/[*?[\]\\]/g, "\\$&");
}
