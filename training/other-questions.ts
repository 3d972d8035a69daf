import type { Chance } from "../bench/semantic/near-repeats.ts";
import type { Lexicon } from "../src/core/lexicon.ts";
import { areLooseSynonyms } from "../src/layers/semantic/reading/loose-synonyms.ts";
import type { Reading, Token } from "../src/layers/semantic/reading/reading.ts";
import { synonymHead } from "../src/layers/semantic/reading/synonyms.ts";

/** Questions made from questions, by rule: some ask for something else, some ask the same. All are seeded by `chance`. */

/** Two words of content in each other's place: whoever does what to whom, or comes before whom, is another question. */
export function swapped({ content, text }: Reading, chance: Chance): string | undefined {
  const words = content.filter(({ kind, rarity, text: word }) => kind === "word" && rarity > 0.2 && isPlain(word));
  if (words.length < 2) return undefined;
  const first = words[Math.floor(chance() * words.length)];
  const second = words[Math.floor(chance() * words.length)];
  if (first === undefined || second === undefined || first.at >= second.at || first.lower === second.lower)
    return undefined;
  const between = text.slice(first.at + first.text.length, second.at);
  // Lists may stand in any order, and words side by side often name the same thing either way round.
  if (/^\s*(?:and|or|,|&|\/)\s*$/i.test(between) || between.trim() === "") return undefined;
  const end = second.at + second.text.length;
  return text.slice(0, first.at) + second.text + between + first.text + text.slice(end);
}

const isPlain = (word: string): boolean => /^[A-Za-z]+$/.test(word);

/** Words that a question may have for another, with their vectors. */
export class OtherWords {
  readonly #words: readonly { readonly word: string; readonly vector: Float32Array }[];
  readonly #vectorOf: (text: string) => Float32Array;

  constructor(words: readonly string[], vectorOf: (text: string) => Float32Array) {
    this.#words = words.map((word) => ({ word, vector: vectorOf(word) }));
    this.#vectorOf = vectorOf;
  }

  /** One word of content exchanged for another of its field and form: `a leather belt`, `a suede belt`. */
  replaced({ content, text }: Reading, chance: Chance): string | undefined {
    const words = content.filter(
      ({ kind, rarity, isKnown, text: word }) => kind === "word" && isKnown && rarity > 0.3 && /^[a-z]{3,}$/.test(word),
    );
    const token = words[Math.floor(chance() * words.length)];
    if (token === undefined) return undefined;
    const near = this.#near(token);
    const other = near[Math.floor(chance() * near.length)];
    return other === undefined ? undefined : text.slice(0, token.at) + other + text.slice(token.at + token.text.length);
  }

  /** Near enough to stand there, and not so near that it may say the same. */
  #near({ lower, lemma }: Token): readonly string[] {
    const own = this.#vectorOf(lower);
    return this.#words
      .filter(({ word }) => word !== lower && endingOf(word) === endingOf(lower))
      .map(({ word, vector }) => ({ word, cosine: dot(own, vector) }))
      .filter(({ word, cosine }) => cosine > 0.25 && cosine < 0.55 && !saySame(word, lemma))
      .sort((one, other) => other.cosine - one.cosine)
      .slice(0, mostNear)
      .map(({ word }) => word);
  }
}

const mostNear = 20;

function saySame(word: string, lemma: string): boolean {
  return (
    areLooseSynonyms(word, lemma) || synonymHead(word) === synonymHead(lemma) || word.startsWith(lemma.slice(0, 5))
  );
}

function endingOf(word: string): string {
  return /(?:ing|ed|ly|er|est|s)$/.exec(word)?.[0] ?? "";
}

function dot(one: Float32Array, other: Float32Array): number {
  let sum = 0;
  for (let at = 0; at < one.length; at++) sum += (one[at] as number) * (other[at] as number);
  return sum;
}

/** `How do I poach an egg` of many: the article taken off, the noun in the plural, the verb before it with them. */
export function inPlural(text: string, lexicon: Lexicon): string | undefined {
  const found =
    /\b(?:(is|was|does|has) )?(?:a|an) ([a-z]{3,})(?= (?:of|in|on|to|for|with|at|from|and|or|do|work)\b|[?.!]*$)/i.exec(
      text,
    );
  if (found === null) return undefined;
  const [whole, verb, noun = ""] = found;
  const many = `${noun}s`;
  if (!lexicon.knows(noun) || !lexicon.knows(many) || noun.endsWith("s")) return undefined;
  const agreed = verb === undefined ? "" : `${pluralVerbs.get(verb.toLowerCase()) ?? verb} `;
  return text.slice(0, found.index) + agreed + many + text.slice(found.index + whole.length);
}

const pluralVerbs = new Map([
  ["is", "are"],
  ["was", "were"],
  ["does", "do"],
  ["has", "have"],
]);
