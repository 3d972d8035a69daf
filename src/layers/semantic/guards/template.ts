import type { Pair, Token } from "../reading/reading.ts";
import type { Guard } from "./guard.ts";
import { payloadOf } from "./payload.ts";

/**
 * Prompts made of a template look alike however different the part is that was filled in. So the longest shared
 * beginning and end are taken out, and only what is left is compared: behind a long shared frame every content word of
 * it must have its counterpart, and where it is long itself the texts are taken for different. Texts that a task brings
 * along (translate, summarise) must be the same word by word.
 */
export const template: Guard = {
  name: "template",
  vetoes(pair) {
    const { asked, found } = pair;
    if (asked.normal === found.normal) return false;
    if (payloadOf(asked).words !== payloadOf(found).words) return true;
    const { shared, askedPart, foundPart } = variablePart(pair);
    if (askedPart.length === 0 && foundPart.length === 0) return false;
    if (isSameContent(pair, askedPart, foundPart)) return false;
    if (Math.max(askedPart.length, foundPart.length) > longestVariablePart) return true;
    return shared >= shortestFrame && hasUnmatched(pair, askedPart, foundPart);
  },
};

/** In tokens: an ordinary question is shorter than either. */
const longestVariablePart = 64;
const shortestFrame = 24;

interface VariablePart {
  /** How many tokens the two texts share at their beginning and end. */
  readonly shared: number;
  readonly askedPart: readonly Token[];
  readonly foundPart: readonly Token[];
}

function variablePart({ asked, found }: Pair): VariablePart {
  const some = asked.tokens;
  const others = found.tokens;
  const shorter = Math.min(some.length, others.length);
  let prefix = 0;
  while (prefix < shorter && some[prefix]?.spelled === others[prefix]?.spelled) prefix++;
  let suffix = 0;
  while (suffix < shorter - prefix && some.at(-1 - suffix)?.spelled === others.at(-1 - suffix)?.spelled) suffix++;
  return {
    shared: prefix + suffix,
    askedPart: some.slice(prefix, some.length - suffix),
    foundPart: others.slice(prefix, others.length - suffix),
  };
}

/** Every content word has its counterpart, in the same order. */
function isSameContent(pair: Pair, askedPart: readonly Token[], foundPart: readonly Token[]): boolean {
  if (hasUnmatched(pair, askedPart, foundPart)) return false;
  const inAsked = new Set(askedPart);
  const places = pair.alignment.matched.filter(({ asked }) => inAsked.has(asked)).map(({ found }) => found.at);
  return places.every((place, index) => index === 0 || (places[index - 1] as number) <= place);
}

function hasUnmatched({ alignment }: Pair, askedPart: readonly Token[], foundPart: readonly Token[]): boolean {
  const inAsked = new Set(askedPart);
  const inFound = new Set(foundPart);
  return (
    alignment.askedOnly.some((token) => inAsked.has(token)) || alignment.foundOnly.some((token) => inFound.has(token))
  );
}
