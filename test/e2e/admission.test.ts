import { describe, expect, test } from "vitest";
import { isWhole } from "../../src/testing/index.ts";
import type { PlannedReply } from "../../src/testing/scripted-plan.ts";
import { ask, contentOf, question, reasonOf, statusOf } from "./chat-call.ts";
import { inMemory, runBoth } from "./running-gateway.ts";

interface Case {
  readonly name: string;
  readonly plan: PlannedReply;
  readonly reason: string;
  /** Default 200. */
  readonly status?: number;
  readonly fields?: object;
  /** Default both; some faults exist in one form only. */
  readonly forms?: readonly boolean[];
}

const weather = { type: "function", function: { name: "weather", parameters: { type: "object" } } };
const schema = {
  type: "object",
  properties: { answer: { type: "string" } },
  required: ["answer"],
  additionalProperties: false,
};
const structured = { response_format: { type: "json_schema", json_schema: { name: "a", strict: true, schema } } };
const whole = [false] as const;

const cases: readonly Case[] = [
  { name: "S10: finish_reason length", plan: { finishReason: "length" }, reason: "finish_length" },
  { name: "S11: finish_reason content_filter", plan: { finishReason: "content_filter" }, reason: "content_filter" },
  { name: "S11: a refusal", plan: { refusal: "I will not." }, reason: "refusal" },
  {
    name: "S15: one of three choices cut short",
    plan: { choices: [{}, { finishReason: "length" }, {}] },
    fields: { n: 3 },
    reason: "finish_length",
  },
  {
    name: "S13: cut tool arguments",
    plan: { toolCalls: [{ name: "weather", arguments: '{"city":"Ath' }] },
    fields: { tools: [weather] },
    reason: "invalid_json",
  },
  {
    name: "S13: a tool that was not offered",
    plan: { toolCalls: [{ name: "delete_all", arguments: "{}" }] },
    fields: { tools: [weather] },
    reason: "schema_mismatch",
  },
  {
    name: "S14: prose for json_schema",
    plan: { content: "Here is your JSON" },
    fields: structured,
    reason: "invalid_json",
  },
  {
    name: "S14: cut JSON for json_schema",
    plan: { content: '{"answer":"a' },
    fields: structured,
    reason: "invalid_json",
  },
  {
    name: "S14: JSON of another schema",
    plan: { content: '{"reply":"a"}' },
    fields: structured,
    reason: "schema_mismatch",
  },
  {
    name: "U4: an error in a 200 body",
    plan: { body: { error: { message: "overloaded" } } },
    reason: "error_body",
    forms: whole,
  },
  { name: "U4: HTML", plan: { body: "<html>Bad gateway</html>" }, reason: "schema_mismatch", forms: whole },
  {
    name: "U4: null",
    plan: { body: Buffer.from("null"), headers: { "content-type": "application/json" } },
    reason: "schema_mismatch",
    forms: whole,
  },
  {
    name: "U4: choices: []",
    plan: { body: { id: "x", object: "chat.completion", model: "scripted-large", choices: [] } },
    reason: "schema_mismatch",
    forms: whole,
  },
  { name: "U4: empty content", plan: { content: "" }, reason: "schema_mismatch" },
  { name: "U4: an unfinished choice", plan: { finishReason: null }, reason: "truncated" },
  { name: "U4: an empty body", plan: { body: "" }, reason: "schema_mismatch", forms: whole },
  { name: "U4: status 201", plan: { status: 201 }, reason: "error_status", status: 201, forms: whole },
  { name: "U7: no-store", plan: { headers: { "cache-control": "no-store" } }, reason: "upstream_no_store" },
  { name: "U7: private", plan: { headers: { "cache-control": "private" } }, reason: "upstream_no_store" },
  { name: "U7: max-age=0", plan: { headers: { "cache-control": "max-age=0" } }, reason: "upstream_no_store" },
  { name: "U3: 400", plan: { status: 400 }, reason: "error_status", status: 400 },
  { name: "U3: 401", plan: { status: 401 }, reason: "error_status", status: 401 },
  { name: "U3: 403", plan: { status: 403 }, reason: "error_status", status: 403 },
  { name: "U3: 404", plan: { status: 404 }, reason: "error_status", status: 404 },
  { name: "U1: 429", plan: { status: 429, headers: { "retry-after": "3" } }, reason: "error_status", status: 429 },
  { name: "U2: 500", plan: { status: 500 }, reason: "error_status", status: 500 },
  { name: "U2: 502", plan: { status: 502 }, reason: "error_status", status: 502 },
  { name: "U2: 503", plan: { status: 503 }, reason: "error_status", status: 503 },
  { name: "U2: 504", plan: { status: 504 }, reason: "error_status", status: 504 },
  { name: "U2: 529", plan: { status: 529 }, reason: "error_status", status: 529 },
  {
    name: "U6: content-length shorter than the body",
    plan: {
      wire: 'HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 20\r\n\r\n{"choices":[{"index":0,"message":{}}]}',
    },
    reason: "schema_mismatch",
    forms: whole,
  },
];

const asked = cases.flatMap((one) => (one.forms ?? [false, true]).map((stream) => ({ ...one, stream })));

