import { readdirSync, readFileSync } from "node:fs";
import { isDeepStrictEqual } from "node:util";
import { parseJson } from "../../../src/core/canonical-json.ts";
import { RequestRejectedError } from "../../../src/core/errors.ts";
import type { Protocol } from "../../../src/core/protocol.ts";
import { protocols } from "../../../src/protocols/all.ts";
import { EventTooLargeError } from "../../../src/protocols/sse.ts";
import { cutUp, type FuzzTarget, promise, refusedOr } from "../fuzz-target.ts";

const fixtures = new URL("../../conformance/fixtures/", import.meta.url);
const view = { includeUsage: true, zeroUsage: false };
const endpoints: Readonly<Record<string, string>> = {
  "openai-chat": "/chat/completions",
  "anthropic-messages": "/v1/messages",
  gemini: "/v1beta/models/gemini-3-pro:generateContent",
  "openai-responses": "/responses",
  "openai-completions": "/completions",
};

const requests: Readonly<Record<string, readonly string[]>> = {
  "openai-chat": [
    '{"model":"gpt-4o","messages":[{"role":"system","content":"s"},{"role":"user","content":"hi"}],"temperature":0,"stream":true,"stream_options":{"include_usage":true},"user":"u"}',
    '{"model":"m","messages":[{"role":"user","content":[{"type":"text","text":"a"},{"type":"image_url","image_url":{"url":"data:x"}}]}],"tools":[{"type":"function","function":{"name":"f","parameters":{"type":"object","properties":{"b":{},"a":{}}}}}],"tool_choice":"auto","response_format":{"type":"json_schema","json_schema":{"name":"n","schema":{"type":"object"},"strict":true}},"n":2,"store":true}',
    '{"model":"m","messages":[{"role":"user","content":"x"},{"role":"assistant","content":null,"tool_calls":[{"id":"1","type":"function","function":{"name":"f","arguments":"{}"}}]},{"role":"tool","tool_call_id":"1","content":"r"}],"web_search_options":{}}',
  ],
  "anthropic-messages": [
    '{"model":"claude-sonnet-4-5","max_tokens":10,"system":[{"type":"text","text":"s","cache_control":{"type":"ephemeral","ttl":"1h"}}],"messages":[{"role":"user","content":"hi"}],"metadata":{"user_id":"u"},"stream":true}',
    '{"model":"m","max_tokens":1,"tools":[{"name":"f","input_schema":{"type":"object"}},{"type":"web_search_20250305","name":"web_search"}],"messages":[{"role":"user","content":[{"type":"text","text":"a"},{"type":"tool_result","tool_use_id":"t","content":[{"type":"text","text":"r"}]}]}],"thinking":{"type":"enabled","budget_tokens":1024},"temperature":0}',
  ],
  gemini: [
    '{"contents":[{"role":"user","parts":[{"text":"hi"}]}],"systemInstruction":{"parts":[{"text":"s"}]},"generationConfig":{"temperature":0,"responseMimeType":"application/json","responseSchema":{"type":"OBJECT"}}}',
    '{"contents":[{"parts":[{"text":"a"},{"inlineData":{"mimeType":"image/png","data":"AA"}}]}],"tools":[{"functionDeclarations":[{"name":"f","parameters":{"type":"OBJECT"}}]},{"googleSearch":{}}],"cachedContent":"cachedContents/1","system_instruction":{"parts":{"text":"x"}}}',
  ],
  "openai-responses": [
    '{"model":"gpt-5","input":"hi","instructions":"s","temperature":0,"stream":true,"user":"u"}',
    '{"model":"m","input":[{"role":"user","content":[{"type":"input_text","text":"a"}]},{"type":"function_call_output","call_id":"c","output":"r"}],"tools":[{"type":"function","name":"f","parameters":{}},{"type":"web_search"}],"previous_response_id":"r","conversation":{"id":"c"},"background":true,"store":false,"text":{"format":{"type":"json_schema","name":"n","schema":{}}}}',
  ],
  "openai-completions": [
    '{"model":"m","prompt":"hi","max_tokens":5,"temperature":0,"n":2,"echo":true,"logprobs":1,"user":"u"}',
    '{"model":"m","prompt":["a","b"],"suffix":"x","stop":["\\n"],"stream":true,"best_of":2}',
  ],
};

