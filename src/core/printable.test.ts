import { describe, expect, it } from "vitest";
import { printable } from "./printable.ts";

describe("printable text", () => {
  it("is left as it is", () => {
    expect(printable("server.port – ü 🌊")).toBe("server.port – ü 🌊");
  });

  it("tells what could act on a terminal, or part a line, by its number", () => {
    expect(printable("a\r\n\u001b[31mb\u0085c\u2028d\u202ee")).toBe(
      "a\\u{d}\\u{a}\\u{1b}[31mb\\u{85}c\\u{2028}d\\u{202e}e",
    );
  });
});
