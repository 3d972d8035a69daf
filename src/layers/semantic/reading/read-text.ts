import type { Lexicon } from "../../../core/lexicon.ts";
import { CommonWords } from "./common-words.ts";
import { openContraction } from "./contractions.ts";
import { withoutDecorations } from "./decorations.ts";
import { fold } from "./fold.ts";
import { languageOf } from "./language.ts";
import { lemmaOf, singularOf } from "./lemma.ts";
import { areLookAlikes } from "./look-alikes.ts";
import { normalise } from "./normalise.ts";
import { numberForm } from "./number-form.ts";
import type { Reading, Token, TokenKind } from "./reading.ts";
import { signatureOf } from "./signature.ts";
import { spellingVariant } from "./spelling-variants.ts";
import { isStopWord } from "./stop-words.ts";
import { type Span, tokenise } from "./tokenise.ts";

/** Reads a text once for all that decide about it. Never throws; takes time in proportion to the length. */
export function readText(text: string, lexicon: Lexicon): Reading {
  const folded = fold(text);
  const spans = tokenise(folded);
  const words = new WordReader(lexicon, hasMeaningfulCase(spans));
  const tokens: Token[] = [];
  for (const span of spans) {
    if (span.kind === "word") words.read(span, tokens);
    else tokens.push(tokenOf(span));
  }
  return new ReadText(folded, withoutDecorations(tokens, folded), lexicon);
}

/** A stored text is mostly laid beside another without its forms, so that they are made when they are asked for. */
class ReadText implements Reading {
  readonly text: string;
  readonly tokens: readonly Token[];
  readonly content: readonly Token[];
  readonly language: Reading["language"];
  readonly lexicon: Lexicon;
  #normal: string | undefined;
  #signature: string | undefined;

  constructor(text: string, tokens: readonly Token[], lexicon: Lexicon) {
    this.text = text;
    this.lexicon = lexicon;
    this.tokens = tokens;
    this.content = tokens.filter((token) => !token.isStop);
    this.language = languageOf(tokens, text);
  }

  get normal(): string {
    this.#normal ??= normalise(this.text, tokenise(this.text));
    return this.#normal;
  }

  get signature(): string | undefined {
    if (this.language === "en") this.#signature ??= signatureOf(this.tokens, this.text);
    return this.#signature;
  }
}

function tokenOf(span: Span): Token {
  const lower = span.form ?? span.text.toLowerCase();
  const lemma = span.kind === "number" ? numberForm(span.text) : lower;
  return bareToken(span, span.kind, lower, lemma);
}

function bareToken({ text, at }: Span, kind: TokenKind, lower: string, lemma: string): Token {
  return { kind, text, at, lower, spelled: lower, lemma, isStop: false, rarity: 1, isKnown: false, isName: false };
}

/** Where a text has no small letters, capitals name nothing. */
function hasMeaningfulCase(spans: readonly Span[]): boolean {
  return spans.some((span) => span.kind === "word" && smallLetter.test(span.text));
}

const smallLetter = /\p{Ll}/u;

/** A question with more slips than this is not worth the search for what was meant. */
const mostCorrections = 24;

/** Shorter words and the plurals of rarer ones are mostly slips. */
const shortestPlural = 5;
const rarestSingular = 0.7;
const participle = /\p{L}{4}ed$/u;

const commonWords = new WeakMap<Lexicon, CommonWords>();

function commonWordsOf(lexicon: Lexicon): CommonWords {
  const known = commonWords.get(lexicon) ?? new CommonWords();
  commonWords.set(lexicon, known);
  return known;
}

class WordReader {
  readonly #lexicon: Lexicon;
  readonly #common: CommonWords;
  readonly #saysCase: boolean;
  #correctionsLeft = mostCorrections;

  constructor(lexicon: Lexicon, saysCase: boolean) {
    this.#lexicon = lexicon;
    this.#common = commonWordsOf(lexicon);
    this.#saysCase = saysCase;
  }