describe("an answer that is not regular is passed on and not stored (S10, S11, S13 to S15, U1 to U4, U6)", () => {
  test.each(asked)("$name (stream $stream)", async ({ plan, reason, status = 200, fields = {}, stream }) => {
    const { origin, gateway } = await runBoth({ ...inMemory, coalescing: { errorBackoff: "0s" } });
    origin.plan([plan]);
    const body = question(undefined, { ...fields, stream });
    const first = await ask(gateway, body);
    expect(first.status).toBe(status);
    expect(first.whole).toBe(true);
    // The head of a stream leaves before its end is judged.
    if (first.headers["content-length"] !== undefined) {
      expect(reasonOf(first)).toBe(reason);
      expect(first.headers["cache-status"]).toBe(`reprise; fwd=uri-miss; fwd-status=${status}; detail=${reason}`);
    }
    if (status === 429) expect(first.headers["retry-after"]).toBe("3");
    const second = await ask(gateway, body);
    expect([second.status, statusOf(second)]).toEqual([200, "MISS"]);
    expect(statusOf(await ask(gateway, body))).toBe("HIT");
    expect(origin.callCount).toBe(2);
  });
});

describe("an answer that breaks off is an error and not stored", () => {
  const { byteLength } = Buffer;
  const cuts: readonly (readonly [string, PlannedReply])[] = [
    ["U6: content-length longer than the body", { contentLength: 100_000, cut: { how: "fin" } }],
    ["U6: gzip without its trailer", { gzip: "truncated" }],
    ["U6: an encoding that does not exist", { headers: { "content-encoding": "constructor" } }],
    ["U6: gzip that is none", { headers: { "content-encoding": "gzip" } }],
    ["S6: FIN in the middle", { cut: { afterBytes: 100, how: "fin" } }],
    ["S7: RST in the middle", { cut: { afterBytes: 100, how: "rst" } }],
    ["S7: RST before the first byte", { cut: { afterBytes: 0, how: "rst" } }],
    ["U5: what is not HTTP", { wire: `NONSENSE ${byteLength("x")}\r\n\r\n` }],
  ];
  test.each(cuts)("%s", async (_, plan) => {
    const { origin, gateway } = await runBoth({ ...inMemory, coalescing: { errorBackoff: "0s" } });
    origin.plan([plan]);
    const first = await ask(gateway);
    expect([first.status, first.whole]).toEqual([502, true]);
    expect(JSON.parse(first.text).error).toMatchObject({
      type: "api_error",
      code: expect.stringMatching(/^origin_(truncated|unreachable)$/),
      message: expect.stringMatching(/^The upstream main (could not be reached|broke off its answer)/),
    });
    expect(first.text).not.toContain(origin.url);
    const second = await ask(gateway);
    expect([second.status, statusOf(second)]).toEqual([200, "MISS"]);
    expect(origin.callCount).toBe(2);
  });
});

describe("policy may keep what is refused by default (S10, S14, U7)", () => {
  test.each([
    ["S10: storeTruncated", { storeTruncated: true }, { finishReason: "length" }, {}],
    ["S14: strictJson off", { strictJson: false }, { content: "prose" }, structured],
    ["U7: honourNoStore off", { honourNoStore: false }, { headers: { "cache-control": "no-store" } }, {}],
  ] as const)("%s", async (_, exact, plan, fields) => {
    const { origin, gateway } = await runBoth({ ...inMemory, layers: { exact } });
    origin.plan(plan);
    const body = question(undefined, fields);
    expect(statusOf(await ask(gateway, body))).toBe("MISS");
    expect(statusOf(await ask(gateway, body))).toBe("HIT");
    expect(origin.callCount).toBe(1);
  });

  test("S12: tool calls are kept with their ids, unless a rule says no", async () => {
    const plan = { toolCalls: [{ name: "weather", arguments: '{"city":"Athens"}', id: "call_1" }] };
    const body = question(undefined, { tools: [weather] });
    const kept = await runBoth(inMemory);
    kept.origin.plan(plan);
    const first = await ask(kept.gateway, body);
    const second = await ask(kept.gateway, body);
    expect([statusOf(second), second.text]).toEqual(["HIT", first.text]);
    expect(second.text).toContain('"call_1"');
    const dropped = await runBoth({ ...inMemory, rules: [{ match: { model: "scripted-*" }, toolCalls: false }] });
    dropped.origin.plan(plan);
    expect(reasonOf(await ask(dropped.gateway, body))).toBe("tool_calls");
    expect(statusOf(await ask(dropped.gateway, body))).toBe("MISS");
  });

  test("U8: the answer of another model is stored under that one's name only", async () => {
    const { origin, gateway } = await runBoth(inMemory);
    origin.plan([{ model: "other-model" }]);
    expect(reasonOf(await ask(gateway))).toBe("model_mismatch");
    expect(statusOf(await ask(gateway, { ...question(), model: "other-model" }))).toBe("HIT");
    expect(statusOf(await ask(gateway))).toBe("MISS");
    expect(statusOf(await ask(gateway))).toBe("HIT");
    expect(origin.callCount).toBe(2);
  });

  test.each([false, true])(
    "admission: an answer over maxEntryBytes is passed on whole, not stored (stream %s)",
    async (stream) => {
      const { origin, gateway } = await runBoth({ ...inMemory, layers: { exact: { maxEntryBytes: "4kb" } } });
      origin.plan({ words: 2_000 });
      const body = question(undefined, { stream });
      const answers = [await ask(gateway, body), await ask(gateway, body)];
      expect(answers.map(statusOf)).toEqual(["MISS", "MISS"]);
      expect(answers.map((answer) => isWhole(contentOf(answer)))).toEqual([true, true]);
      expect(origin.callCount).toBe(2);
    },
  );
});
