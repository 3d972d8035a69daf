import fc from "fast-check";
import { expect, test } from "vitest";
import { isModelAsked, sameModelFamily } from "./model-family.ts";

test.each([
  ["gpt-4o", "gpt-4o-2024-08-06"],
  ["gpt-4o-2024-08-06", "gpt-4o"],
  ["gpt-4o-2024-05-13", "gpt-4o-2024-08-06"],
  ["openai/gpt-4o", "gpt-4o-2024-08-06"],
  ["openrouter/openai/gpt-4o", "openai/gpt-4o"],
  ["GPT-4o", "gpt-4o"],
  ["gpt-4", "gpt-4-0613"],
  ["mistral-large-latest", "mistral-large-2411"],
  ["claude-3-5-sonnet-latest", "claude-3-5-sonnet-20241022"],
  ["claude-3-5-sonnet@20240620", "claude-3-5-sonnet-20240620"],
  ["gemini-1.5-pro", "models/gemini-1.5-pro-002"],
  ["@cf/meta/llama-3-8b-instruct", "llama-3-8b-instruct"],
  ["gemini-2.5-flash-preview", "gemini-2.5-flash-preview-05-20"],
  ["gemini-2.5-flash-lite-preview-06-17", "gemini-2.5-flash-lite-preview-09-2025"],
  ["command-r", "command-r-08-2024"],
  ["llama3:8b", "llama3:8b"],
  ["gpt-3.5-turbo-instruct", "gpt-3.5-turbo-instruct:20230824-v2"],
  ["openai/gpt-3.5-turbo-instruct", "gpt-3.5-turbo-instruct:20230824-v2"],
  ["-latest", "-latest"],
])("%s and %s are one family", (asked, answered) => {
  expect(sameModelFamily(asked, answered)).toBe(true);
});

test.each([
  ["gpt-4o", "gpt-4o-mini"],
  ["gpt-4o", "gpt-4o-mini-2024-07-18"],
  ["gpt-4", "gpt-4-32k"],
  ["gpt-4", "gpt-4o"],
  ["gpt-4-turbo", "gpt-4"],
  ["o1", "o1-mini"],
  ["llama3:8b", "llama3:70b"],
  ["llama3:8b", "llama3"],
  ["llama3:20230824b", "llama3"],
  ["gpt-3.5-turbo", "gpt-3.5-turbo-instruct:20230824-v2"],
  ["claude-3-5-sonnet-latest", "claude-3-5-haiku-20241022"],
  ["claude-opus-4", "claude-opus-4-1"],
  ["claude-opus-4-1-20250805", "claude-opus-4-20250514"],
  ["openai/", "anthropic/"],
  ["-latest", "-001"],
  ["gpt-4o", ""],
  ["gemini-flash-latest", "gemini-2.5-flash"],
  ["gemini-2.5-flash", "gemini-2.5-flash-preview"],
  ["claude-opus-4", "claude-opus-4-1-20250805"],
])("%s and %s are not", (asked, answered) => {
  expect(sameModelFamily(asked, answered)).toBe(false);
});

test.each([
  ["gemini-flash-latest", "gemini-2.5-flash-preview-09-2025"],
  ["gemini-flash-latest", "gemini-3-flash-preview"],
  ["gemini-flash-latest", "gemini-3.5-flash"],
  ["gemini-flash-latest", "models/gemini-2.0-flash-001"],
  ["models/gemini-flash-latest", "gemini-2.0-flash-exp"],
  ["gemini-flash-latest", "gemini-flash-latest"],
  ["gemini-flash-lite-latest", "gemini-2.5-flash-lite-preview-09-2025"],
  ["gemini-pro-latest", "gemini-3.1-pro-preview"],
  ["google/gemini-pro-latest", "gemini-2.5-pro-exp-03-25"],
  ["claude-sonnet-latest", "claude-sonnet-4-5-20250929"],
  ["mistral-small-latest", "mistral-small-2503"],
])("asked for %s, %s answers as asked", (asked, answered) => {
  expect(isModelAsked(asked, answered)).toBe(true);
});

test.each([
  ["gemini-flash-latest", "gemini-2.5-flash-lite"],
  ["gemini-flash-latest", "gemini-2.5-flash-lite-preview-09-2025"],
  ["gemini-flash-lite-latest", "gemini-2.5-flash"],
  ["gemini-flash-latest", "gemini-2.5-flash-image"],
  ["gemini-flash-latest", "gemini-2.5-pro"],
  ["gemini-flash-latest", "gemma-3-27b-it"],
  ["gemini-flash-latest", "flash-2"],
  ["gemini-flash-latest", ""],
  ["gemini-latest", "gemini-2.5-flash"],
  // It names a generation, so another one is not what it stands for.
  ["gemini-2.5-flash-latest", "gemini-3-flash"],
  ["gemini-1.5-pro-latest", "gemini-2.5-pro"],
  ["claude-3-5-sonnet-latest", "claude-3-7-sonnet-20250219"],
  ["chatgpt-4o-latest", "gpt-4o"],
  // No alias, but a name without a generation.
  ["gemini-flash", "gemini-2.5-flash"],
  ["gemini-2.5-flash", "gemini-flash-latest"],
  ["gemini-2.5-flash", "gemini-3-flash"],
  ["llama-latest", "llama-3.1-70b"],
  ["-latest", "-3"],
  ["latest", "3"],
])("asked for %s, %s is another model", (asked, answered) => {
  expect(isModelAsked(asked, answered)).toBe(false);
});

test("whoever is of one family is the model that was asked", () => {
  expect(isModelAsked("gpt-4o", "openai/gpt-4o-2024-08-06")).toBe(true);
  expect(isModelAsked("gpt-4o", "gpt-4o-mini")).toBe(false);
});

test("it is an equivalence, whatever the names", () => {
  const name = fc.array(
    fc.constantFrom("gpt", "-", "4o", "/", "@", "0613", "-001", "-latest", "-2024-08-06", ":20230824-v2", "A"),
    {
      maxLength: 5,
    },
  );
  fc.assert(
    fc.property(name, name, name, (...parts) => {
      const [a, b, c] = parts.map((part) => part.join("")) as [string, string, string];
      expect(sameModelFamily(a, a)).toBe(true);
      expect(sameModelFamily(a, b)).toBe(sameModelFamily(b, a));
      if (sameModelFamily(a, b) && sameModelFamily(b, c)) expect(sameModelFamily(a, c)).toBe(true);
    }),
    { seed: 20_260_101, numRuns: 500 },
  );
});
