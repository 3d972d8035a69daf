import type { Lexicon } from "../../../core/lexicon.ts";
import { contextSlip } from "./context-slip.ts";
import type { Alignment, Matched, Reading, Token } from "./reading.ts";
import { isShortSlipOf, isSlipOf } from "./slip.ts";
import { synonymHead } from "./synonyms.ts";

/**
 * Finds for each content token of the question its counterpart in the stored text, the surest ways first: equal, then
 * a slip of the pen, then another form of the word, then another word for it. Within one way, tokens are taken in
 * order, each once; a word may have moved, since whether order matters is a guard's question. Whichever text is asked
 * and whichever found, the same tokens match.
 */
export function align(asked: Reading, found: Reading, lexicon: Lexicon): Alignment {
  const sides: Sides = {
    asked: asked.content,
    found: found.content,
    byAsked: new Array(asked.content.length).fill(undefined),
    isTaken: new Array(found.content.length).fill(false),
    others: [],
  };
  matchInPlace(sides);
  matchBy("equal", equalKey, sides);
  matchBy("spelling", spelledKey, sides);
  if (hasFewLeft(sides.byAsked, undefined) && hasFewLeft(sides.isTaken, false)) {
    matchContextSlip(contextSlip(asked, found, lexicon), sides);
    matchSlips(sides);
    matchStopWords(asked, found, sides);
    matchRunTogether(sides, lexicon);
  }
  matchBy("lemma", lemmaKey, sides);
  matchBy("synonym", synonymKey, sides);
  const [askedOnly, foundOnly] = leftOf(sides);
  return { matched: [...sides.byAsked.filter((match) => match !== undefined), ...sides.others], askedOnly, foundOnly };
}

interface Sides {
  readonly asked: readonly Token[];
  readonly found: readonly Token[];
  readonly byAsked: (Matched | undefined)[];
  readonly isTaken: boolean[];
  /** Matches beyond one content token with one. */
  readonly others: Matched[];
}

/** Beyond this many words left over the texts differ anyway, and the comparison of all with all is spared. */
const mostCompared = 12;

function hasFewLeft<Kind>(all: readonly Kind[], left: Kind): boolean {
  let count = 0;
  for (const each of all) if (each === left) count++;
  return count <= mostCompared;
}

function leftOf({ asked, found, byAsked, isTaken }: Sides): readonly [Token[], Token[]] {
  return [asked.filter((_, index) => byAsked[index] === undefined), found.filter((_, index) => !isTaken[index])];
}

/** No word has a space. */
function equalKey({ kind, lower, lemma }: Token): string {
  return kind === "word" ? lower : `${kind} ${kind === "number" ? lemma : lower}`;
}

function spelledKey(token: Token): string | undefined {
  return token.kind === "word" ? token.spelled : undefined;
}

function lemmaKey(token: Token): string | undefined {
  return token.kind === "word" ? token.lemma : undefined;
}

function synonymKey(token: Token): string | undefined {
  return token.kind === "word" ? synonymHead(token.lemma) : undefined;
}

function matchBy(by: Matched["by"], keyOf: KeyOf, sides: Sides): void {
  const { asked, found, byAsked, isTaken } = sides;
  if (!byAsked.includes(undefined) || !isTaken.includes(false)) return;
  const placeOf = asked.length * found.length <= mostSearched ? searched(keyOf, sides) : indexed(keyOf, sides);
  for (let index = 0; index < asked.length; index++) {
    const key = byAsked[index] === undefined ? keyOf(asked[index] as Token) : undefined;
    const place = key === undefined ? undefined : placeOf(key);
    if (place !== undefined) take(sides, index, place, by);
  }
}

type KeyOf = (token: Token) => string | undefined;
/** The first place of the stored text that has the key and is not taken. */
type PlaceOf = (key: string) => number | undefined;

/** Up to here it takes less to look at each word than to make a table of them. */
const mostSearched = 400;

function searched(keyOf: KeyOf, { found, isTaken }: Sides): PlaceOf {
  return (key) => {
    for (let place = 0; place < found.length; place++) {
      if (!isTaken[place] && keyOf(found[place] as Token) === key) return place;
    }
    return undefined;
  };
}

function indexed(keyOf: KeyOf, { found, isTaken }: Sides): PlaceOf {
  /** The first place of each key, and behind each place the next one of the same key. */
  const waiting = new Map<string, number | undefined>();
  const following: (number | undefined)[] = [];
  for (let place = found.length - 1; place >= 0; place--) {
    const key = isTaken[place] ? undefined : keyOf(found[place] as Token);
    if (key === undefined) continue;
    following[place] = waiting.get(key);
    waiting.set(key, place);
  }
  return (key) => {
    const place = waiting.get(key);
    if (place !== undefined) waiting.set(key, following[place]);
    return place;
  };
}

/** Of a word that stands there several times, each is matched with the one in its place. */
function matchInPlace(sides: Sides): void {
  const { asked, found } = sides;
  if (asked.length !== found.length) return;
  asked.forEach((token, index) => {
    if (areEqual(token, found[index] as Token)) take(sides, index, index, "equal");
  });
}

function areEqual(one: Token, other: Token): boolean {
  if (one.kind !== other.kind) return false;
  return one.kind === "number" ? one.lemma === other.lemma : one.lower === other.lower;
}

function take({ asked, found, byAsked, isTaken }: Sides, index: number, place: number, by: Matched["by"]): void {
  isTaken[place] = true;
  byAsked[index] = { asked: asked[index] as Token, found: found[place] as Token, by };
}

