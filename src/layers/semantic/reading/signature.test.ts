import { describe, expect, it } from "vitest";
import { builtinLexicon } from "../../../embedders/lexicon.ts";
import { readText } from "./read-text.ts";

describe("the signature of a question whose words stand in another order", () => {
  const lexicon = builtinLexicon();
  const signature = (text: string) => readText(text, lexicon).signature;

  it.each([
    ["In Vim, how do I delete a line?", "How do I delete a line in Vim?"],
    ["After a flood, how do I dry out a wall?", "How do I dry out a wall after a flood?"],
    ["If the lift gets stuck, what do I do?", "What do I do if the lift gets stuck?"],
    ["For toddlers, is honey safe?", "Is honey safe for toddlers?"],
    ["Hi support, how do I check the tyre pressure?", "How do I check the tire pressure?"],
    ["Dear team, how do I export a report? Best regards", "how do i export a report"],
    ["What exactly is a hedge fund?", "What is a hedge fund?"],
    ["And how do I rotate a video?", "How do I rotate a video?"],
    ["In Vim how do I delete a line", "how do I delete a line in Vim"],
    ["On a boat how is water stored", "how is water stored on a boat"],
    ["When it rains, where do swifts go?", "Where do swifts go when it rains?"],
    ["To reach the summit, how long does it take?", "How long does it take to reach the summit?"],
    ["What is, in Chile, the tax on wine?", "What is the tax on wine in Chile?"],
    ["In which month did it close?", "Which month did it close in?"],
    ["To whom does the island belong?", "Who does the island belong to?"],
    ["Why won't the kettle start?", "Why will the kettle not start?"],
    ["Why didn't the Vikings stay?", "Why did the Vikings not stay?"],
    ["How do I quickly fold a map?", "How do I fold a map quickly?"],
    ["In order to fish here, which papers do I need?", "Which papers do I need in order to fish here?"],
    ["For my niece, write me a limerick", "Write me a limerick for my niece"],
  ])("%s is %s", (one, other) => expect(signature(one)).toBe(signature(other)));

  it.each([
    ["In Vim, how do I delete a line?", "In Emacs, how do I delete a line?"],
    ["After a flood, how do I dry out a wall?", "How do I dry out a flood after a wall?"],
    ["Before lunch, when do I take the pill?", "When do I take the pill after lunch?"],
    ["For toddlers, is honey safe?", "Is honey safe?"],
    ["What exactly is not covered?", "What exactly is covered?"],
    ["In Rome, Paris or Oslo, where is it warm?", "Where is it warm in Rome?"],
    ["Why did they choose not to stay?", "Why did they not choose to stay?"],
    ["Why do people who do not smoke cough?", "Why do people who smoke not cough?"],
    ["Why do most swans not fly?", "Why do not most swans fly?"],
    ["What is, in Chile, and in Peru, the tax on wine?", "What is the tax on wine in Chile?"],
    ["When is it warm, and where?", "Where is it warm?"],
    ["How do I not oversleep?", "How do I oversleep?"],
    ["How do I quickly learn to fold a map?", "How do I learn to fold a map quickly?"],
    ["Did they openly say he lied?", "Did they say he lied openly?"],
  ])("%s is not %s", (one, other) => expect(signature(one)).not.toBe(signature(other)));
});
