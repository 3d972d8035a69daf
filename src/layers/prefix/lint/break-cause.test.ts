import { describe, expect, it } from "vitest";
import { textBreak } from "./break-cause.ts";

const rules = "Answer in one sentence. Name the shelf and the aisle. Never promise what is out of stock. ".repeat(20);
const json = (content: string): string => JSON.stringify({ role: "system", content });
const broken = (one: string, other: string) => textBreak(json(one), json(other), false);

describe("the first thing in which two texts differ", () => {
  it("is told with its place, and with how much follows that is equal", () => {
    const before = `The shop opens at 9:00.\n${rules}`;
    const found = broken(before, before.replace("9:00", "9:30"));
    expect(found).toMatchObject({ cause: "date", before: "00", after: "30" });
    expect(json(before).slice(0, found.offset)).toBe('{"role":"system","content":"The shop opens at 9:');
    expect(found.rejoined).toBe(json(before).length - found.offset - 1);
  });

  it.each([
    ["a line more", `\n${rules}`, rules],
    ["other line ends", `One.\nTwo.\n${rules}`, `One.\r\nTwo.\r\n${rules}`],
    ["an end of another length", `${rules}\n\nBe brief.`, `${rules}\nBe brief.`],
    ["two spaces everywhere", rules, rules.replaceAll(" ", "  ")],
    ["tabs", `- milk\n  - whole\n${rules}`, `- milk\n\t- whole\n${rules}`],
  ])("is space: %s", (_, one, other) => {
    expect(broken(one, other).cause).toBe("whitespace");
    expect(broken(other, one).cause).toBe("whitespace");
  });

  it("is the order of keys, or of a list", () => {
    const shop = { name: "Corner shop", aisles: 12, open: { from: 9, to: 18 } };
    const turned = { open: { to: 18, from: 9 }, aisles: 12, name: "Corner shop" };
    expect(broken(`${JSON.stringify(shop)}\n${rules}`, `${JSON.stringify(turned)}\n${rules}`).cause).toBe("key-order");
    const list = ["Fresh bread", "Cold milk", "Ripe pears", "Green tea"];
    const lines = (items: readonly string[]) => `- ${items.join("\n- ")}\n${rules}`;
    expect(broken(lines(list), lines([...list].reverse())).cause).toBe("order");
  });

  it("is a person, or other words", () => {
    expect(broken(`Customer: ada@example.org\n${rules}`, `Customer: bo@example.org\n${rules}`).cause).toBe("user-data");
    expect(broken(`You are kind.\n${rules}`, `You are terse.\n${rules}`).cause).toBe("words");
  });

  it("is not known where the log holds no texts, but the order of keys is", () => {
    const [one, other] = ["~aaaaaaaaaaaaaaaa:200", "~aaaaaaaaaaaaaaab:200"];
    const found = textBreak(json(one), json(other), true);
    expect(found.cause).toBe("redacted");
    // The text differs from somewhere on, which is at its start at the earliest.
    expect(json(one).slice(found.offset)).toMatch(/^~a/);
    const keys = (names: readonly string[]) => `{${names.map((name) => `"${name}":"${one}"`).join(",")}}`;
    expect(textBreak(keys(["a", "b"]), keys(["b", "a"]), true).cause).toBe("key-order");
  });

  it("is told of long texts without a space in them", () => {
    const image = "iVBORw0KGgoAAAANSUhEUg".repeat(20_000);
    expect(broken(`${image}a ${rules}`, `${image}b ${rules}`).rejoined).toBeGreaterThan(rules.length - 10);
  });
});
