import { type FingerprintKey, fingerprint } from "../core/fingerprint.ts";
import { isOpaqueField, isPlainField, isSchemaField } from "../protocols/plain-fields.ts";

/**
 * Requests and answers without what anybody wrote. Every text becomes a token: an HMAC under the secret of the keys, and
 * the text's length. Equal texts have equal tokens, also in other processes and later days, so that repeats can be
 * counted; nothing else can be learnt of a text but how long it is. Words are not replaced one by one: whoever counts
 * how often each token comes would read such a log like a simple cipher. A list of whole numbers may be a text, too: the
 * ids of its tokens or its bytes. Other numbers as many, which follow from the whole list, stand in its place, and so for
 * each number that a tool is called with. The structure stays, and so do all other numbers, names of fields and the
 * provider's own words.
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
    return this.#redacted(value, "", "provider");
  }

  #redacted(value: unknown, name: string, whose: Whose): unknown {
    if (typeof value === "string")
      return whose === "provider" && isPlainField(name) && word.test(value)
        ? value
        : value === ""
          ? ""
          : this.text(value);
    if (typeof value === "number") return whose === "caller" ? this.#others([value])[0] : value;
    if (typeof value !== "object" || value === null) return value;
    let below = whose;
    if (whose === "provider" && isOpaqueField(name, value)) below = isSchemaField(name) ? "schema" : "caller";
    if (Array.isArray(value)) {
      const isText = below !== "schema" && value.every((item) => Number.isSafeInteger(item) && item >= 0);
      return isText ? this.#others(value) : value.map((item) => this.#redacted(item, name, below));
    }
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, this.#redacted(item, key, below)]));
  }

  /** Xorshift (Marsaglia, "Xorshift RNGs", 2003) in four lanes from a fingerprint of all: one for each would take too long. */
  #others(numbers: readonly number[]): number[] {
    const seed = Buffer.from(fingerprint(this.#key, `access-log numbers\n${numbers.join(",")}`), "base64url");
    const lanes = [0, 4, 8, 12].map((at) => seed.readInt32BE(at) || 1);
    return numbers.map((_, index) => {
      const lane = index % lanes.length;
      let state = lanes[lane] as number;
      state ^= state << 13;
      state ^= state >>> 17;
      state ^= state << 5;
      lanes[lane] = state;
      return state >>> 1;
    });
  }
}

/** Whose words stand here: the provider's; a program's, which demands something of values; or whoever gave the values. */
type Whose = "provider" | "schema" | "caller";

/** Whether `text` stands in the place of another one. */
export function isToken(text: string): boolean {
  return token.test(text);
}
