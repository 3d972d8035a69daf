import { beforeEach, describe, expect, it, vi } from "vitest";
import { allAtOnce } from "../../../core/steps.ts";
import { textBreak } from "../lint/break-cause.ts";
import { PromptBook } from "./prompt-book.ts";
import { findingsAbout, findingsOf } from "./prompt-findings.ts";
import type { RegisteredPrompt } from "./registered-prompt.ts";
import { hintsIn } from "./text-hints.ts";

vi.mock("../lint/break-cause.ts", { spy: true });

const rules = ["Answer in whole sentences.", "Say what you do not know.", "Never promise a refund.", "Be brief."];
const hotel = `You answer the guests of a hotel – kindly.\n${rules.join("\n")}`;

let count = 0;
function prompt(name: string, text: string, more: Partial<RegisteredPrompt> = {}): RegisteredPrompt {
  const sequence = ++count;
  return {
    tenant: undefined,
    name,
    version: String(sequence),
    sequence,
    createdAt: sequence,
    deletedAt: undefined,
    text,
    ...more,
  };
}

function found(...prompts: readonly RegisteredPrompt[]) {
  return allAtOnce(findingsOf(new PromptBook(prompts, "e")));
}

describe("what is said of registered prompts", () => {
  it("nothing of texts that have little in common and stay as they are", () => {
    const other = "You translate what the user says into French, word for word, and add nothing of your own to it.";
    const effective = "Rules that hold since 2024-05-01: a room may be cancelled until 18:00, and Monday is free.";
    expect(found(prompt("hotel", hotel), prompt("french", other), prompt("since", effective))).toEqual([]);
  });

  it("two names for nearly one text, with the first byte that differs", () => {
    const texts = [hotel, hotel.replace("Never promise", "Do not promise")];
    const [finding, ...others] = found(prompt("one", texts[0] as string), prompt("two", texts[1] as string));
    expect(others).toEqual([]);
    const byte = Buffer.byteLength(hotel.slice(0, hotel.indexOf("Never")));
    expect(finding).toMatchObject({ kind: "near-duplicate", cause: "words", byte });
    expect(finding?.prompts.map((id) => id.split("@")[0])).toEqual(["one", "two"]);
    expect([finding?.before, finding?.after]).toEqual([
      expect.stringContaining("Never"),
      expect.stringContaining("Do"),
    ]);
    expect(finding?.likeness).toBeGreaterThan(0.9);
  });

  it("equal texts, texts that differ in their space, and lists in another order", () => {
    const shuffled = `You answer the guests of a hotel – kindly.\n${[...rules].reverse().join("\n")}`;
    const causes = (other: string) => found(prompt("one", hotel), prompt("two", other)).map(({ cause }) => cause);
    expect(causes(hotel)).toEqual(["equal"]);
    expect(causes(hotel.replaceAll("\n", "\r\n"))).toEqual(["whitespace"]);
    expect(causes(shuffled)).toEqual(["order"]);
  });

  it("nothing of two tenants together, but of one beside everybody's", () => {
    const own = (tenant: string) => prompt("hotel", hotel, { tenant });
    expect(found(own("a"), own("b"))).toEqual([]);
    expect(found(own("a"), prompt("hotel", hotel))).toHaveLength(1);
  });

  it("versions that differ only in a date or an id, and not those with other words", () => {
    const of = (text: string) => prompt("hotel", `${hotel}\nReference ${text}.`);
    const causes = (...texts: readonly string[]) =>
      found(...texts.map(of)).map(({ kind, cause }) => `${kind}: ${cause}`);
    expect(causes("2026-07-01", "2026-07-02")).toEqual(["version: date"]);
    expect(causes("a81bc81b-dead-4e5d-abff-90865d1e13b1", "0f8fad5b-d9cb-469f-a165-70867728950e")).toEqual([
      "version: id",
      "text: id",
    ]);
    expect(causes("of the house", "of the town")).toEqual([]);
  });

  it("what in one text will not stay", () => {
    const told = (text: string) => hintsIn(text).map(({ cause, text: what, offset }) => [cause, what, offset]);
    expect(told("Today is 2026-07-01.")).toEqual([["date", "2026-07-01", 9]]);
    expect(told("The current time: July 1, 2026")).toEqual([["date", "July 1, 2026", 18]]);
    expect(told("Heute ist der 1.7.2026")).toEqual([["date", "1.7.2026", 14]]);
    expect(told("Hello {{ user.name }}, id 0f8fad5b-d9cb-469f-a165-70867728950e")).toEqual([
      ["placeholder", "{{ user.name }}", 6],
      ["id", "0f8fad5b-d9cb-469f-a165-70867728950e", 26],
    ]);
    expect(told('You may use JSON such as {"a":{"b":1}} and say when the shop opens (9:00).')).toEqual([]);
    expect(found(prompt("x", "Grüße. Today is 2026-07-01."))[0]).toMatchObject({
      kind: "text",
      cause: "date",
      byte: 18,
    });
  });

  it("whole dates, and rounding to the day only where there is a time of day", () => {
    const of = (text: string) => prompt("hotel", `${hotel}\nReference ${text}.`);
    const [days] = found(of("2026-07-01"), of("2026-07-02"));
    expect(days).toMatchObject({ before: "2026-07-01", after: "2026-07-02" });
    expect(days?.remedy).not.toContain("round");
    const [times] = found(of("2026-07-01 12:30"), of("2026-07-01 12:31"));
    expect(times).toMatchObject({ before: "2026-07-01 12:30", after: "2026-07-01 12:31" });
    expect(times?.remedy).toContain("round it to the day");
    expect(found(prompt("x", "Today is 2026-07-01."))[0]?.remedy).not.toContain("round");
    expect(found(prompt("x", "You are kind.\n2026-07-01\n"))[0]).toMatchObject({
      kind: "text",
      cause: "date",
      byte: 14,
    });
  });

  it("the same of the same book, without comparing again", () => {
    const book = new PromptBook([prompt("one", hotel), prompt("two", hotel)], "e");
    expect(allAtOnce(findingsOf(book))).toBe(allAtOnce(findingsOf(book)));
  });
});

