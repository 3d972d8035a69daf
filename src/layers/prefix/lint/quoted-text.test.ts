import { expect, test } from "vitest";
import { quoted } from "./quoted-text.ts";

test("a long text is quoted to the end of a word, and one without words as far as there is room", () => {
  expect(quoted("short enough")).toBe("short enough");
  expect(quoted("y".repeat(80))).toBe("y".repeat(80));
  expect(quoted(`${"word ".repeat(15)}longest of all`)).toBe(`${"word ".repeat(15).trimEnd()}…`);
  expect(quoted(`${"x".repeat(75)} four and more`)).toBe(`${"x".repeat(75)} four…`);
  expect(quoted(`a ${"x".repeat(200)}`)).toBe(`a ${"x".repeat(78)}…`);
  expect(quoted(`${"x".repeat(79)}😀 and so on`)).toBe(`${"x".repeat(79)}…`);
});
