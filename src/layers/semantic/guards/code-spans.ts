import type { Reading } from "../reading/reading.ts";
import { once } from "./once.ts";
import { requestOf } from "./request-start.ts";

/**
 * Code that stands in a sentence without any sign that it is code: calls with their arguments (`sin(x)`), elements and
 * slices (`s[1:]`), brackets with nothing in them, terms in brackets, members (`.map`), pointers (`int*`, `&x`),
 * statements of SQL, values joined by `;` or `|`, a `!` before a word, and the commands of well-known programs (`git rebase`).
 */
export interface CodeSpans {
  /** To the letter, apart from white space and the case of calls, in their order. */
  readonly exact: readonly string[];
  /** A program, its command, and the word behind it where there is one. */
  readonly commands: readonly (readonly string[])[];
}

const call = /[\p{L}_][\p{L}\p{N}_.]{0,60}\((?!e?s\))[^()\n]{0,120}\)/giu;
const statement = /\b(?:SELECT|INSERT INTO|UPDATE|DELETE FROM|CREATE TABLE|ALTER TABLE|DROP TABLE)\b[^\n]{0,400}/g;
const isStatement = /\b(?:FROM|INTO|SET|TABLE|VALUES)\b/;
/** The columns alone: in a sentence an `a` among them would pass for an article. */
const columns = /\bSELECT +[\w.*]{1,60}(?: *, *[\w.*]{1,60})+/g;
const element = /[\p{L}_][\p{L}\p{N}_.]{0,60}\[[^[\]\n]{0,80}\]/gu;
const nothing = /(?<!\S)(?:\{\}|\[\]|\(\))/g;
/** Numbers and single letters in brackets, with a sign of arithmetic before or behind. */
const term =
  /(?<=[-+*/^%×÷]\s{0,3})\((?:[\d\s.,+*/^%×÷-]|(?<!\p{L})\p{L}(?!\p{L})){1,60}\)|\((?:[\d\s.,+*/^%×÷-]|(?<!\p{L})\p{L}(?!\p{L})){1,60}\)(?=\s{0,3}[-+*/^%×÷])/gu;
const member = /(?<=\s)\.\p{L}[\p{L}\p{N}_]{0,60}/gu;
const pointer =
  /(?<![*\p{L}\p{N}_])[\p{L}_]{1,40}\*{1,3}(?=[\s),?.!]|$)|(?<!\S)(?:&|\*{1,3})[\p{L}_]{1,40}(?![\p{L}_*])/gu;
const announced = /(?<=\b(?:regexp?|regular expression|glob|cron) )\S*[\\^$*+?[\](){}|]\S+/gi;
/** Values joined without a space by another sign than a comma, which is often typed so in a sentence. */
const joined = /(?<![^\s])[\p{L}\p{N}_]+(?:[;|][\p{L}\p{N}_]+){2,}/gu;
const bang = /(?<![\p{L}\p{N}!])!(?=[\p{L}_])\p{L}+/gu;
const programs = new Set(
  (
    "git docker kubectl npm npx yarn pnpm pip pip3 apt apt-get brew cargo systemctl helm terraform gcloud conda poetry mvn " +
    "gradle dotnet docker-compose rustup nvm gh ansible vagrant svn hg"
  ).split(" "),
);

export const codeSpansOf = once((reading: Reading): CodeSpans => {
  const { start, end } = requestOf(reading);
  const tokens = reading.tokens.slice(start, end);
  const last = tokens.at(-1);
  const lastEnd = last === undefined ? 0 : last.at + last.text.length;
  // A bracket that closes the last call is no token.
  const text = reading.text.slice(0, lastEnd) + (closing.exec(reading.text.slice(lastEnd))?.[0] ?? "");
  const exact: string[] = [];
  if (text.includes("(")) exact.push(...(text.match(call) ?? []).map((found) => found.toLowerCase()));
  if (text.includes("[")) exact.push(...(text.match(element) ?? []));
  if (/[*&]/.test(text)) exact.push(...(text.match(pointer) ?? []));
  exact.push(...(text.match(nothing) ?? []), ...(text.match(columns) ?? []));
  if (text.includes("(")) exact.push(...(text.match(term) ?? []));
  exact.push(...(text.match(member) ?? []).map((found) => found.toLowerCase()));
  if (text.includes("!")) exact.push(...(text.match(bang) ?? []));
  if (isStatement.test(text)) exact.push(...(text.match(statement) ?? []).filter((found) => isStatement.test(found)));
  exact.push(...(text.match(announced) ?? []));
  exact.push(...(text.match(joined) ?? []).map((found) => found.toLowerCase()));
  const commands = tokens.flatMap((token, index) => {
    if (!programs.has(token.lower)) return [];
    const words = tokens.slice(index + 1, index + 3);
    const ends = words.findIndex((word) => word.kind !== "word" || word.isStop);
    const command = words.slice(0, ends < 0 ? 2 : ends).map((word) => word.lower);
    return command.length === 0 ? [] : [[token.lower, ...command]];
  });
  return { exact: exact.map((found) => found.replace(/\s+|[?.!,;]+\s*$/g, "")), commands };
});

const closing = /^[)\]}]{1,4}/;
