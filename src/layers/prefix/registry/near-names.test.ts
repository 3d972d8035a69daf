import { beforeEach, expect, it, vi } from "vitest";
import { editDistance } from "./edit-distance.ts";
import { nearNames } from "./near-names.ts";

vi.mock("./edit-distance.ts", { spy: true });
beforeEach(() => void vi.mocked(editDistance).mockClear());

/** Names of 64 characters that are made of the same letters in other orders. */
const turned = Array.from({ length: 4_000 }, (_, index) => {
  const letters = [...`${"abcdefgh".repeat(7)}${String(index).padStart(8, "0")}`];
  return letters.map((_, place) => letters[(place * 5 + (index % 64)) % 64]).join("");
});

it("names are near that differ in few letters, or of which one begins with the other", () => {
  const known = ["support", "support-de", "sales", "rapport", "sup", "weather"];
  expect(nearNames("suport", known)).toEqual(["support", "sup", "support-de"]);
  expect(nearNames("support-de-berlin", known)).toEqual(["sup", "support", "support-de"]);
  expect(nearNames("invoices", known)).toEqual([]);
});

it("a name is found among thousands, and few of them are compared letter by letter", () => {
  const meant = "the-prompt-of-the-support-desk";
  expect(nearNames("the-prompt-of-the-suport-desk", [...turned, meant])).toEqual([meant]);
  expect(vi.mocked(editDistance).mock.calls.length).toBeLessThan(10);
});

it("few are compared also where thousands have the same letters", () => {
  const asked = `${(turned[7] as string).slice(0, -1)}x`;
  expect(nearNames(asked, turned)[0]).toBe(turned[7]);
  expect(vi.mocked(editDistance).mock.calls.length).toBeLessThanOrEqual(128);
});
