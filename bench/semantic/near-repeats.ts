/**
 * Questions as people type them a second time: other case, space and punctuation, contractions opened or closed,
 * politeness before or behind, and slips of the pen. Seeded, so that every run asks the same.
 */

export type Chance = () => number;

/** Numbers from 0 to 1, the same for the same seed (mulberry32). */
export function chanceFrom(seed: number): Chance {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

type Change = (text: string, chance: Chance) => string;

const before = [
  "please tell me ",
  "hi, ",
  "Hello! ",
  "can you tell me ",
  "quick question: ",
  "hey, ",
  "Please: ",
  "I'd like to know: ",
];
const behind = [" please", ", thanks", " thank you", " Thanks!", ", please?"];
const contractions: readonly (readonly [RegExp, string])[] = [
  [/\bwhat is\b/i, "what's"],
  [/\bwhat's\b/i, "what is"],
  [/\bhow do i\b/i, "how can i"],
  [/\bwho is\b/i, "who's"],
  [/\bwhere is\b/i, "where's"],
  [/\bdo not\b/i, "don't"],
  [/\bdon't\b/i, "do not"],
  [/\bcannot\b/i, "can't"],
  [/\bcan't\b/i, "cannot"],
  [/\bis not\b/i, "isn't"],
  [/\bi am\b/i, "i'm"],
  [/\bi'm\b/i, "i am"],
];

const changes: Readonly<Record<string, Change>> = {
  case: (text, chance) =>
    chance() < 0.5 ? text.toLowerCase() : chance() < 0.5 ? text.toUpperCase() : capitalised(text),
  space: (text, chance) => (chance() < 0.5 ? ` ${text}  ` : text.replace(/ /g, () => (chance() < 0.3 ? "  " : " "))),
  punctuation: (text, chance) => {
    const bare = text.replace(/[?.!\s]+$/, "");
    return chance() < 0.4 ? bare : chance() < 0.5 ? `${bare}??` : chance() < 0.5 ? `${bare} ?` : `${bare}!`;
  },
  contraction: (text) => {
    const found = contractions.find(([pattern]) => pattern.test(text));
    return found === undefined ? text.toLowerCase() : text.replace(found[0], found[1]);
  },
  politeness: (text, chance) =>
    chance() < 0.6 ? pick(before, chance) + text : text.replace(/[?.!\s]+$/, "") + pick(behind, chance),
};

/** Kinds of near repeats. */
export const nearKinds = Object.keys(changes);

/** The question once more in that way; the same text where there is none. */
export function nearRepeat(text: string, kind: string, chance: Chance): string {
  return (changes[kind] as Change)(text, chance);
}

/**
 * With one slip of the pen in one word of four letters or more: a letter left out, doubled, put in, changed for its
 * neighbour on the keyboard, or two letters in the wrong order; or a misspelling that is often made.
 */
export function withSlip(text: string, chance: Chance, misspellings: ReadonlyMap<string, readonly string[]>): string {
  const words = [...text.matchAll(/[A-Za-z]{4,}/g)];
  if (words.length === 0) return text;
  const match = words[Math.floor(chance() * words.length)] as RegExpMatchArray;
  const [word] = match;
  const at = match.index as number;
  const known = misspellings.get(word.toLowerCase());
  const slip = known !== undefined && known.length > 0 && chance() < 0.3 ? pick(known, chance) : slipped(word, chance);
  return text.slice(0, at) + slip + text.slice(at + word.length);
}

const keyboard = ["qwertyuiop", "asdfghjkl", "zxcvbnm"];

function slipped(word: string, chance: Chance): string {
  const place = 1 + Math.floor(chance() * (word.length - 1));
  const letter = word[place] as string;
  switch (Math.floor(chance() * 5)) {
    case 0:
      return word.slice(0, place) + word.slice(place + 1);
    case 1:
      return word.slice(0, place) + letter + word.slice(place);
    case 2:
      return word.slice(0, place) + neighbour(letter, chance) + word.slice(place);
    case 3:
      return word.slice(0, place) + neighbour(letter, chance) + word.slice(place + 1);
    default:
      return word.slice(0, place - 1) + letter + word[place - 1] + word.slice(place + 1);
  }
}

function neighbour(letter: string, chance: Chance): string {
  const row = keyboard.find((keys) => keys.includes(letter.toLowerCase()));
  if (row === undefined) return letter;
  const at = row.indexOf(letter.toLowerCase()) + (chance() < 0.5 ? -1 : 1);
  return row[Math.min(row.length - 1, Math.max(0, at))] as string;
}

function capitalised(text: string): string {
  return text.replace(/\b[a-z]/g, (letter) => letter.toUpperCase());
}

function pick<T>(list: readonly T[], chance: Chance): T {
  return list[Math.floor(chance() * list.length)] as T;
}
