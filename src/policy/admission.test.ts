import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parseJson } from "../core/canonical-json.ts";
import { type StoreRefusal, storeRefusals } from "../core/outcome-reasons.ts";
import type { Expectations } from "../core/protocol.ts";
import type { AnswerFacts, ChoiceFacts, FinishReason } from "../core/recording.ts";
import { type AdmissionInput, type AdmissionRule, answerForbidsStoring, judgeAnswer } from "./admission.ts";

const rule: AdmissionRule = { maxBytes: 1000 };
const tools: Expectations["tools"] = new Map([
  ["weather", parseJson('{"type":"object","properties":{"city":{"type":"string"}},"required":["city"]}')],
  ["now", undefined],
]);
const plainText: Expectations = { json: false, schema: undefined, tools };
const anyJson: Expectations = { ...plainText, json: "any" };
const anyObject: Expectations = { ...plainText, json: "object" };
const structured: Expectations = { ...anyJson, schema: parseJson('{"type":"object","required":["answer"]}') };

const spoken: ChoiceFacts = { finish: "stop", text: "Paris.", refused: false, toolCalls: [], hasContent: true };
const silent: ChoiceFacts = { ...spoken, text: "", hasContent: false };

function calling(name: string, text: string): ChoiceFacts {
  return { ...spoken, finish: "tool_calls", text: "", toolCalls: [{ name, arguments: text }] };
}

function facts(change: Partial<AnswerFacts> = {}): AnswerFacts {
  return {
    wellFormed: true,
    error: false,
    terminal: true,
    model: "m-1",
    usage: undefined,
    choices: [spoken],
    ...change,
  };
}

function saying(...choices: ChoiceFacts[]): AnswerFacts {
  return facts({ choices });
}

function judge(change: Partial<AdmissionInput> = {}, with_: Partial<AdmissionRule> = {}) {
  const whole = { status: 200, facts: facts(), expectations: plainText, noStore: false, size: 1000, model: "m-1" };
  return judgeAnswer({ ...whole, ...change }, { ...rule, ...with_ });
}

describe("what is stored", () => {
  test.each<[string, Partial<AdmissionInput>]>([
    ["a plain answer", {}],
    ["several choices", { facts: saying(spoken, spoken) }],
    [
      "as many choices as were asked for",
      { facts: saying(spoken, spoken), expectations: { ...plainText, choices: 2 } },
    ],
    ["an answer that names no model", { facts: facts({ model: undefined }) }],
    ["a snapshot of the model asked", { facts: facts({ model: "m-1-2026-01-01" }) }],
    ["an answer in sound only", { facts: saying({ ...spoken, text: "" }) }],
    ["a call of a tool", { facts: saying(calling("weather", '{"city":"Paris"}')) }],
    ["a call of a tool without a schema", { facts: saying(calling("now", "{}")) }],
    ["a call that ends as ordinary text does", { facts: saying({ ...calling("now", "{}"), finish: "stop" }) }],
    ["any JSON where JSON is wanted", { expectations: anyJson, facts: saying({ ...spoken, text: "[1]" }) }],
    ["an object where one is wanted", { expectations: anyObject, facts: saying({ ...spoken, text: "{}" }) }],
    ["JSON that matches", { expectations: structured, facts: saying({ ...spoken, text: ' {"answer":1}\n' }) }],
    [
      "a call with words before it, where JSON is wanted in the end",
      { expectations: structured, facts: saying({ ...calling("now", "{}"), text: "Let me look." }) },
    ],
  ])("%s", (_, change) => {
    expect(judge(change)).toEqual({ admitted: true });
  });
});