describe("how much is compared", () => {
  const comparisons = () => vi.mocked(textBreak).mock.calls.length;
  beforeEach(() => void vi.mocked(textBreak).mockClear());

  /** Nearly one text each. */
  const many = Array.from({ length: 60 }, (_, index) =>
    prompt(`n${index}`, `${hotel}\nYours is desk ${index}, the ${index}th.`),
  );

  it("one pair at most in one step, and each text with few others", () => {
    const steps = findingsOf(new PromptBook(many, "e"));
    for (let before = 0; steps.next().done !== true; before = comparisons())
      expect(comparisons() - before).toBeLessThanOrEqual(1);
    expect(comparisons()).toBeGreaterThan(0);
    expect(comparisons()).toBeLessThanOrEqual(60 * 8);
  });

  it("nothing again that was compared for an earlier book", () => {
    allAtOnce(findingsOf(new PromptBook(many, "e")));
    vi.mocked(textBreak).mockClear();
    allAtOnce(findingsOf(new PromptBook([...many], "another")));
    expect(comparisons()).toBe(0);
  });

  it("only the new text, where it is asked what there is to say of that", () => {
    const added = prompt("added", `${hotel}\nToday is 2026-07-01.`);
    const about = allAtOnce(findingsAbout(new PromptBook([...many, added], "e"), added));
    expect(comparisons()).toBeLessThanOrEqual(8);
    expect(about.map(({ kind }) => kind)).toEqual([...Array(8).fill("near-duplicate"), "text"]);
    expect(about.every(({ prompts }) => prompts.includes(`added@${added.version}`))).toBe(true);
    const before = prompt("versions", `${hotel}\nSince 2026-07-01.`);
    const after = prompt("versions", `${hotel}\nSince 2026-07-02.`);
    const book = new PromptBook([before, after], "e");
    for (const one of [before, after])
      expect(allAtOnce(findingsAbout(book, one))).toMatchObject([{ kind: "version", cause: "date" }]);
  });

  it("no more of very long texts than a part behind the place where they part", () => {
    const rule = (index: number) => `Rule ${index}: ${rules[index % 4]}\n`;
    const long = Array.from({ length: 6_000 }, (_, index) => rule(index)).join("");
    const other = long.replace(rule(2_000), rule(2_000).toUpperCase());
    const byte = long.indexOf(rule(2_000)) + 1;
    expect(found(prompt("one", long), prompt("two", other))).toMatchObject([{ kind: "near-duplicate", byte }]);
    const [before = "", after = ""] = vi.mocked(textBreak).mock.calls[0] ?? [];
    expect([before.length, after.length].every((length) => length < 40_000)).toBe(true);
  });

  it("no texts of which one is much longer, or whose words are others", () => {
    const others = hotel.replace(/[a-z]+/g, (word) => [...word].reverse().join(""));
    found(prompt("one", hotel), prompt("long", hotel.repeat(2)), prompt("other", others));
    expect(comparisons()).toBe(0);
  });
});
