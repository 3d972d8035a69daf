import { describe, expect, it } from "vitest";
import { protocols } from "./all.ts";
import { mostAnswerValues, parsedOrNothing } from "./json-fields.ts";

/** Reading JSON costs by its values more than by its bytes, so what a stranger sends has a bound of both. */

const bytes = (text: string) => new TextEncoder().encode(text);
/** `count` values, the list included. */
const listOf = (count: number) => `[${"1,".repeat(count - 2)}1]`;

describe("an answer", () => {
  it("is read up to the bound, and not beyond it", () => {
    expect(parsedOrNothing(listOf(mostAnswerValues))).toHaveLength(mostAnswerValues - 1);
    expect(parsedOrNothing(listOf(mostAnswerValues + 1))).toBeUndefined();
  });

  it.each(protocols.map((protocol) => [protocol.name, protocol] as const))(
    "of %s beyond the bound is passed on, and fits no schema",
    (_, protocol) => {
      const body = bytes(`{"id":"a","x":${listOf(mostAnswerValues)}}`);
      const { facts, recording } = protocol.readJson(body);
      expect(facts).toMatchObject({ wellFormed: false, terminal: false, error: false });
      expect(recording.body).toBe(body);
      const recorder = protocol.recordStream({ maxEventBytes: 16 * 1024 * 1024 });
      const items = recorder.push(bytes(`data: {"x":${listOf(mostAnswerValues)}}\n\n`));
      expect(items.map((item) => item.bytes.length)).toEqual([2 * mostAnswerValues + 13]);
      expect(recorder.facts().wellFormed).toBe(false);
    },
  );

  it.each([
    ["arrays", "["],
    ["objects", '{"a":'],
  ])("that is nothing but open %s is not read to its end", (_, open) => {
    expect(parsedOrNothing(open.repeat(1_000_000))).toBeUndefined();
  });
});