const refusals: readonly [StoreRefusal, string, Partial<AdmissionInput>, Partial<AdmissionRule>?][] = [
  ["error_status", "429", { status: 429 }],
  ["error_status", "500", { status: 500 }],
  ["error_status", "404", { status: 404 }],
  ["error_status", "another success", { status: 206 }],
  ["error_body", "an error in place of an answer", { facts: facts({ wellFormed: false, error: true, choices: [] }) }],
  ["error_body", "an error event after text", { facts: facts({ error: true, terminal: false }) }],
  ["schema_mismatch", "no JSON at all", { facts: undefined }],
  ["schema_mismatch", "HTML", { facts: facts({ wellFormed: false }) }],
  ["schema_mismatch", "no choices", { facts: facts({ choices: [] }) }],
  [
    "schema_mismatch",
    "fewer choices than were asked for",
    { facts: saying(spoken), expectations: { ...plainText, choices: 2 } },
  ],
  ["schema_mismatch", "a choice that says nothing", { facts: saying(spoken, silent) }],
  ["schema_mismatch", "an ending that is not known", { facts: saying({ ...spoken, finish: "other" }) }],
  ["schema_mismatch", "a call announced and not made", { facts: saying({ ...spoken, finish: "tool_calls" }) }],
  ["truncated", "no terminal event", { facts: facts({ terminal: false }) }],
  ["truncated", "a choice that never ended", { facts: saying(spoken, { ...spoken, finish: "unfinished" }) }],
  ["finish_length", "the token limit", { facts: saying({ ...spoken, finish: "length" }) }],
  ["finish_length", "one choice of three", { facts: saying(spoken, { ...spoken, finish: "length" }, spoken) }],
  ["content_filter", "the filter", { facts: saying({ ...spoken, finish: "content_filter" }) }],
  ["content_filter", "the filter, with nothing left", { facts: saying({ ...silent, finish: "content_filter" }) }],
  ["refusal", "an ending that refuses", { facts: saying({ ...spoken, finish: "refusal" }) }],
  ["refusal", "a refusal that ends regularly", { facts: saying({ ...spoken, refused: true }) }],
  ["tool_calls", "the rule", { facts: saying(calling("now", "{}")) }, { storeToolCalls: false }],
  ["invalid_json", "arguments cut short", { facts: saying(calling("weather", '{"city":"Par')) }],
  [
    "invalid_json",
    "arguments cut short, not strict",
    { facts: saying(calling("now", '{"a":')) },
    { strictJson: false },
  ],
  ["invalid_json", "no arguments", { facts: saying(calling("now", "")) }],
  ["invalid_json", "arguments that are no object", { facts: saying(calling("now", "[]")) }],
  ["invalid_json", "arguments that name one thing twice", { facts: saying(calling("now", '{"a":1,"a":2}')) }],
  [
    "invalid_json",
    "the second call",
    {
      facts: saying({
        ...calling("now", "{}"),
        toolCalls: [
          { name: "now", arguments: "{}" },
          { name: "now", arguments: "{" },
        ],
      }),
    },
  ],
  ["schema_mismatch", "arguments of the wrong shape", { facts: saying(calling("weather", '{"town":"Paris"}')) }],
  ["schema_mismatch", "a tool that was not offered", { facts: saying(calling("delete_all", "{}")) }],
  [
    "schema_mismatch",
    "a tool that was not offered, not strict",
    { facts: saying(calling("x", "{}")) },
    { strictJson: false },
  ],
  ["invalid_json", "prose for JSON", { expectations: anyJson }],
  ["invalid_json", "prose for structured output", { expectations: structured }],
  [
    "invalid_json",
    "JSON in a fence",
    { expectations: structured, facts: saying({ ...spoken, text: '```json\n{"answer":1}\n```' }) },
  ],
  ["invalid_json", "JSON cut short", { expectations: structured, facts: saying({ ...spoken, text: '{"answer":' }) }],
  [
    "invalid_json",
    "JSON cut by the limit, where such answers are kept",
    { expectations: anyJson, facts: saying({ ...spoken, finish: "length", text: "{" }) },
    { storeTruncated: true },
  ],
  ["invalid_json", "sound for JSON", { expectations: anyJson, facts: saying({ ...spoken, text: "" }) }],
  ...["[1]", "null", '"{}"', "1"].map((text): [StoreRefusal, string, Partial<AdmissionInput>] => [
    "schema_mismatch",
    `${text} for an object`,
    { expectations: anyObject, facts: saying({ ...spoken, text }) },
  ]),
  ["schema_mismatch", "JSON of another shape", { expectations: structured, facts: saying({ ...spoken, text: "{}" }) }],
  [
    "schema_mismatch",
    "one choice of another shape",
    { expectations: structured, facts: saying({ ...spoken, text: '{"answer":1}' }, { ...spoken, text: "{}" }) },
  ],
  ["too_large", "one byte too many", { size: 1001 }],
  ["too_large", "a size that is no number", { size: Number.NaN }],
  ["upstream_no_store", "the origin", { noStore: true }],
];

describe("what is not", () => {
  test.each(refusals)("%s: %s", (reason, _, change, with_) => {
    expect(judge(change, with_)).toEqual({ admitted: false, reason });
  });

  test("each kind of ending alone decides, unless a rule allows it", () => {
    const verdicts: Record<FinishReason, true | StoreRefusal> = {
      stop: true,
      length: "finish_length",
      content_filter: "content_filter",
      tool_calls: "schema_mismatch",
      refusal: "refusal",
      unfinished: "truncated",
      other: "schema_mismatch",
    };
    for (const [finish, expected] of Object.entries(verdicts)) {
      const verdict = judge({ facts: saying({ ...spoken, finish: finish as FinishReason }) });
      expect(verdict).toEqual(expected === true ? { admitted: true } : { admitted: false, reason: expected });
    }
  });
});

