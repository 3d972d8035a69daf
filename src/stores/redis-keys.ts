/**
 * The names of values in Redis: `reprise:6:tenant:key`. The length of the tenant in bytes stands before it, so no two
 * pairs of tenant and key share a name, whatever characters they are made of, and a name can be taken apart again. Text
 * with half a surrogate pair has no UTF-8, and all such halves would become the same; it is written in hexadecimal digits
 * behind a `~` in place of the colon.
 */

import { InvalidOptionError } from "../core/errors.ts";

export const defaultKeyPrefix = "reprise:";

/** No braces: in a Cluster they would put every key on one node. No `*` or `?`: the prefix is part of patterns. */
const prefixShape = /^[A-Za-z0-9:._-]{1,64}$/;

export class RedisKeys {
  readonly prefix: string;
  /** A look-up asks for several keys of one tenant. */
  #tenant = "";
  /** What all names of that tenant begin with. */
  #beginning: string;

  constructor(prefix: string) {
    if (!prefixShape.test(prefix)) {
      throw new InvalidOptionError("store.keyPrefix", {
        message: "store.keyPrefix may have 1 to 64 characters of A-Z, a-z, 0-9 and : . _ -",
        remedy: `choose another prefix, or leave it out for "${defaultKeyPrefix}"`,
      });
    }
    this.prefix = prefix;
    this.#beginning = `${prefix}0:`;
  }

  nameOf(tenant: string, key: string): string {
    const beginning = this.#beginningOf(tenant);
    return key.isWellFormed() ? `${beginning}:${key}` : `${beginning}~${hexOf(key)}`;
  }

  /** For `SCAN ... MATCH`: every name of the tenant, or of all. */
  pattern(tenant: string | undefined): string {
    return `${globLiteral(tenant === undefined ? this.prefix : this.#beginningOf(tenant))}*`;
  }

  /** `undefined` for a name that is not one of ours. */
  parse(name: Buffer): { readonly tenant: string; readonly key: string } | undefined {
    if (name.toString("latin1", 0, this.prefix.length) !== this.prefix) return undefined;
    const [whole, length, mark] = /^([0-9]{1,9})([:~])/.exec(name.toString("latin1", this.prefix.length)) ?? [];
    if (whole === undefined) return undefined;
    const tenantStart = this.prefix.length + whole.length;
    const tenantEnd = tenantStart + Number(length);
    const keyMark = name[tenantEnd];
    if (keyMark !== colon && keyMark !== tilde) return undefined;
    return {
      tenant: textOf(name.subarray(tenantStart, tenantEnd), mark === "~"),
      key: textOf(name.subarray(tenantEnd + 1), keyMark === tilde),
    };
  }

  #beginningOf(tenant: string): string {
    if (tenant !== this.#tenant) {
      const hex = tenant.isWellFormed() ? undefined : hexOf(tenant);
      this.#beginning =
        this.prefix + (hex === undefined ? `${Buffer.byteLength(tenant)}:${tenant}` : `${hex.length}~${hex}`);
      this.#tenant = tenant;
    }
    return this.#beginning;
  }
}

const colon = 0x3a;
const tilde = 0x7e;

function hexOf(text: string): string {
  return Buffer.from(text, "utf16le").toString("hex");
}

function textOf(bytes: Buffer, isHex: boolean): string {
  return isHex ? Buffer.from(bytes.toString("latin1"), "hex").toString("utf16le") : bytes.toString("utf8");
}

/** Patterns of Redis are globs with `\` as the escape (https://redis.io/docs/latest/commands/keys/). */
function globLiteral(text: string): string {
  return text.replace(/[*?[\]\\]/g, "\\$&");
}
