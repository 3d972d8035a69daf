import { describe, expect, it } from "vitest";
import type { AnswerFacts, ChoiceFacts } from "../core/recording.ts";
import { agreement, isPlainText } from "./answer-agreement.ts";

function answer(...choices: readonly (Partial<ChoiceFacts> | string)[]): AnswerFacts {
  return {
    wellFormed: true,
    error: false,
    terminal: true,
    model: "m",
    usage: undefined,
    choices: choices.map((choice) => ({
      finish: "stop",
      refused: false,
      toolCalls: [],
      text: "",
      hasContent: true,
      ...(typeof choice === "string" ? { text: choice } : choice),
    })),
  };
}

const long = "It depends on how much of it there is, and on the weather in the weeks before.";

describe("agreement", () => {
  it.each([
    ["the same", "Paris", "Paris", true],
    ["the same but for case, space and forms of Unicode", "The  Ｐaris\n", "the paris", true],
    ["short ones that differ", "Paris", "Oslo", false],
    ["the same, long", long, long, true],
    ["long ones that differ", long, `${long} Mostly.`, undefined],
    ["a short one and a long one", "Paris", long, undefined],
  ])("%s, of a model that does not vary", (_, one, other, agreed) => {
    expect(agreement(answer(one), answer(other), true)).toBe(agreed);
    expect(agreement(answer(other), answer(one), true)).toBe(agreed);
  });

  it("short ones that differ tell nothing of a model that varies", () => {
    expect(agreement(answer("Paris"), answer("Oslo"), false)).toBeUndefined();
    expect(agreement(answer("Paris"), answer("paris"), false)).toBe(true);
  });

  it("of several choices, or none, nothing is known", () => {
    expect(agreement(answer("a", "a"), answer("a", "a"), true)).toBeUndefined();
    expect(agreement(answer(), answer("a"), true)).toBeUndefined();
  });
});

describe("isPlainText", () => {
  it.each<[string, AnswerFacts | undefined, boolean]>([
    ["words that came to their end", answer("Paris"), true],
    ["several of them", answer("Paris", "Oslo"), true],
    ["nothing", undefined, false],
    ["no choice", answer(), false],
    ["no words", answer(""), false],
    ["one that broke off", answer({ text: "Par", finish: "length" }), false],
    ["one of two that broke off", answer("Paris", { text: "Os", finish: "length" }), false],
    ["a call of a tool", answer({ text: "Look:", toolCalls: [{ name: "f", arguments: "{}" }] }), false],
  ])("%s", (_, facts, plain) => {
    expect(isPlainText(facts)).toBe(plain);
  });
});
