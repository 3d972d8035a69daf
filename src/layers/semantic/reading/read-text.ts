import type { Lexicon } from "../../../core/lexicon.ts";
import { openContraction } from "./contractions.ts";
import { fold } from "./fold.ts";
import { languageOf } from "./language.ts";
import { lemmaOf } from "./lemma.ts";
import { normalise } from "./normalise.ts";
import { numberForm } from "./number-form.ts";
import type { Reading, Token } from "./reading.ts";
import { signatureOf } from "./signature.ts";
import { isStopWord } from "./stop-words.ts";
import { type Span, tokenise } from "./tokenise.ts";

/** Reads a text once for all that decide about it. Never throws; takes time in proportion to the length. */
export function readText(text: string, lexicon: Lexicon): Reading {
  const folded = fold(text);
  const spans = tokenise(folded);
  const saysCase = /\p{Ll}/u.test(folded);
  const tokens = spans.flatMap((span) => tokensOf(span, saysCase, lexicon));
  const language = languageOf(tokens, folded);
  return {
    text: folded,
    normal: normalise(folded, spans),
    signature: language === "en" ? signatureOf(tokens) : undefined,
    tokens,
    content: tokens.filter((token) => !token.isStop),
    language,
  };
}

function tokensOf(span: Span, saysCase: boolean, lexicon: Lexicon): Token[] {
  if (span.kind === "word") return wordsOf(span, saysCase, lexicon);
  const lower = span.form ?? span.text.toLowerCase();
  return [
    {
      kind: span.kind,
      text: span.text,
      at: span.at,
      lower,
      spelled: lower,
      lemma: span.kind === "number" ? numberForm(span.text) : lower,
      isStop: false,
      rarity: 1,
      isKnown: false,
      isName: false,
    },
  ];
}

function wordsOf(span: Span, saysCase: boolean, lexicon: Lexicon): Token[] {
  const isName = saysCase && hasNameCase(span);
  const lower = span.text.toLowerCase();
  const opened = openContraction(lower) ?? joined(lower, lexicon);
  return opened.map((word) => {
    const isKnown = lexicon.knows(word) || word === "'s";
    const spelled = isKnown || isName ? word : (lexicon.correction(word) ?? word);
    return {
      kind: "word",
      text: span.text,
      at: span.at,
      lower: word,
      spelled,
      lemma: lemmaOf(spelled, lexicon),
      isStop: isStopWord(spelled),
      rarity: word === "'s" ? 0 : lexicon.rarity(word),
      isKnown,
      isName,
    } satisfies Token;
  });
}

/** The parts of a hyphenated word where each is a word of its own (`full-time`); else the word as it is. */
function joined(lower: string, lexicon: Lexicon): readonly string[] {
  if (!lower.includes("-")) return [lower];
  const parts = lower.split("-");
  return parts.every((part) => part.length > 1 && lexicon.knows(part)) ? parts : [lower];
}

function hasNameCase({ text, startsSentence }: Span): boolean {
  if (text.length < 2) return false;
  if (/\p{Lu}/u.test(text.slice(1))) return true;
  return !startsSentence && /^\p{Lu}/u.test(text) && !/^I'/.test(text);
}