  /** Puts the tokens of a word behind `tokens`. */
  read(span: Span, tokens: Token[]): void {
    const place = (this.#saysCase ? 2 : 0) + (span.startsSentence ? 1 : 0);
    const common = this.#common.find(span.text, place);
    if (common !== undefined) {
      tokens.push({ ...common, at: span.at });
      return;
    }
    const read = this.#read(span);
    tokens.push(...read);
    const [only] = read;
    // What may be a slip depends on how many stood before.
    if (only?.isKnown && read.length === 1 && only.spelled === only.lower) this.#common.keep(only, place);
  }

  #read(span: Span): readonly Token[] {
    const isName = this.#saysCase && hasNameCase(span);
    const lower = span.text.toLowerCase().replace(/\.$/, "");
    if (/\p{Ll}\p{Lu}/u.test(span.text) && !this.#lexicon.knows(lower)) {
      return [bareToken(span, "code", span.text, span.text)];
    }
    const opened = span.text === "u" ? ["you"] : openContraction(lower);
    if (opened !== undefined) return opened.map((word) => this.#token(span, word, this.#spelled(word, isName), isName));
    const parts = this.#parts(lower);
    if (parts.length > 1) return parts.map((word) => this.#token(span, word, this.#spelled(word, isName), isName));
    const spelled = this.#spelled(lower, isName);
    const meant = spelled === lower ? undefined : openContraction(spelled);
    return (meant ?? [spelled]).map((word) => this.#token(span, meant === undefined ? lower : word, word, isName));
  }

  #token({ text, at }: Span, lower: string, spelled: string, isName: boolean): Token {
    const isOwner = lower === "'s";
    const known = spelled === lower ? this.#known(lower) : undefined;
    return {
      kind: "word",
      text,
      at,
      lower,
      spelled,
      lemma: lemmaOf(spellingVariant(spelled), this.#lexicon),
      isStop: isStopWord(spelled),
      rarity: isOwner ? 0 : this.#lexicon.rarity(known ?? lower),
      isKnown: isOwner || known !== undefined,
      isName,
    };
  }

  /** With a slip set right; a name is left as it is written. */
  #spelled(lower: string, isName: boolean): string {
    if (isName || this.#correctionsLeft === 0 || this.#lexicon.knows(lower)) return lower;
    this.#correctionsLeft--;
    const meant = this.#lexicon.correction(lower);
    if (meant === undefined) return lower;
    return areLookAlikes({ lower: meant, rarity: this.#lexicon.rarity(meant) }, lower) ? lower : meant;
  }

  /** What the lexicon has of a word: the word, or what it is the plural of, since it lacks the plurals of rare words. */
  #known(lower: string): string | undefined {
    if (this.#lexicon.knows(lower)) return lower;
    if (lower.length < shortestPlural) return undefined;
    const singular = singularOf(lower, this.#lexicon);
    if (singular === undefined || this.#lexicon.rarity(singular) >= rarestSingular) return undefined;
    // Neither a participle nor a plural has a plural (`employeds`, `carses`).
    const isSingular = !participle.test(singular) && singularOf(singular, this.#lexicon) === undefined;
    return isSingular ? singular : undefined;
  }

  /** The parts of a hyphenated word where each is a word of its own (`full-time`), or one a slip; else the word as it is. */
  #parts(lower: string): readonly string[] {
    if (!lower.includes("-")) return [lower];
    const parts = lower.split("-");
    const unknown = parts.filter((part) => part.length < 2 || !this.#lexicon.knows(part));
    if (unknown.length === 0) return parts;
    const [slip, ...others] = unknown;
    const isSlip = others.length === 0 && slip !== undefined && this.#spelled(slip, false) !== slip;
    return isSlip && parts.length > 1 ? parts : [lower];
  }
}

function hasNameCase({ text, startsSentence }: Span): boolean {
  if (text.length < 2 || text === "OK") return false;
  if (/\p{Lu}/u.test(text.slice(1))) return true;
  return !startsSentence && /^\p{Lu}/u.test(text) && !/^I'/.test(text);
}
