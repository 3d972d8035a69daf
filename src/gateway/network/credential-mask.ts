import type { HeaderMap } from "../../core/origin.ts";

/**
 * The credential of an upstream in what it answers. Servers echo what they were sent, in fields for debugging or in the text
 * of an error, and callers who have keys of ours must not read the one behind them. Bytes are masked one for one, so that
 * lengths stay true, and a body is masked as it comes: no more is held back than could begin the credential.
 */
export interface CredentialMask {
  text(text: string): string;
  fields(headers: HeaderMap): HeaderMap;
  body(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array>;
}

/** Shorter texts would be found by chance. */
const leastLength = 8;

/** `credential`: name and value of the field in which it is shown. */
export function maskOf(credential: readonly [name: string, value: string] | undefined): CredentialMask | undefined {
  const secret = credential?.[1].replace(/^(?:bearer|basic) +/i, "") ?? "";
  if (secret.length < leastLength) return undefined;
  const bytes = Buffer.from(secret, "latin1");
  const stars = "*".repeat(secret.length);
  const text = (shown: string): string => (shown.includes(secret) ? shown.replaceAll(secret, stars) : shown);
  return {
    text,
    fields: (headers) =>
      Object.fromEntries(
        Object.entries(headers).map(([name, value]) => [
          name,
          typeof value === "string" ? text(value) : value?.map(text),
        ]),
      ) as HeaderMap,
    async *body(chunks) {
      let held: Buffer = Buffer.alloc(0);
      for await (const chunk of chunks) {
        held = Buffer.concat([held, chunk]);
        for (let at = held.indexOf(bytes); at >= 0; at = held.indexOf(bytes, at)) held.fill("*", at, at + bytes.length);
        const sure = held.length - begunAtEnd(held, bytes);
        if (sure === 0) continue;
        yield held.subarray(0, sure);
        held = held.subarray(sure);
      }
      if (held.length > 0) yield held;
    },
  };
}

/** How many bytes at the end of `held` the secret may begin with. */
function begunAtEnd(held: Buffer, secret: Buffer): number {
  const first = secret[0] as number;
  let at = held.indexOf(first, Math.max(0, held.length - secret.length + 1));
  while (at >= 0 && held.compare(secret, 0, held.length - at, at) !== 0) at = held.indexOf(first, at + 1);
  return at < 0 ? 0 : held.length - at;
}
