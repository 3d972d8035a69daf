import { describe, expect, it } from "vitest";
import { warmCallIn } from "./warm-call.ts";

const chat = "/v1/chat/completions";
const body = { model: "m", messages: [{ role: "user", content: "Hello" }] };

/** Of an access log. */
const line = (fields: object): string => JSON.stringify({ v: 1, at: 1, endpoint: chat, ...fields });

describe("warmCallIn", () => {
  it.each([
    ["a request", body, { path: chat, body }],
    ["a call of a log", { request: body, response: {}, time: 1 }, { path: chat, body }],
    [
      "a line of a batch",
      { custom_id: "1", url: "/v1/responses", body: { input: "x" } },
      { path: "/v1/responses", body: { input: "x" } },
    ],
    ["a request within its call", { request: { url: "/v1/messages", body } }, { path: "/v1/messages", body }],
    [
      "a line of an access log that holds what was said",
      { v: 1, endpoint: "/v1/messages", query: "beta=true", content: "full", request: body, outcome: "miss" },
      { path: "/v1/messages?beta=true", body },
    ],
    ["a stream", { ...body, stream: true, stream_options: { include_usage: true } }, { path: chat, body }],
  ])("reads %s", (_, record, call) => {
    expect(warmCallIn(JSON.stringify(record), chat)).toEqual(call);
  });

  it.each([
    ["{", "is no JSON"],
    ["[]", "is no object"],
    ["{}", "is no request"],
    [JSON.stringify({ url: "http://elsewhere/v1", body }), "has no path"],
    [JSON.stringify({ url: "//elsewhere/v1", body }), "has no path"],
    [line({ content: "redacted", request: body, outcome: "miss" }), "does not say what was asked"],
    [line({ content: "masked", request: body, outcome: "miss" }), "does not say what was asked"],
    [line({ content: "full", outcome: "error" }), "is no request"],
    [line({ dropped: 3 }), "is no request"],
    [undefined, "is too long"],
  ])("says of %j what is wrong", (text, why) => {
    expect(warmCallIn(text, chat)).toEqual(expect.stringContaining(why));
  });
});
