import { describe, expect, it } from "vitest";
import { warmCallIn } from "./warm-call.ts";

const chat = "/v1/chat/completions";
const body = { model: "m", messages: [{ role: "user", content: "Hello" }] };

describe("warmCallIn", () => {
  it.each([
    ["a request", body, { path: chat, body }],
    ["a call of a log", { request: body, response: {}, time: 1 }, { path: chat, body }],
    [
      "a line of a batch",
      { custom_id: "1", url: "/v1/responses", body: { input: "x" } },
      { path: "/v1/responses", body: { input: "x" } },
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
    [undefined, "is too long"],
  ])("says of %j what is wrong", (text, why) => {
    expect(warmCallIn(text, chat)).toEqual(expect.stringContaining(why));
  });
});
