import { expect, test } from "vitest";
import { builtinLexicon } from "../../../embedders/lexicon.ts";
import { code } from "../guards/code.ts";
import { align } from "./align.ts";
import { readText } from "./read-text.ts";

test.each([
  ["What does the f flag of rm do?", "What does the F flag of rm do?"],
  ["What is the difference between mW and kW?", "What is the difference between MW and kW?"],
  ["What is the density of Co?", "What is the density of CO?"],
  ["Where is No found?", "Where is NO found?"],
  ["How fast is a MB in seconds?", "How fast is a Mb in seconds?"],
  ["What does G do in vim?", "What does g do in vim?"],
  ["What does ZZ do in vim?", "What does zz do in vim?"],
  ["How long may a String in Java be?", "How long may a string in Java be?"],
  ["Which unit has the symbol m?", "Which unit has the symbol M?"],
  ["What does a? match in a regex?", "What does a match in a regex?"],
  ["What does ... mean in JavaScript?", "What does . mean in JavaScript?"],
])("%s / %s: another question", (one, other) => {
  expect(isSame(one, other)).toBe(false);
  expect(isSame(other, one)).toBe(false);
});

test.each([
  ["HOW DO I RESET MY PASSWORD", "How do I reset my password"],
  ["what is the capital of the us", "What is the capital of the US?"],
  ["How Do I Charge A Tv?", "how do i charge a tv"],
  ["What Is The Density Of Co?", "what is the density of co"],
  ["What is vitamin C good for?", "what is vitamin c good for?"],
  ["Can i get a new card", "Can I get a new card?"],
  ["What was the No 1 hit in May?", "what was the no 1 hit in may"],
  ["Should I get an MRI? Or not", "should I get an mri? or not"],
  ["Is it safe ... or not", "Is it safe or not"],
])("%s / %s: the same question", (one, other) => {
  expect(isSame(one, other)).toBe(true);
  expect(isSame(other, one)).toBe(true);
});

/** Equal to the first way of finding a question, or no difference to the guard of the others. */
function isSame(one: string, other: string): boolean {
  const lexicon = builtinLexicon();
  const [asked, found] = [readText(one, lexicon), readText(other, lexicon)];
  if (asked.normal === found.normal) return true;
  return !code.vetoes({ asked, found, alignment: align(asked, found, lexicon) });
}
