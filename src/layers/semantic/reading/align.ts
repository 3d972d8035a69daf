import type { Lexicon } from "../../../core/lexicon.ts";
import { isWithinSlips } from "./edit-distance.ts";
import type { Alignment, Matched, Reading, Token } from "./reading.ts";
import { synonymHead } from "./synonyms.ts";

/**
 * Finds for each content token of the question its counterpart in the stored text, the surest ways first: equal, then
 * a slip of the pen, then another form of the word, then another word for it. Within one way, tokens are taken in
 * order, each once; a word may have moved, since whether order matters is a guard's question.
 */
export function align(asked: Reading, found: Reading, _lexicon: Lexicon): Alignment {
  const byAsked: (Matched | undefined)[] = new Array(asked.content.length).fill(undefined);
  const isTaken: boolean[] = new Array(found.content.length).fill(false);
  for (const [by, keyOf] of ways) {
    const waiting = new Map<string, number[]>();
    found.content.forEach((token, index) => {
      if (isTaken[index]) return;
      const key = keyOf(token);
      if (key === undefined) return;
      const places = waiting.get(key);
      if (places === undefined) waiting.set(key, [index]);
      else places.push(index);
    });
    asked.content.forEach((token, index) => {
      if (byAsked[index] !== undefined) return;
      const key = keyOf(token);
      const place = key === undefined ? undefined : waiting.get(key)?.shift();
      if (place === undefined) return;
      isTaken[place] = true;
      byAsked[index] = { asked: token, found: found.content[place] as Token, by };
    });
    if (by === "equal") matchSlips(asked, found, byAsked, isTaken);
  }
  return {
    matched: byAsked.filter((match) => match !== undefined),
    askedOnly: asked.content.filter((_, index) => byAsked[index] === undefined),
    foundOnly: found.content.filter((_, index) => !isTaken[index]),
  };
}

/** What two tokens must share to match in each way. */
const ways: readonly (readonly [by: Matched["by"], keyOf: (token: Token) => string | undefined])[] = [
  ["equal", (token) => `${token.kind} ${token.kind === "number" ? token.lemma : token.lower}`],
  ["spelling", (token) => (token.kind === "word" ? token.spelled : undefined)],
  ["lemma", (token) => (token.kind === "word" ? token.lemma : undefined)],
  ["synonym", (token) => (token.kind === "word" ? synonymHead(token.lemma) : undefined)],
];

/** Beyond this many words left over the texts differ anyway, and the comparison of all with all is spared. */
const mostSlips = 8;

/** A known word on one side and, within a slip or two, an unknown one on the other. */
function matchSlips(asked: Reading, found: Reading, byAsked: (Matched | undefined)[], isTaken: boolean[]): void {
  const askedLeft = asked.content.flatMap((_, index) => (byAsked[index] === undefined ? [index] : []));
  const foundLeft = found.content.flatMap((_, index) => (isTaken[index] ? [] : [index]));
  if (askedLeft.length > mostSlips || foundLeft.length > mostSlips) return;
  for (const index of askedLeft) {
    const token = asked.content[index] as Token;
    const place = foundLeft.find((at) => !isTaken[at] && isSlip(token, found.content[at] as Token));
    if (place === undefined) continue;
    isTaken[place] = true;
    byAsked[index] = { asked: token, found: found.content[place] as Token, by: "spelling" };
  }
}

function isSlip(one: Token, other: Token): boolean {
  if (one.kind !== "word" || other.kind !== "word" || one.isKnown === other.isKnown) return false;
  const length = Math.min(one.lower.length, other.lower.length);
  return length >= 4 && isWithinSlips(one.lower, other.lower, length >= 8 ? 2 : 1);
}
