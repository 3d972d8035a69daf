import { expect, it } from "vitest";
import { TopLabels } from "./top-labels.ts";

function setUp(most = 3) {
  const dropped: string[] = [];
  const labels = new TopLabels(most, (value) => dropped.push(value));
  const ask = (value: string, times = 1) => Array.from({ length: times }, () => labels.of(value)).at(-1);
  return { dropped, ask };
}

it("gives the first ones a label and counts the rest as other", () => {
  const { ask, dropped } = setUp();
  expect(["a", "b", "c", "d"].map((value) => ask(value))).toEqual(["a", "b", "c", "other"]);
  expect(ask("a")).toBe("a");
  expect(dropped).toEqual([]);
});

it("gives the label of the least to one that is asked for much more, and says so", () => {
  const { ask, dropped } = setUp();
  for (const [value, times] of [
    ["a", 50],
    ["b", 10],
    ["c", 5],
  ] as const)
    ask(value, times);
  expect(ask("d", 10)).toBe("other");
  expect(ask("d")).toBe("d");
  expect(dropped).toEqual(["c"]);
  expect(ask("c")).toBe("other");
});

it("does not let two that are about equal take turns", () => {
  const { ask, dropped } = setUp(1);
  for (let turn = 0; turn < 1_000; turn++) ask(turn % 2 === 0 ? "a" : "b");
  expect(dropped).toEqual([]);
});

it("finds the frequent among many that come once, with few counts", () => {
  const { ask } = setUp();
  for (let index = 0; index < 30_000; index++) {
    ask(`once-${index}`);
    if (index % 4 === 0) ask("often");
  }
  expect(ask("often")).toBe("often");
});

it("lets those of yesterday go", () => {
  const { ask, dropped } = setUp(1);
  ask("old", 5_000);
  ask("new", 60_000);
  expect(dropped).toEqual(["old"]);
  expect(ask("new")).toBe("new");
});

it("gives no label to what is too long for one", () => {
  const { ask } = setUp();
  expect(ask("x".repeat(101))).toBe("other");
});
