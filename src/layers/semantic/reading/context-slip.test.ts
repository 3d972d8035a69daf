import { expect, test } from "vitest";
import { builtinLexicon } from "../../../embedders/lexicon.ts";
import { contextSlip } from "./context-slip.ts";
import { readText } from "./read-text.ts";

const lexicon = builtinLexicon();
const slipIn = (asked: string, found: string) =>
  contextSlip(readText(asked, lexicon), readText(found, lexicon), lexicon)?.map(({ lower }) => lower);

test.each([
  ["who sells the cimbalom here", "who sells the cimbaolm here", "letters that changed places"],
  ["which family is the mustelidae", "which family is the mutselidae", "a sequence that no word has"],
  ["are trivex lenses thick", "are tdivex lenses thick", "a sequence at the beginning"],
  ["what does povidone do", "what does poviwone do", "another letter"],
  ["how to eat mofongo", "how to eat mofokngo", "a letter put in"],
  ["is wondershare free", "is wondersharre free", "a letter twice"],
  ["how long is a marathon", "how lon is a marathon", "a word that nobody puts there"],
  ["how do you make tea", "hw do you make tea", "a word of grammar"],
  ["what is the height of it", "what is th height of it", "a short one"],
  ["how much is a medical exam", "how much is a medial exam", "a letter left out"],
  ["name the two main gases", "name the teo main gases", "a number in words"],
  [
    "what song tells of the ides of march",
    "what song tells of the ldes of march",
    "letters of no word, of a short one",
  ],
  ["where is metuchen station", "where is metuchwn station", "letters of no word, of a rare name"],
  ["where is nuclear waste kept", "where is unclear waste kept", "letters that changed places make a word"],
  ["mustelidae food", "mutselidae food", "strange letters need no context"],
  ["how many are there", "how mane are there", "a question opens so"],
  ["how much rain is enough", "how munch rain is enough", "a question opens so, a letter more"],
])("%j beside %j: %s", (asked, found) => {
  expect(slipIn(asked, found)).toBeDefined();
  expect(slipIn(found, asked)).toEqual(slipIn(asked, found)?.reverse());
});

test.each([
  ["what is zorblax for", "what is zorblux for", "two that are spelled like names"],
  ["name two main gases", "name ten main gases", "two numbers"],
  ["is this a public area", "is this a pubic area", "two that fit everywhere"],
  ["what is a united state", "what is a untied state", "letters that changed places and fit as well"],
  ["name the two main gases", "name the too main gases", "a number and a word"],
  ["where is metuchen station", "where is metuchan station", "a name, and what could be one"],
  ["what is zolverin for", "what is zolverim for", "two endings"],
  ["the number of hexenes known", "the number of hexanes known", "two vowels"],
  ["how do i join the irr", "how do i join the iar", "too short"],
  ["who made the WXOP", "who made the WXPO", "capitals"],
  ["does Pakhtor sell tea", "does Pakhtar sell tea", "names with a capital"],
  ["is vitamin k good", "is vitamin g good", "letters"],
  ["what is an mri for", "what is an mi for", "nothing is bound to stand there"],
  ["is a house dear", "is a horse dear", "two common words"],
  ["where is the beach", "where is the leach", "a rare word, but the other is not bound to stand there"],
  ["do lions have many parts", "do lions have mane parts", "an ordinary word, where others stand too"],
  ["do rabbits much carrots", "do rabbits munch carrots", "a letter more makes a word"],
  ["how long is it", "how log is it", "a word too common to be taken for a slip"],
  ["who sells a mustelidae toy", "who sold a mutselidae toy", "other words around it"],
  ["make tea", "mke tea", "no context"],
  ["mustelidae", "mutselidae", "nothing beside it"],
  ["how many mustelidae", "how many mustelidae", "the same"],
])("%j beside %j are two: %s", (asked, found) => {
  expect(slipIn(asked, found)).toBeUndefined();
  expect(slipIn(found, asked)).toBeUndefined();
});
