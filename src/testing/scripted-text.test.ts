import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { canaryOf, isWhole, requestDigest, scriptedText, sealed } from "./scripted-text.ts";

const parts = { question: "Why?", model: "m", digest: "ab".repeat(32), canary: "", generation: 0, words: 5, choice: 0 };

describe("the text of a scripted answer", () => {
  test("is whole, and no longer when anything is cut off or altered", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme" }), fc.nat(), (question, at) => {
        const text = scriptedText({ ...parts, question });
        expect(isWhole(text)).toBe(true);
        expect(isWhole(text.slice(0, at % text.length))).toBe(false);
        expect(isWhole(`${text}.`)).toBe(false);
      }),
      { seed: 1 },
    );
  });

  test("is sealed whatever it says", () => {
    fc.assert(
      fc.property(fc.string(), (text) => isWhole(sealed(text))),
      { seed: 2 },
    );
  });

  test("differs between choices, generations and canaries", () => {
    const variants = [parts, { ...parts, choice: 1 }, { ...parts, generation: 1 }, { ...parts, canary: canaryOf("a") }];
    expect(new Set(variants.map(scriptedText)).size).toBe(variants.length);
  });
});

describe("the digest of a request", () => {
  const request = { model: "m", messages: [{ role: "user", content: "Hello" }], temperature: 0 };

  test("ignores the order of fields and what cannot change the answer", () => {
    const { temperature, messages, model } = request;
    const same = { stream: true, temperature, user: "u", messages, stream_options: { include_usage: true }, model };
    expect(requestDigest(same, "")).toBe(requestDigest(request, ""));
  });

  test.each([{ model: "n" }, { temperature: 1 }, { messages: [] }, { top_p: 1 }])("counts %o", (change) => {
    expect(requestDigest({ ...request, ...change }, "")).not.toBe(requestDigest(request, ""));
  });

  test("counts the salt", () => {
    expect(requestDigest(request, "a")).not.toBe(requestDigest(request, ""));
  });
});
