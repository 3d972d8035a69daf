import { createHash } from "node:crypto";

/**
 * Whether a secret stands somewhere in a text, by the rolling hash of Karp and Rabin (Efficient randomized pattern-matching
 * algorithms, 1987): the sum of the characters under a window of the secret's length, each times a power of a base, is
 * carried on from place to place and compared with that of the secret. All places cost the same, however much of the
 * secret stands there, so that the time tells nothing of it but its length. The base is made of the secret, and so known
 * to nobody who could choose a text by it.
 */
export function searchFor(secret: string): (text: string) => boolean {
  const { length } = secret;
  const base = createHash("sha256").update(secret).digest().readInt32BE() | 1;
  let sought = 0;
  let leaving = 1;
  for (let at = 0; at < length; at++) {
    sought = (Math.imul(sought, base) + secret.charCodeAt(at)) | 0;
    leaving = Math.imul(leaving, base);
  }
  return (text) => {
    let sum = 0;
    for (let at = 0; at < text.length; at++) {
      sum = (Math.imul(sum, base) + text.charCodeAt(at)) | 0;
      if (at >= length) sum = (sum - Math.imul(leaving, text.charCodeAt(at - length))) | 0;
      if (sum === sought && text.startsWith(secret, at + 1 - length)) return true;
    }
    return false;
  };
}
