import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { BusMessage } from "./bus.ts";
import { readBusText, writeBusText } from "./bus-text.ts";

const bytes = fc.uint8Array({ minLength: 1, maxLength: 16 });
const message: fc.Arbitrary<BusMessage> = fc.oneof(
  fc.record({ kind: fc.constant("removed" as const), tenant: fc.string(), key: fc.string() }),
  fc.record({ kind: fc.constant("said" as const), topic: fc.string(), text: fc.string() }),
  fc.record({
    kind: fc.constant("renewed" as const),
    tenant: fc.string({ unit: "binary" }),
    scope: fc.string(),
    token: bytes,
    before: fc.option(bytes, { nil: undefined }),
  }),
);

describe("messages of a bus as text", () => {
  test("come out as they went in", () => {
    fc.assert(
      fc.property(fc.string(), fc.array(message), (from, messages) => {
        expect(readBusText(writeBusText({ from, messages }))).toEqual({ from, messages });
      }),
    );
  });

  test.each([
    ["no JSON", "{"],
    ["nothing", ""],
    ["null", "null"],
    ["another program's", '{"hello":1}'],
    ["a later version", '{"v":2,"from":"a","said":[]}'],
    ["without a sender", '{"v":1,"said":[]}'],
    ["a kind that is not known", '{"v":1,"from":"a","said":[["x","","k"]]}'],
    ["a key too many", '{"v":1,"from":"a","said":[["k","","k","k"]]}'],
    ["a hint that is too long a list", '{"v":1,"from":"a","said":[["s","pool","text","more"]]}'],
    ["a hint without a text", '{"v":1,"from":"a","said":[["s","pool"]]}'],
    ["a token that is none", '{"v":1,"from":"a","said":[["g","","tag:a",7,null]]}'],
    ["a generation of before that is none", '{"v":1,"from":"a","said":[["g","","tag:a","AA",7]]}'],
    ["no list", '{"v":1,"from":"a","said":["k"]}'],
  ])("are not believed: %s", (_, text) => {
    expect(readBusText(text)).toBeUndefined();
  });
});
