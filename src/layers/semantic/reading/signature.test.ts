import { describe, expect, it } from "vitest";
import { builtinLexicon } from "../../../embedders/lexicon.ts";
import { readText } from "./read-text.ts";

describe("the signature of a question that begins with its circumstances", () => {
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
  ])("%s is %s", (one, other) => expect(signature(one)).toBe(signature(other)));

  it.each([
    ["In Vim, how do I delete a line?", "In Emacs, how do I delete a line?"],
    ["After a flood, how do I dry out a wall?", "How do I dry out a flood after a wall?"],
    ["Before lunch, when do I take the pill?", "When do I take the pill after lunch?"],
    ["For toddlers, is honey safe?", "Is honey safe?"],
    ["What exactly is not covered?", "What exactly is covered?"],
    ["In Rome, Paris or Oslo, where is it warm?", "Where is it warm in Rome?"],
  ])("%s is not %s", (one, other) => expect(signature(one)).not.toBe(signature(other)));
});
