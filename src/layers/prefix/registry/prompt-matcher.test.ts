import { describe, expect, it } from "vitest";
import { PromptBook } from "./prompt-book.ts";
import { PromptMatcher } from "./prompt-matcher.ts";
import type { RegisteredPrompt } from "./registered-prompt.ts";

const start = "You answer the questions of the guests of a hotel.";

function prompt(name: string, text: string, more: Partial<RegisteredPrompt> = {}): RegisteredPrompt {
  return { tenant: undefined, name, version: "1", sequence: 1, createdAt: 1, deletedAt: undefined, text, ...more };
}

function matcher(...prompts: readonly RegisteredPrompt[]): PromptMatcher {
  return new PromptMatcher(new PromptBook(prompts, "e"));
}

describe("which prompt a call begins with", () => {
  it("is the longest that it has in full", () => {
    const of = matcher(prompt("short", start), prompt("long", `${start} Be brief.`));
    expect(of.match("t", `${start} Be brief. Today is Monday.`)).toBe("long@1");
    expect(of.match("t", `${start} Be br`)).toBe("short@1");
    expect(of.match("t", start.slice(0, -1))).toBeUndefined();
    expect(of.match("t", `x${start}`)).toBeUndefined();
  });

  it("is one of a few characters only where nothing follows them", () => {
    const of = matcher(prompt("tiny", "Be brief."));
    expect(of.match("t", "Be brief.")).toBe("tiny@1");
    expect(of.match("t", "Be brief. Be kind.")).toBeUndefined();
  });

  it("is none of another tenant's, and rather an own one than everybody's", () => {
    const of = matcher(prompt("all", start), prompt("own", start, { tenant: "one" }));
    expect(of.match("one", start)).toBe("one/own@1");
    expect(of.match("two", start)).toBe("all@1");
  });

  it("is the newest of equal texts, and none that was taken back", () => {
    const of = matcher(
      prompt("a", start, { version: "1" }),
      prompt("a", start, { version: "2", sequence: 2, createdAt: 2 }),
      prompt("a", `${start} Be kind.`, { version: "3", sequence: 3, createdAt: 3, deletedAt: 4 }),
    );
    expect(of.match("t", `${start} Be kind.`)).toBe("a@2");
    expect(matcher().isEmpty).toBe(true);
  });
});
