import { classifyHeader } from "../../policy/scope.ts";

/**
 * The header fields of a request, where somebody else than they tells who asks: what callers send as credentials is for
 * this gateway alone then, and is taken away before anything else looks at the request.
 */

/** Names and values in turn, without credentials and without `others` (in lower case). */
export function withoutCredentials(rawHeaders: readonly string[], others: ReadonlySet<string>): readonly string[] {
  const kept: string[] = [];
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const name = (rawHeaders[index] as string).toLowerCase();
    if (!others.has(name) && !isCredential(name))
      kept.push(rawHeaders[index] as string, rawHeaders[index + 1] as string);
  }
  return kept;
}

/** All values of a field (in lower case), in their order. */
export function valuesOf(rawHeaders: readonly string[], field: string): readonly string[] {
  const values: string[] = [];
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const name = rawHeaders[index] as string;
    if (name.length === field.length && name.toLowerCase() === field) values.push(rawHeaders[index + 1] as string);
  }
  return values;
}

/** Clients send few names again and again. */
const known = new Map<string, boolean>();
const mostKnown = 1_000;
const longestKnown = 64;

/** `name` in lower case. */
export function isCredential(name: string): boolean {
  const there = known.get(name);
  if (there !== undefined) return there;
  const is = classifyHeader(name, keyedAnyway) === "credential";
  if (known.size < mostKnown && name.length <= longestKnown) known.set(name, is);
  return is;
}

/** Protocols key these whatever they are called; none of them is a secret. */
const keyedAnyway: readonly string[] = [];
