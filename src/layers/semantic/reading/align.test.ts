import fc from "fast-check";
import { expect, test } from "vitest";
import { builtinLexicon } from "../../../embedders/lexicon.ts";
import { align } from "./align.ts";
import { readText } from "./read-text.ts";

const lexicon = builtinLexicon();
const laid = (asked: string, found: string) => align(readText(asked, lexicon), readText(found, lexicon), lexicon);
const matches = (asked: string, found: string) =>
  laid(asked, found).matched.map(({ asked, found, by }) => `${asked.lower}=${found.lower} ${by}`);
const left = (asked: string, found: string) => {
  const { askedOnly, foundOnly } = laid(asked, found);
  return [askedOnly.map((token) => token.lower), foundOnly.map((token) => token.lower)];
};

test.each([
  [
    "how to buy a photograph of cats",
    "purchasing the pictuer of a cat",
    ["buy=purchasing synonym", "photograph=pictuer synonym", "cats=cat lemma"],
  ],
  [
    "recieve 1,000 letters",
    "receive one thousand letters",
    ["recieve=receive spelling", "1,000=one thousand equal", "letters=letters equal"],
  ],
  ["the bvst garden soil", "the best garden soil", ["bvst=best spelling", "garden=garden equal", "soil=soil equal"]],
  [
    "my cellphone battery",
    "cell phone battery",
    ["cellphone=cell spelling", "battery=battery equal", "cellphone=phone spelling"],
  ],
  [
    "which family is the mustelidae",
    "which family is the mutselidae",
    ["family=family equal", "mustelidae=mutselidae spelling"],
  ],
  ["wrap a sair", "wrap a sari", ["wrap=wrap equal", "sair=sari spelling"]],
  ["how lon is a marathon", "how long is a marathon", ["lon=long spelling", "marathon=marathon equal"]],
  [
    "analyse my colour chart",
    "analyze my color chart",
    ["analyse=analyze lemma", "colour=color lemma", "chart=chart equal"],
  ],
  [
    "how long to wiat outside",
    "how long to wait outside",
    ["long=long equal", "outside=outside equal", "wiat=wait spelling"],
  ],
])("%j beside %j", (asked, found, expected) => {
  expect(matches(asked, found).sort()).toEqual([...expected].sort());
  expect(left(asked, found)).toEqual([[], []]);
});

test.each([
  ["capital of Austria", "capital of Australia", ["austria"], ["australia"]],
  ["what is zolverin", "what is zolverim", ["zolverin"], ["zolverim"]],
  ["increase the limit", "decrease the limit", ["increase"], ["decrease"]],
  ["is it not safe", "is it safe", ["not"], []],
  ["run `ls -l`", "run `ls -a`", ["`ls -l`"], ["`ls -a`"]],
  ["wait 15 minutes", "wait 50 minutes", ["15"], ["50"]],
  ["what does NBC show", "what does BBC show", ["nbc"], ["bbc"]],
  ["everyday shoes", "every day shoes", ["everyday"], ["every", "day"]],
  ["how do brewers boil worts", "how do brewers boil warts", ["worts"], ["warts"]],
  ["is ethane heavy", "is ethyne heavy", ["ethane"], ["ethyne"]],
  ["price of house", "cost of home", ["price", "house"], ["cost", "home"]],
])("%j keeps apart from %j", (asked, found, askedOnly, foundOnly) => {
  expect(left(asked, found)).toEqual([askedOnly, foundOnly]);
});

test("each token matches once, however often it stands there", () => {
  expect(left("very very good", "very good")).toEqual([["very"], []]);
});

const words = fc.constantFrom(
  ..."the a not what who cat cats cta catt dog dgo house hosue buy purchase 5 five 12 `x` cell phone cellphone wiat wait zqxv".split(
    " ",
  ),
);
const texts = fc.array(words, { maxLength: 9 }).map((parts) => parts.join(" "));

test("the same content is left over whichever text was asked, and none is lost or counted twice", () => {
  fc.assert(
    fc.property(texts, texts, (one, other) => {
      const [asked, found] = [readText(one, lexicon), readText(other, lexicon)];
      const there = align(asked, found, lexicon);
      const back = align(found, asked, lexicon);
      expect(there.askedOnly.length).toBe(back.foundOnly.length);
      expect(there.foundOnly.length).toBe(back.askedOnly.length);
      const seen = [...new Set(there.matched.map((match) => match.asked)), ...there.askedOnly];
      expect(new Set(seen).size).toBe(seen.length);
      for (const token of asked.content) expect(seen).toContain(token);
    }),
    { numRuns: 2000 },
  );
});

test("of a word that stands there twice, the slip is the one in its place", () => {
  const { matched } = laid("is a credit score in a credit report", "is a cerdit score in a credit report");
  expect(matched.length).toBeGreaterThan(3);
  expect(matched.filter((match) => match.asked.at !== match.found.at)).toEqual([]);
});
