import { type FingerprintKey, fingerprint } from "../core/fingerprint.ts";
import { isOpaqueField, isPlainField } from "../protocols/plain-fields.ts";

/**
 * Requests and answers without what anybody wrote. Every text becomes a token: an HMAC under the secret of the keys, and
 * the text's length. Equal texts have equal tokens, also in other processes and later days, so that repeats can be
 * counted; nothing else can be learnt of a text but how long it is. Words are not replaced one by one: whoever counts
 * how often each token comes would read such a log like a simple cipher. The structure stays, and so do numbers, names of
 * fields and the provider's own words.
 */

/** Of 43 characters; as many tell 2^40 texts apart. */
const tokenLength = 16;
/** What the provider's own words look like; whatever else stands in such a field is text. */
const word = /^[\w.:/-]{1,64}$/;
const token = /^~[\w-]{16}:\d+$/;

export class Redactor {
  readonly #key: FingerprintKey;

  constructor(key: FingerprintKey) {
    this.#key = key;
  }

  text(text: string): string {
    return `~${fingerprint(this.#key, `access-log\n${text}`).slice(0, tokenLength)}:${text.length}`;
  }

  /** `value`: plain JSON. */
  json(value: unknown): unknown {
    return this.#redacted(value, "", false);
  }

  #redacted(value: unknown, name: string, isOpaque: boolean): unknown {
    if (typeof value === "string")
      return !isOpaque && isPlainField(name) && word.test(value) ? value : value === "" ? "" : this.text(value);
    if (typeof value !== "object" || value === null) return value;
    const below = isOpaque || isOpaqueField(name, value);
    if (Array.isArray(value)) return value.map((item) => this.#redacted(item, name, below));
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, this.#redacted(item, key, below)]));
  }
}

/** Whether `text` stands in the place of another one. */
export function isToken(text: string): boolean {
  return token.test(text);
}
