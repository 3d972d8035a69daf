import { isDeepStrictEqual } from "node:util";
import { JsonError, type JsonValue, parseJson, serializeJson, toPlain } from "../../../src/core/canonical-json.ts";
import { topLevelMembers } from "../../../src/protocols/json-text.ts";
import { type FuzzTarget, promise, refusedOr, textOf } from "../fuzz-target.ts";

const seeds = [
  '{"b":[1,2.50,-0,1e3],"a":{"x":null,"y":true},"\\u00e9":"\\ud83c\\udf0a"}',
  "[1e400,9007199254740993,0.1,1E-7,123456789012345678901234567890]",
  '{"__proto__":1,"1":2,"constructor":{"a":[[[]]]}}',
  '{"a":1,"a":2}',
  '"\\ud800"',
  " [ ] ",
];

/** What the strict parser takes, `JSON.parse` reads alike; the canonical form says the same and is the only one. */
export const jsonTarget: FuzzTarget = {
  name: "json",
  seeds,
  words: ['"a":', "1e-7", "\\u0041", "\\udc00", "true", "-0.0", "1E+2", '""'],
  run(input) {
    const text = new TextDecoder("utf-8", { ignoreBOM: true }).decode(input);
    const value = refusedOr(() => parseJson(input, { maxValues: 10_000 }), JsonError);
    if (value === undefined) {
      promise(!isWronglyRefused(input, text), "strict JSON is refused");
      return;
    }
    promise(
      isDeepStrictEqual(withoutNegativeZero(toPlain(value)), withoutNegativeZero(JSON.parse(text))),
      "two parsers read one text differently",
    );
    const canonical = serializeJson(value);
    promise(serializeJson(parseJson(canonical)) === canonical, "the canonical form has another canonical form");
    promise(serializeJson(reversed(value)) === canonical, "the order of keys shows in the canonical form");
    const inOrder = serializeJson(value, true);
    promise(serializeJson(parseJson(inOrder)) === canonical, "keeping the order says something else");
    if (value instanceof Map) {
      const members = topLevelMembers(text).map(({ name, valueFrom, valueTo }) => {
        return [JSON.parse(`"${name}"`), JSON.parse(text.slice(valueFrom, valueTo))];
      });
      promise(
        isDeepStrictEqual(Object.fromEntries(members), JSON.parse(text)),
        "members are cut out in the wrong place",
      );
    }
  },
};

/** Whether a text is refused for its syntax that `JSON.parse` takes. */
function isWronglyRefused(input: Uint8Array, text: string): boolean {
  try {
    parseJson(input, { maxValues: 10_000 });
    return false;
  } catch (error) {
    const { reason, message } = error as JsonError;
    // An exponent of more than twenty digits is out of range by our rule.
    if (reason !== "syntax" || /exponent/i.test(message)) return false;
  }
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/** JSON has one zero. */
function withoutNegativeZero(value: unknown): unknown {
  if (Object.is(value, -0)) return 0;
  if (Array.isArray(value)) return value.map(withoutNegativeZero);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, withoutNegativeZero(member)]));
}

function reversed(value: JsonValue): JsonValue {
  if (Array.isArray(value)) return value.map(reversed);
  if (!(value instanceof Map)) return value;
  return new Map(
    [...(value as ReadonlyMap<string, JsonValue>)].reverse().map(([key, member]) => [key, reversed(member)]),
  );
}

/** Text that is no bytes: the same rules, and no surrogate alone gets through. */
export const jsonTextTarget: FuzzTarget = {
  name: "json-text",
  seeds: [...seeds, '"\\ud83c\\udf0a"'],
  run(input) {
    // UTF-16 as it comes, so that surrogates stand alone.
    const text = input.length % 2 === 0 ? Buffer.from(input).toString("utf16le") : textOf(input);
    const value = refusedOr(() => parseJson(text, { maxValues: 10_000, maxDepth: 50 }), JsonError);
    if (value !== undefined) promise(serializeJson(value).isWellFormed(), "a surrogate alone got through");
  },
};