test("arguments and structured outputs of more values than a process should wait for are not stored", () => {
  const listOf = (count: number) => `[${"1,".repeat(count - 2)}1]`;
  const asText = (text: string) => judge({ expectations: anyJson, facts: saying({ ...spoken, text }) });
  expect(asText(listOf(300_000))).toEqual({ admitted: true });
  expect(asText(listOf(300_001))).toEqual({ admitted: false, reason: "invalid_json" });
  const asArguments = (text: string) => judge({ facts: saying(calling("now", text)) });
  // The object and the key count as well.
  expect(asArguments(`{"a":${listOf(299_998)}}`)).toEqual({ admitted: true });
  expect(asArguments(`{"a":${listOf(299_999)}}`)).toEqual({ admitted: false, reason: "invalid_json" });
});

describe("what a rule may allow", () => {
  test.each<[string, Partial<AdmissionInput>, Partial<AdmissionRule>]>([
    ["storeTruncated", { facts: saying({ ...spoken, finish: "length" }) }, { storeTruncated: true }],
    [
      "strictJson off: a list for an object",
      { expectations: anyObject, facts: saying({ ...spoken, text: "[1]" }) },
      { strictJson: false },
    ],
    ["strictJson off: prose", { expectations: structured }, { strictJson: false }],
    [
      "strictJson off: shape",
      { expectations: structured, facts: saying({ ...spoken, text: "{}" }) },
      { strictJson: false },
    ],
    ["strictJson off: shape of arguments", { facts: saying(calling("weather", "{}")) }, { strictJson: false }],
    ["honourNoStore off", { noStore: true }, { honourNoStore: false }],
    ["anyModel", { facts: facts({ model: "other" }) }, { anyModel: true }],
  ])("%s", (_, change, with_) => {
    expect(judge(change).admitted).not.toBe(true);
    expect(judge(change, with_)).toEqual({ admitted: true });
  });
});

describe("another model answered", () => {
  test("its answer is kept as its own", () => {
    expect(judge({ facts: facts({ model: "m-2-mini" }) })).toEqual({
      admitted: "under-answered-model",
      model: "m-2-mini",
    });
  });

  test("what would not be stored at all is not stored so either", () => {
    for (const [reason, , change, with_] of refusals) {
      const other = change.facts === undefined ? undefined : { ...change.facts, model: "m-2-mini" };
      const verdict = judge(
        { ...change, ...("facts" in change ? { facts: other } : { facts: facts({ model: "m-2-mini" }) }) },
        with_,
      );
      expect(verdict).toEqual({ admitted: false, reason });
    }
  });
});

test("one spoilt choice spoils the answer, wherever it stands", () => {
  const spoilt = refusals
    .flatMap(([, , { facts: given, ...rest }]) =>
      given !== undefined && Object.keys(rest).length === 0 ? given.choices.filter((choice) => choice !== spoken) : [],
    )
    .filter((choice) => judge({ facts: saying(choice) }).admitted === false);
  expect(spoilt.length).toBeGreaterThan(10);
  fc.assert(
    fc.property(fc.constantFrom(...spoilt), fc.nat({ max: 3 }), fc.nat({ max: 3 }), (choice, before, after) => {
      const good = (count: number) => Array.from({ length: count }, () => spoken);
      expect(judge({ facts: saying(...good(before), choice, ...good(after)) }).admitted).toBe(false);
    }),
    { seed: 20_260_101, numRuns: 200 },
  );
});

test("every reason that admission gives is on the list", () => {
  for (const [reason] of refusals) expect(storeRefusals).toContain(reason);
});

describe("the origin's Cache-Control", () => {
  test.each([
    "no-store",
    "No-Store",
    "private",
    'private="set-cookie"',
    "max-age=0",
    'max-age="0"',
    "no-cache, no-store",
    "max-age=0, must-revalidate",
    "s-maxage=0",
    "max-age=soon",
    "no-store; x",
    "max-age",
  ])("%s forbids storing", (field) => {
    expect(answerForbidsStoring({ "cache-control": field })).toBe(true);
    expect(answerForbidsStoring({ "cache-control": ["public", field] })).toBe(true);
  });

  test.each([
    "",
    "no-cache",
    "no-cache, must-revalidate",
    "public, max-age=60",
    "max-age=00060",
    "no-transform",
    'x="no-store"',
    "garbage; more",
  ])("%j does not", (field) => {
    expect(answerForbidsStoring({ "cache-control": field })).toBe(false);
  });

  test("nor does its absence", () => {
    expect(answerForbidsStoring({})).toBe(false);
  });
});
