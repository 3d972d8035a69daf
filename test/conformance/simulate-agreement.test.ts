import { expect, test } from "vitest";
import { agreementRows, type Counted } from "../../bench/workloads/agreement.ts";

/** The benchmark that compares `reprise simulate` with a gateway sees any difference. */

const live: Counted = {
  outcomes: { hit: 4, miss: 3, error: 0 },
  saved: { exact: { answers: 4, usd: "0.5" }, coalescing: { answers: 0, usd: "0" } },
  spent: "0.25",
};
/** Layers without answers are left out, and a recording tells of no money. */
const log: Counted = { ...live, saved: { exact: { answers: 4, usd: "0.5" } } };
const recording: Counted = { ...log, saved: { exact: { answers: 4, usd: "0" } }, spent: "0" };

const apart = (ofLog: Partial<Counted> = {}, ofRecording: Partial<Counted> = {}) => {
  const rows = agreementRows(live, { ...log, ...ofLog }, { ...recording, ...ofRecording });
  return { values: rows.map(({ median }) => median), isMet: rows.every(({ met }) => met !== "no") };
};

test("figures that are the same keep the budget", () => {
  expect(apart()).toEqual({ values: [0, 0, 0, 0], isMet: true });
});

test.each<[string, Partial<Counted>, Partial<Counted>, readonly number[]]>([
  ["a call that ends otherwise", { outcomes: { hit: 3, miss: 4, error: 0 } }, {}, [2, 0, 0, 0]],
  ["an answer of another layer", { saved: { semantic: { answers: 4, usd: "0.5" } } }, {}, [0, 8, 1_000_000, 0]],
  ["a micro-dollar saved", { saved: { exact: { answers: 4, usd: "0.500001" } } }, {}, [0, 0, 1, 0]],
  ["a micro-dollar spent", { spent: "0.249999" }, {}, [0, 0, 1, 0]],
  ["a call of the recording", {}, { outcomes: { hit: 4, miss: 2, bypass: 1 } }, [0, 0, 0, 2]],
])("%s breaks it", (_, ofLog, ofRecording, values) => {
  expect(apart(ofLog, ofRecording)).toEqual({ values, isMet: false });
});
