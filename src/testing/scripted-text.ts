import { createHash } from "node:crypto";

/**
 * The text of a scripted answer. It follows from the request alone, so the same question has the same answer; it names
 * a digest of the request, so a wrong answer is seen; it carries a canary of the credentials, so a leak between tenants
 * is seen; and it ends with a checksum of itself, so a missing or altered piece is seen.
 */

const vocabulary = ["amber", "basin", "cedar", "delta", "ember", "fjord", "grove", "harbour", "isle", "jade", "kelp"];

/** Fields of a request that do not change an answer. */
const withoutInfluence = new Set([
  "stream",
  "stream_options",
  "user",
  "metadata",
  "store",
  "service_tier",
  "safety_identifier",
  "prompt_cache_key",
]);

const checksumLength = 16;
const mark = " #";

export function digestOf(value: unknown): string {
  return createHash("sha256").update(stable(value)).digest("hex");
}

/** The digest of all fields of a request that can change its answer, whatever their order. */
export function requestDigest(request: Readonly<Record<string, unknown>>, salt: string): string {
  const fields = Object.entries(request).filter(([name]) => !withoutInfluence.has(name));
  return digestOf([salt, Object.fromEntries(fields)]);
}

/** What answers to these credentials contain and no other answers do; `""` without credentials. */
export function canaryOf(credentials: string | undefined): string {
  return credentials === undefined ? "" : `canary-${digestOf(credentials).slice(0, 12)}`;
}

export interface TextParts {
  readonly question: string;
  readonly model: string;
  readonly digest: string;
  readonly canary: string;
  readonly generation: number;
  readonly words: number;
  readonly choice: number;
}

export function scriptedText(parts: TextParts): string {
  const { question, model, digest, canary, generation, words, choice } = parts;
  const start = Number.parseInt(digest.slice(0, 6), 16) + choice;
  const filler = Array.from({ length: words }, (_, index) => vocabulary[(start + index * 7) % vocabulary.length]);
  const facts = [`digest-${digest.slice(0, 16)}`, `generation-${generation}`, `choice-${choice}`, canary];
  const echo = [...question].slice(0, 80).join("");
  return sealed([`${model} heard "${echo}":`, ...filler, ...facts].filter((part) => part !== "").join(" "));
}

/** Appends a checksum of the text. */
export function sealed(text: string): string {
  return `${text}${mark}${checksum(text)}`;
}

/** True when `text` ends with the checksum of all that stands before it: nothing was cut, lost or altered. */
export function isWhole(text: string): boolean {
  const at = text.lastIndexOf(mark);
  return at >= 0 && text.slice(at + mark.length) === checksum(text.slice(0, at));
}

function checksum(text: string): string {
  return createHash("sha256").update(text).digest("hex").slice(0, checksumLength);
}

/** JSON with sorted keys. */
function stable(value: unknown): string {
  return JSON.stringify(value, (_, inner: unknown) =>
    typeof inner === "object" && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([one], [other]) => (one < other ? -1 : 1)))
      : inner,
  );
}
