import { expect, test } from "vitest";
import { builtinLexicon } from "../../../embedders/lexicon.ts";
import { align } from "../reading/align.ts";
import { readText } from "../reading/read-text.ts";
import { firstVeto, guards } from "./all.ts";
import { guardNames } from "./guard.ts";

test("every guard is there, once", () => {
  expect(guards.map(({ name }) => name).sort()).toEqual([...guardNames].sort());
});

test("a text never differs from itself, unless it is of the moment", () => {
  expect(veto("How do I reset my password?", "How do I reset my password?")).toBeUndefined();
  expect(veto("What is the weather like?", "What is the weather like?")).toBe("volatile");
});

test.each([
  ["How do I reset my password?", "how can i reset my password"],
  ["What's the capital of Peru?", "Could you tell me what the capital of Peru is?"],
  ["How do I fix a leaking tap?", "What is the best way to repair a leaking tap?"],
  ["Compare tea and coffee", "Please compare coffee and tea"],
  // A part that only stands elsewhere.
  ["In winter, what do bees do?", "What do bees do in winter?"],
  ["During pregnancy, is it safe to eat sushi?", "Is it safe to eat sushi during pregnancy?"],
  ["Before painting a wall, what do I have to do?", "What do I have to do before painting a wall?"],
  ["When my contract ends, what happens to my data?", "What happens to my data when my contract ends?"],
  ["To adopt a cat, what do I need?", "What do I need to adopt a cat?"],
  ["In which year did Iceland become a republic?", "Which year did Iceland become a republic in?"],
  ["To whom do I report a fault?", "Who do I report a fault to?"],
])("no guard sees a difference between %s and %s", (one, other) => {
  expect(veto(one, other)).toBeUndefined();
  expect(veto(other, one)).toBeUndefined();
});

test.each([
  ["Is this legal in Texas?", "Is this legal in Ohio?", "entities"],
  ["How do I clean a leather sofa?", "How do I clean a leather jacket?", "leftover"],
  ["Where was Mozart born?", "When was Mozart born?", "question"],
  ["How do I change my password?", "How do I change her password?", "scope"],
  ["Why does rice stick?", "Why doesn't rice stick?", "negation"],
  ["Boil eggs for 7 minutes", "Boil eggs for 9 minutes", "numbers"],
  ["What does `git pull` do?", "What does `git push` do?", "code"],
  ["Flights from Lisbon to Oslo", "Flights from Oslo to Lisbon", "order"],
  // A part that stands elsewhere and says something else there.
  ["From Lisbon, how do I get to Oslo?", "How do I get to Lisbon from Oslo?", "order"],
  ["To whom does Ann write?", "Who writes to Ann?", "question"],
  ["In winter, what do bees do?", "In winter, where do bees go?", "question"],
])("%s / %s", (one, other, name) => {
  expect(veto(one, other)).toBe(name);
  expect(veto(other, one)).toBe(name);
});

function veto(one: string, other: string): string | undefined {
  const lexicon = builtinLexicon();
  const pair = { asked: readText(one, lexicon), found: readText(other, lexicon) };
  return firstVeto({ ...pair, alignment: align(pair.asked, pair.found, lexicon) });
}