/** Bodies of requests: refused in our own words, or sent on as nothing but what was keyed. */
export const requestTargets: readonly FuzzTarget[] = protocols.map((protocol) => ({
  name: `request-${protocol.name}`,
  seeds: requests[protocol.name] ?? [],
  words: [
    '"stream":true',
    '"temperature":0',
    '"user":',
    '"tools":[]',
    "null",
    '{"type":"text","text":"x"}',
    '"content":',
    "[]",
  ],
  run(input) {
    const endpoint = endpoints[protocol.name] as string;
    const parse = (body: Uint8Array) => protocol.parseRequest(body, endpoint);
    const parsed = refusedOr(() => parse(input), RequestRejectedError);
    if (parsed === undefined) return;
    const forwarded = parsed.forward({ requestUsage: false });
    parseJson(forwarded);
    promise(parse(forwarded).canonical === parsed.canonical, "what is sent on is not what was keyed");
    promise(parse(forwarded).facts.model === parsed.facts.model, "what is sent on asks another model");
    for (const other of [parsed, parsed.deterministic(), parsed.sorted?.()]) {
      if (other === undefined) continue;
      parseJson(other.forward());
      other.question();
      other.prompt();
      other.system?.();
      other.markable?.();
      other.keepable?.();
    }
    const system = protocol.withSystem;
    const begun = system && refusedOr(() => system(input, "You are."), RequestRejectedError);
    if (begun !== undefined && system !== undefined)
      promise(Buffer.compare(system(begun, "You are."), begun) === 0, "a system prompt that is there is put in again");
  },
}));

/** Streams: any cut gives the same, and what was recorded as whole plays in both forms and reads the same again. */
export const streamTargets: readonly FuzzTarget[] = protocols.map((protocol) => ({
  name: `stream-${protocol.name}`,
  seeds: fixturesOf(protocol, ".sse"),
  words: [
    'data: {"choices":[]}',
    "[DONE]",
    "\n\n",
    '"delta":',
    '"finish_reason":"stop"',
    '"index":0',
    "event: error",
    '"usage":null',
  ],
  run(input) {
    const whole = recorded(protocol, [input]);
    const cut = recorded(protocol, cutUp(input, input.subarray(0, 8)));
    promise(isDeepStrictEqual(cut, whole), "where a stream is cut shows in its recording");
    if (whole === undefined) return;
    const { facts, recording } = whole;
    if (!facts.terminal || !facts.wellFormed || facts.error) return;
    protocol.replayJson(recording, view);
    const played = recorded(protocol, [protocol.replayEvents(recording, view)]);
    promise(isDeepStrictEqual(played?.facts.choices, facts.choices), "a recording plays another answer");
  },
}));

/** Answers in one piece: never a throw, and what is whole plays as a stream that says the same. */
export const answerTargets: readonly FuzzTarget[] = protocols.map((protocol) => ({
  name: `answer-${protocol.name}`,
  seeds: fixturesOf(protocol, ".json"),
  words: ['"choices":[]', '"error":{}', '"finish_reason":"length"', '"usage":{}', "null", '"content":'],
  run(input) {
    const { facts, recording } = protocol.readJson(input);
    if (!facts.terminal || !facts.wellFormed || facts.error) return;
    promise(Buffer.compare(protocol.replayJson(recording, view), input) === 0, "JSON is not replayed byte for byte");
    protocol.replayEvents(recording, view);
    protocol.replayJson(recording, { includeUsage: false, zeroUsage: true });
  },
}));

function recorded(protocol: Protocol, pieces: readonly Uint8Array[]) {
  const recorder = protocol.recordStream({ maxEventBytes: 2_048 });
  const items = refusedOr(() => pieces.flatMap((piece) => [...recorder.push(piece)]), EventTooLargeError);
  if (items === undefined) return undefined;
  recorder.close?.();
  recorder.end();
  const recording = recorder.recording();
  return { facts: recorder.facts(), recording: { ...recording, body: Buffer.from(recording.body) } };
}

function fixturesOf({ name }: Protocol, ending: string): readonly Uint8Array[] {
  const folder = new URL(`${name}/`, fixtures);
  const files = readdirSync(folder).filter((file) => file.endsWith(ending));
  return files.map((file) => new Uint8Array(readFileSync(new URL(file, folder))));
}
