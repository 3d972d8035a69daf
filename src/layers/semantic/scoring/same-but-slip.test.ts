import { expect, it } from "vitest";
import { builtinLexicon } from "../../../embedders/lexicon.ts";
import { align } from "../reading/align.ts";
import { readText } from "../reading/read-text.ts";
import { isSameButSlip } from "./same-but-slip.ts";

const lexicon = builtinLexicon();
function isSame(one: string, other: string): boolean {
  const [asked, found] = [readText(one, lexicon), readText(other, lexicon)];
  return isSameButSlip({ asked, found, alignment: align(asked, found, lexicon) });
}

it.each([
  ["how can i change my biling address", "How do I change my billing address?"],
  ["please tell me how to change a biling address", "how do you change a billing address"],
  ["hi, what's the best tiem to prune a cherry", "what is the best time to prune a cherry"],
])("%j and %j are the same but for a slip", (slip, meant) => {
  expect([isSame(slip, meant), isSame(meant, slip)]).toEqual([true, true]);
});

it.each([
  ["How do I change my billing address?", "How do I change my billing address?", "no slip"],
  ["the best tiem to change my biling address", "the best time to change my billing address", "two slips"],
  ["how can i change my biling address", "How did I change my billing address?", "another question"],
  ["how can i change my biling address", "How do I change my billing address twice?", "a word more"],
  ["can a horse outrun a biyccle", "can a bicycle outrun a horse", "another order"],
])("%j and %j are not: %s", (one, other) => {
  expect([isSame(one, other), isSame(other, one)]).toEqual([false, false]);
});
