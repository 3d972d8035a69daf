import { expect, it } from "vitest";
import {
  agreements,
  noEvidence,
  readEvidence,
  withAgreement,
  withBlocked,
  withMarks,
  writeEvidence,
} from "./learnt.ts";

const observations = [
  { score: 0.9, right: true },
  { score: 0.5, right: false },
];

it("what was learnt of an entry is read as it was written, scores to about two digits", () => {
  const evidence = readEvidence(writeEvidence({ observations, blocked: ["one", "two"] }));
  expect(evidence.blocked).toEqual(["one", "two"]);
  expect(evidence.observations.map(({ right }) => right)).toEqual([true, false]);
  for (const [index, { score }] of evidence.observations.entries())
    expect(score).toBeCloseTo(observations[index]?.score ?? 0, 1);
  expect(readEvidence(writeEvidence(noEvidence))).toEqual(noEvidence);
});

it("counts the other members that have got the same answer, each once", () => {
  let evidence = withBlocked(noEvidence, "wrong");
  for (const member of ["ann", "bob", "bob", "cyd"]) evidence = withAgreement(evidence, member, "answer");
  evidence = readEvidence(writeEvidence(evidence));
  expect(evidence.blocked).toEqual(["wrong"]);
  expect(agreements(evidence, "ann", "answer")).toBe(2);
  expect(agreements(evidence, "dan", "answer")).toBe(3);
  expect(agreements(evidence, undefined, "answer")).toBe(3);
  expect(agreements(evidence, "ann", "other")).toBe(0);
  expect(agreements(noEvidence, "ann", "answer")).toBe(0);
  // Another answer stands there since.
  evidence = withAgreement(evidence, "eve", "other");
  expect([agreements(evidence, "ann", "answer"), agreements(evidence, "ann", "other")]).toEqual([0, 1]);
});

it("the latest hundred questions stay blocked; one that is reported again counts as late", () => {
  let evidence = noEvidence;
  for (let at = 0; at < 100; at++) evidence = withBlocked(evidence, `q${at}`);
  evidence = withBlocked(withBlocked(evidence, "q0"), "new");
  expect(evidence.blocked).toHaveLength(100);
  expect(evidence.blocked.slice(-2)).toEqual(["q0", "new"]);
  expect(evidence.blocked).not.toContain("q1");
  expect(readEvidence(writeEvidence(evidence))).toEqual(evidence);
});

it("says whose it is, each once, and of an earlier version nothing", () => {
  let evidence = withMarks(withMarks(withBlocked(noEvidence, "wrong"), ["ann", "bob"]), ["ann"]);
  evidence = readEvidence(writeEvidence(withAgreement(evidence, "member", "answer")));
  expect([evidence.marks, evidence.blocked]).toEqual([["bob", "ann"], ["wrong"]]);
  expect(readEvidence(writeEvidence(withMarks(noEvidence, []))).marks).toEqual([]);
  expect(readEvidence(writeEvidence(noEvidence)).marks).toBeUndefined();
});

it.each([
  ["nothing", new Uint8Array()],
  ["other bytes", Uint8Array.of(0, 255, 128)],
  ["another format of observations", Buffer.from(Buffer.of(9, 1, 1).toString("base64url"))],
])("%s teaches nothing", (_, bytes) => {
  expect(readEvidence(bytes)).toEqual(noEvidence);
  expect(readEvidence(undefined)).toBe(noEvidence);
});

it("blocked questions stay where the observations are damaged", () => {
  expect(readEvidence(Buffer.from("!!\none\ntwo"))).toEqual({ observations: [], blocked: ["one", "two"] });
});
