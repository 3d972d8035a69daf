import type { Token } from "./reading.ts";

/**
 * Pictures and faces in letters that only decorate a question: in front of it, behind it, or behind thanks (`How do I
 * bake bread? 🍞`, `Thanks :)`). Elsewhere a sign can be what is asked about (`what does 🍞 mean`, `which fruit is this?
 * 🍎`), and a text that asks nothing says by it how the writer feels (`I am fine 😭`).
 */
export function withoutDecorations(tokens: readonly Token[], text: string): readonly Token[] {
  if (!tokens.some(isDecorative)) return tokens;
  const start = tokens.findIndex((token) => !isDecorative(token) && !greetings.has(token.lower));
  const first = tokens[start];
  // Nothing but pictures says something too.
  if (first === undefined || tokens.some(({ lower }) => pointsAtSigns.has(lower))) return tokens;
  if (!startsQuestion.test(text.slice(first.at))) return tokens;
  const end = tokens.findLastIndex((token) => !isDecorative(token) && !manners.has(token.lower)) + 1;
  const behind = tokens.slice(end);
  const before = tokens.slice(0, start).filter((token) => !isDecorative(token));
  if (end <= start) return [...before, ...tokens.slice(start)];
  const isKept = (token: Token) => !isDecorative(token) || !isSetApart(tokens[end - 1] as Token, token, text);
  return [...before, ...tokens.slice(start, end), ...behind.filter(isKept)];
}

function isDecorative({ kind, text }: Token): boolean {
  return kind === "sign" && (picture.test(text) || face.test(text));
}

/** Signs of trade and of punctuation are pictures to Unicode only. */
const picture = /^(?![©®™‼⁉])\p{Extended_Pictographic}/u;
/** `:)`, `;-P`. A heart in letters is written like an arrow. */
const face = /^[:;]/;

const startsQuestion =
  /^(?:what|which|who|whom|whose|where|when|why|how|is|are|was|were|do|does|did|can|could|should|would|will|have|has|may|must)\b/i;

const pointsAtSigns = new Set(
  "this these that those following above below emoji emojis emoticon emoticons smiley smileys symbol symbols picture pictures".split(
    " ",
  ),
);

/** Behind a question mark; or behind a question in one piece, unless its last words may speak of the sign. */
function isSetApart(last: Token, sign: Token, text: string): boolean {
  if (text.slice(last.at + last.text.length, sign.at).includes("?")) return true;
  return !mayBeSpokenOf.has(last.lower) && !inParts.test(text.slice(0, sign.at).trimEnd());
}

/** What may stand before the question, with pictures among it. */
const greetings = new Set("please hi hello hey there".split(" "));
/** What may stand behind the question, with pictures among it. */
const manners = new Set("thanks thank you thx please pls cheers so much".split(" "));
const inParts = /[.!?:"]\s|:$/;
const mayBeSpokenOf = new Set(
  (
    "a an the of with and or to by like as is are mean means type use write say send reply sign face between than versus vs " +
    "for called make answer respond react it they me him her them"
  ).split(" "),
);
