import { expect, it } from "vitest";
import { seededRandom } from "../cli/simulate/seeded-random.ts";
import { AnswerTimes, type CourseKind, leastCourses } from "./answer-times.ts";

/** X7: from which computed answers a stored one may have its time. */

const kind: CourseKind = { originId: "o", model: "m", stream: false };

/** So many of each of these sizes of answers, each of which takes as many milliseconds as it has bytes. */
function timesOf(bytes: readonly number[], requestBytes = 100, count = leastCourses): AnswerTimes {
  const times = new AnswerTimes(seededRandom(1));
  for (const size of bytes)
    for (let each = 0; each < count; each += 1)
      times.note(kind, { requestBytes, bytes: size, headMs: size, marks: [] });
  return times;
}

it.each([
  ["a longer answer", 100, 1_400],
  ["a shorter one", 100, 700],
  ["one to a longer question", 140, 1_000],
  ["one to a shorter question", 70, 1_000],
])("not from those of other sizes: %s", (_, requestBytes, bytes) => {
  const times = timesOf([1_000]);
  expect(times.knows(kind, { requestBytes, bytes })).toBe(false);
  expect(times.draw(kind, { requestBytes, bytes })).toBeUndefined();
});

it("from those of nearly its size, on either side", () => {
  const times = timesOf([1_000]);
  for (const bytes of [780, 999, 1_000, 1_001, 1_290]) {
    expect(times.knows(kind, { requestBytes: 100, bytes })).toBe(true);
    expect(times.draw(kind, { requestBytes: 100, bytes })?.headMs).toBe(1_000);
  }
});

it("from the nearest, where there are enough", () => {
  const times = timesOf([900, 1_000, 1_100]);
  for (let draw = 0; draw < 50; draw += 1)
    expect(times.draw(kind, { requestBytes: 100, bytes: 1_010 })?.headMs).toBe(1_000);
});

it("from no fewer than enough", () => {
  expect(timesOf([1_000], 100, leastCourses - 1).knows(kind, { requestBytes: 100, bytes: 1_000 })).toBe(false);
});

it("also when somebody has sent many of another size since", () => {
  const times = timesOf([1_000]);
  for (let each = 0; each < 1_000; each += 1)
    times.note(kind, { requestBytes: 100, bytes: 300, headMs: 300, marks: [] });
  expect(times.draw(kind, { requestBytes: 100, bytes: 1_000 })?.headMs).toBe(1_000);
});

it.each([
  ["another model", { model: "n" }],
  ["another origin", { originId: "p" }],
  ["a stream", { stream: true }],
])("not from those of %s", (_, other) => {
  expect(timesOf([1_000]).knows({ ...kind, ...other }, { requestBytes: 100, bytes: 1_000 })).toBe(false);
});
