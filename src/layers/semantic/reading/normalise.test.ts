import fc from "fast-check";
import { expect, test } from "vitest";
import { fold } from "./fold.ts";
import { normalise } from "./normalise.ts";
import { tokenise } from "./tokenise.ts";

const normal = (text: string) => {
  const folded = fold(text);
  return normalise(folded, tokenise(folded));
};

test.each([
  ["What is it?", "what is it"],
  ["What is it??!", "what  is\tit"],
  ["It’s “fine” …", 'it\'s "fine"'],
  ["\uff37hat is \ufb01ne\u00a0?", "what is fine"],
  ["what??? how", "what? how"],
  ["soft\u00adware", "software"],
  ["one\ntwo", "one two"],
  ["Größe?", "größe"],
  ["¿Qué es esto?", "¿qué es esto"],
  ["これは何ですか。", "これは何ですか。"],
  ["is 5 MB much", "Is 5 mb much?"],
  ["500 MG a day", "500 mg a day"],
])("%j is the same as %j", (one, other) => {
  expect(normal(one)).toBe(normal(other));
});

test.each([
  ["what is C", "what is C++"],
  ["what is C#", "what is C"],
  ["is 1.5 more", "is 15 more"],
  ["add -5", "add 5"],
  ["what is 5!", "what is 5"],
  ["what is n!", "what is n"],
  ["what is x²", "what is x2"],
  ["what is 1½", "what is 11/2"],
  ["use `Map`", "use `map`"],
  ["put in title case: old Sea", "put in title case: old sea"],
  ["Punctuate: are we late", "Punctuate: are we late?"],
  ["use `a  b`", "use `a b`"],
  ["what does ?? do", "what does ? do"],
  ["if x:\n    a()\nb()", "if x:\n    a()\n    b()"],
  ["open USER_ID", "open user_id"],
  ['say "Hi"', 'say "hi"'],
  ["a, b", "a b"],
  ["is 5 MB much", "is 5 Mb much"],
  ["is 5MB much", "is 5Mb much"],
  ["run at 5 mW", "run at 5 MW"],
])("%j is not the same as %j", (one, other) => {
  expect(normal(one)).not.toBe(normal(other));
});

const pieces = fc.constantFrom(
  ..."a|What |is |don't |5|1,000| |\n|  |\n  |?|!|...|`|```|\"|'|$|\\|<b>|C++|user_name|camelCase|-x|/usr/bin|é|ß|İ|ǅ|Σ|中文|🙂|x²|ﬁ|“|’|3 pm|10 %|a.b|(){{x}}|\u00a0|\u200b".split(
    "|",
  ),
);
const texts = fc.oneof(
  fc.array(pieces, { maxLength: 14 }).map((parts) => parts.join("")),
  fc.string({ unit: "binary", maxLength: 60 }),
);

test("the normal form of a normal form is itself", () => {
  fc.assert(
    fc.property(texts, (text) => normal(normal(text)) === normal(text)),
    { numRuns: 3000 },
  );
});

test.each([
  ["how do I polish boots", "how do I Polish boots"],
  ["Where do they make china?", "Where do they make China?"],
  ["Does Ann like turkey?", "Does Ann like Turkey?"],
  ["How much mg is in it?", "How much Mg is in it?"],
  ["how is aids spread", "how is AIDS spread"],
  ["how is it taught", "how is IT taught"],
])("in %s and %s the capital makes another word", (one, other) => {
  expect(normal(one)).not.toBe(normal(other));
});

test.each([
  ["HOW DO I POLISH BOOTS", "how do i polish boots"],
  ["How Do I Polish My Boots", "how do I polish my boots"],
  ["Polish the boots", "polish the boots"],
  ["Turkey is how far", "turkey is how far"],
  ["How big is China?", "how big is china"],
  ["how big is China", "how big is china"],
  ["How Big Is China", "how big is china"],
  ["Is 500 Mg too much?", "Is 500 mg too much?"],
  ["How do I reset my PASSWORD?", "How do I reset my password?"],
  ["HOW DO I COOK TURKEY", "how do i cook turkey"],
  ["who is president of the US", "who is president of the us"],
  ["what is the tax in Turkey", "what is the tax in turkey"],
])("in %s the capitals of %s say nothing", (one, other) => {
  expect(normal(one)).toBe(normal(other));
});

test("case and white space around words make no difference, in any text of words", () => {
  const words = fc.array(fc.constantFrom("why", "Is", "the", "sky", "blue", "über", "straße", "5", "to"), {
    minLength: 2,
    maxLength: 9,
  });
  fc.assert(
    fc.property(
      words,
      fc.array(fc.constantFrom(" ", "  ", "\n", "\t ", "\u00a0"), { minLength: 9, maxLength: 9 }),
      (parts, spaces) => {
        const spaced = parts.map((word, index) => word + spaces[index]).join("");
        expect(normal(spaced.toUpperCase().toLowerCase())).toBe(
          normal(`${parts.join(" ").toUpperCase().toLowerCase()}?`),
        );
      },
    ),
  );
});
