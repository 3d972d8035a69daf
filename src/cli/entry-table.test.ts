import { expect, test } from "vitest";
import type { ShownEntry } from "../gateway/admin/entries/shown-entry.ts";
import { tableOf } from "./entry-table.ts";

const now = Date.UTC(2026, 0, 2);
const entry = (more: Partial<ShownEntry> = {}): ShownEntry => ({
  ...{ id: "t:slot", layer: "exact", tenant: "t", state: "fresh", tags: [], bytes: 900 },
  ...more,
});
const table = (...entries: ShownEntry[]) => tableOf({ entries, listing: "supported" }, now);

test("lines up what there is, with the id at the end", () => {
  const old = entry({ createdAt: new Date(now - 3 * 86_400_000).toISOString(), bytes: 2_048, model: "a-model" });
  const young = entry({ createdAt: new Date(now - 90_000).toISOString(), answer: "words", state: "stale" });
  expect(table(old, young)).toBe(
    [
      "LAYER  STATE  AGE  SIZE    MODEL    TEXT   ID",
      "exact  fresh  3d   2.0 KB  a-model         t:slot",
      "exact  stale  1m   900 B            words  t:slot",
    ].join("\n"),
  );
});

test("shows the question rather than the answer, cut, and lets neither speak to the terminal", () => {
  const row = table(entry({ question: `\u001b[2J\u0007${"q".repeat(50)}`, answer: "words" })).split("\n")[1];
  expect(row).toContain(`[2J${"q".repeat(36)}…`);
  expect(row).not.toMatch(/\p{Cc}/u);
});

test("says why there is nothing, and that there is more", () => {
  expect(tableOf({ entries: [], listing: "unsupported", reason: "It cannot." }, now)).toBe("It cannot.");
  expect(table()).toBe("Nothing is stored that fits.");
  const more = "There are more; narrow the search, or raise --limit.";
  expect(tableOf({ entries: [], cursor: "x", listing: "supported" }, now)).toBe(more);
  expect(
    tableOf({ entries: [entry()], cursor: "x", listing: "supported" }, now)
      .split("\n")
      .at(-1),
  ).toBe(more);
});
