import type { Pair, Reading, Token } from "../reading/reading.ts";
import { signatureOf } from "../reading/signature.ts";

/**
 * Whether two texts have the same ordered content once a single slip of the pen is set right that only the other text
 * shows, however they begin (`how can i change my biling address`, `How do I change my billing address?`).
 */
export function isSameButSlip({ asked, found, alignment }: Pair): boolean {
  const { matched, askedOnly, foundOnly } = alignment;
  if (askedOnly.length > 0 || foundOnly.length > 0) return false;
  const slips = matched.filter((match) => match.by === "spelling" && match.asked.spelled !== match.found.spelled);
  const [slip] = slips;
  if (slip === undefined || slips.length > 1) return false;
  return isRarer(slip.asked, slip.found)
    ? signatureWith(asked, slip.asked, slip.found) === found.signature
    : signatureWith(found, slip.found, slip.asked) === asked.signature;
}

function isRarer(one: Token, other: Token): boolean {
  return one.isKnown === other.isKnown ? one.rarity > other.rarity : other.isKnown;
}

function signatureWith({ tokens, text }: Reading, slip: Token, meant: Token): string {
  const spelled = tokens.map((token) => (token === slip ? { ...meant, text: slip.text, at: slip.at } : token));
  return signatureOf(spelled, text);
}
