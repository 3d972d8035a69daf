import { expect, test } from "vitest";
import { HistoryModel } from "./history-model.ts";

/** What the history check takes for an explanation must not depend on how fast the machine is. */

const failureStandsMs = 6_000;
const asked = { node: 0, tenant: "ann", model: "small", question: "why" };

function modelOf() {
  let nowMs = 0;
  const bounds = { followMs: 1, freshMs: 1, longestMs: 1, failureStandsMs };
  const history = new HistoryModel(
    bounds,
    () => nowMs,
    () => nowMs,
  );
  const wait = (durationMs: number): void => {
    nowMs += durationMs;
  };
  return { history, wait };
}

test("a disturbance explains a stream of another node that broke, however long the read then takes", () => {
  const { history, wait } = modelOf();
  history.disturbed("redis: frozen");
  wait(failureStandsMs - 1);
  const read = history.readBegins(asked);
  wait(10 * failureStandsMs);
  expect(history.explainsBreak(read, "COALESCED")).toBe(true);
  expect(history.explainsBreak(read, "MISS")).toBe(false);
  const late = history.readBegins(asked);
  expect(history.explainsBreak(late, "COALESCED")).toBe(false);
});

test("a failure of the origin explains that there is no answer to what was asked by then, and to nothing else", () => {
  const { history, wait } = modelOf();
  const read = history.readBegins(asked);
  wait(2 * failureStandsMs);
  const facts = { tenant: "ann", model: "small", question: "why", user: "one", tags: [] };
  history.originFails(history.originBegins(facts), "500");
  wait(2 * failureStandsMs);
  expect(history.explainsFailure(read)).toBe(true);
  expect(history.explainsFailure(history.readBegins({ ...asked, question: "when" }))).toBe(false);
  expect(history.explainsFailure(history.readBegins(asked))).toBe(false);
});