/** One of the two may be grammar (`hwo`), which is no content. */
function matchContextSlip(slip: readonly [asked: Token, found: Token] | undefined, sides: Sides): void {
  if (slip === undefined) return;
  const [index, place] = [sides.asked.indexOf(slip[0]), sides.found.indexOf(slip[1])];
  const match: Matched = { asked: slip[0], found: slip[1], by: "spelling" };
  if (index >= 0) sides.byAsked[index] = match;
  else sides.others.push(match);
  if (place >= 0) sides.isTaken[place] = true;
}

function matchSlips(sides: Sides): void {
  // One of the two is always a word that nobody knows.
  if (!leftOf(sides).some((left) => left.some(({ kind, isKnown }) => kind === "word" && !isKnown))) return;
  sides.asked.forEach((token, index) => {
    if (sides.byAsked[index] !== undefined) return;
    const place = sides.found.findIndex((other, at) => !sides.isTaken[at] && isSlipOf(token, other));
    if (place >= 0) take(sides, index, place, "spelling");
  });
  const [askedOnly, foundOnly] = leftOf(sides);
  const [one, other] = [askedOnly[0], foundOnly[0]];
  // Nothing else differs, so that a word too short to be judged by itself can only be the one that stands there.
  if (one === undefined || other === undefined || askedOnly.length > 1 || foundOnly.length > 1) return;
  if (sides.asked.length < leastContext || !isShortSlipOf(one, other)) return;
  const [index, place] = [sides.asked.indexOf(one), sides.found.indexOf(other)];
  if (index === place && sides.asked.length === sides.found.length) take(sides, index, place, "spelling");
}

/** Content words that a question must have for its context to speak for a short word. */
const leastContext = 3;

/** A slip can turn a word of content into grammar and back (`wiat` looks like `what`): looked for among what is left. */
function matchStopWords(asked: Reading, found: Reading, sides: Sides): void {
  const [askedOnly, foundOnly] = leftOf(sides);
  const spare = [slipsAmongStops(asked, found, foundOnly), slipsAmongStops(found, asked, askedOnly)] as const;
  if (spare.every((stops) => stops.length === 0)) return;
  sides.asked.forEach((token, index) => {
    const at = sides.byAsked[index] === undefined ? spare[1].findIndex((other) => isSlipOf(token, other)) : -1;
    if (at < 0) return;
    sides.byAsked[index] = { asked: token, found: spare[1].splice(at, 1)[0] as Token, by: "spelling" };
  });
  sides.found.forEach((token, place) => {
    const at = sides.isTaken[place] ? -1 : spare[0].findIndex((other) => isSlipOf(other, token));
    if (at < 0) return;
    sides.isTaken[place] = true;
    sides.others.push({ asked: spare[0].splice(at, 1)[0] as Token, found: token, by: "spelling" });
  });
}

/** The stop words that the other text has not, and that what is left of it can be slips of: one of two is a known word. */
function slipsAmongStops({ tokens }: Reading, other: Reading, left: readonly Token[]): Token[] {
  const isKnownLeft = left.some(({ kind, isKnown }) => isKnown || kind === "number");
  const isUnknownLeft = left.some(({ isKnown }) => !isKnown);
  if (!isUnknownLeft && !(isKnownLeft && tokens.some(({ isKnown }) => !isKnown))) return [];
  const stops = tokens.filter(
    ({ kind, isStop, isKnown }) => isStop && kind === "word" && (isKnown ? isUnknownLeft : isKnownLeft),
  );
  if (stops.length === 0) return stops;
  const there = new Set(other.tokens.map((token) => token.lower));
  return stops.filter((token) => !there.has(token.lower));
}

/** `cell phone` and `cellphone`, `alot` and `a lot`: two words beside each other that are one word on the other side. */
function matchRunTogether(sides: Sides, lexicon: Lexicon): void {
  const { asked, found, byAsked, isTaken, others } = sides;
  asked.forEach((token, index) => {
    if (byAsked[index] !== undefined) return;
    const place = found.findIndex(
      (other, at) => !isTaken[at] && !isTaken[at + 1] && isRunTogether(other, found[at + 1], token, lexicon),
    );
    if (place < 0) return;
    take(sides, index, place, "spelling");
    isTaken[place + 1] = true;
    others.push({ asked: token, found: found[place + 1] as Token, by: "spelling" });
  });
  found.forEach((token, place) => {
    if (isTaken[place]) return;
    const index = asked.findIndex(
      (other, at) =>
        byAsked[at] === undefined &&
        byAsked[at + 1] === undefined &&
        isRunTogether(other, asked[at + 1], token, lexicon),
    );
    if (index < 0) return;
    take(sides, index, place, "spelling");
    byAsked[index + 1] = { asked: asked[index + 1] as Token, found: token, by: "spelling" };
  });
}

/** Pairs that say something else when they are written as one word. */
const otherAsOne = new Set("everyday sometime sometimes already altogether anyway maybe nobody awhile".split(" "));

function isRunTogether(first: Token, second: Token | undefined, whole: Token, lexicon: Lexicon): boolean {
  if (second === undefined || whole.lower.length !== first.lower.length + second.lower.length) return false;
  if (first.kind !== "word" || second.kind !== "word" || whole.kind !== "word" || otherAsOne.has(whole.lower))
    return false;
  if (whole.lower !== first.lower + second.lower) return false;
  return lexicon.knows(first.lower) && lexicon.knows(second.lower);
}
