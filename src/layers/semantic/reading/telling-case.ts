import { casedUnits } from "./cased-units.ts";

/**
 * Words that are something else in another case, as far as they are written so on purpose: `mW` and `MW`, `Co` and `CO`,
 * the `F` flag and the `f` flag, a `String` and a `string`. Most people type everything small, so it is the unusual form
 * that says something, and only in a text that uses capitals for names alone.
 */
interface Piece {
  readonly kind: string;
  readonly text: string;
  readonly at: number;
}

/** Where those words stand. */
export function tellingCaseIn(pieces: readonly Piece[], text: string): ReadonlySet<number> {
  if (!pieces.some(mayTell)) return none;
  const words = pieces.filter(({ kind }) => kind === "word");
  const small = words.filter((word) => /^\p{Ll}/u.test(word.text)).length;
  if (small * 2 < words.length - 1) return none;
  const all = new Set(words.map((word) => word.text.toLowerCase()));
  const isAny = (context: readonly string[]) => context.some((word) => all.has(word));
  const found = pieces.filter((piece, index) => {
    if (!mayTell(piece)) return false;
    const word = piece.text;
    // `The No 1 hit`.
    if (word === "No" && pieces[index + 1]?.kind === "number") return false;
    if (/^\p{Ll}/u.test(word)) return true;
    if (startsSentence(text, piece.at)) return false;
    if (casedUnits.has(word) || elements.has(word)) return true;
    if (types.has(word)) return isAny(typedLanguages);
    return isAny(word.length === 1 ? keyed : editors);
  });
  return new Set(found.map(({ at }) => at));
}

const none: ReadonlySet<number> = new Set();

function mayTell({ kind, text }: Piece): boolean {
  if (text.length > longest) return false;
  // With a capital inside, a unit is read as code.
  if (casedUnits.has(text)) return kind === "word" || kind === "code";
  if (kind !== "word") return false;
  if (elements.has(text) || types.has(text)) return true;
  return text.length <= 2 && text !== "I" && capitals.test(text);
}

const longest = 7;
const capitals = /^\p{Lu}{1,2}$/u;

/** Whether nothing but space stands between the word and the sentence before. */
function startsSentence(text: string, at: number): boolean {
  return /(?:^|[.!?:\n])\s*$/.test(text.slice(Math.max(0, at - 4), at));
}

/** Elements whose letters in capitals are another substance, or a short name. */
const elements = new Set("Co No Cs Cn Os Po Pa Hf Ni Si Nb Sc".split(" "));
/** Where a type and its class differ by the capital. */
const types = new Set("String Boolean Double Float Long Byte".split(" "));
const typedLanguages = ["java", "javascript", "typescript", "kotlin", "scala", "groovy"];
/** Where one letter is a key, a flag or a symbol. */
const editors = ["vim", "vi", "neovim", "emacs", "less", "tmux"];
const keyed = [...editors, ..."key flag option switch command regex symbol unit rm ls grep tar sed curl".split(" ")];
