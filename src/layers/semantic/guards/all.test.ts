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
])("%s / %s", (one, other, name) => {
  expect(veto(one, other)).toBe(name);
  expect(veto(other, one)).toBe(name);
});

function veto(one: string, other: string): string | undefined {
  const lexicon = builtinLexicon();
  const pair = { asked: readText(one, lexicon), found: readText(other, lexicon) };
  return firstVeto({ ...pair, alignment: align(pair.asked, pair.found, lexicon) });
}
