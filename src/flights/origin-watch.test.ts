import { expect, it } from "vitest";
import { ManualClock } from "../core/clock.ts";
import type { TraceEvent } from "../core/trace.ts";
import { OriginWatch } from "./origin-watch.ts";

const call = { originId: "https://o.test/v1", protocol: { name: "openai-chat" }, facts: { model: "m", stream: true } };
const usage = { inputTokens: 3, cachedInputTokens: 0, cacheWriteTokens: 0, outputTokens: 2, reasoningTokens: 0 };

function setUp() {
  const clock = new ManualClock();
  const events: TraceEvent[] = [];
  return { clock, events, watch: new OriginWatch({ clock, trace: (event) => events.push(event) }, call) };
}

it("tells of one call twice: at its beginning, and once at its end", () => {
  const { clock, events, watch } = setUp();
  watch.start();
  clock.advance(40);
  watch.received();
  clock.advance(10);
  watch.received();
  const choice = { finish: "stop", text: "x", refused: false, toolCalls: [], hasContent: true } as const;
  watch.read({ model: "m-1", usage, choices: [choice] });
  watch.end(200);
  watch.end("aborted");
  const told = { originId: call.originId, protocol: "openai-chat", model: "m", stream: true };
  expect(events).toEqual([
    { type: "origin-start", ...told, originCall: watch.originCall },
    {
      type: "origin-end",
      ...told,
      originCall: watch.originCall,
      result: 200,
      durationMs: 50,
      firstByteMs: 40,
      answer: { model: "m-1", usage, finish: ["stop"] },
    },
  ]);
});

it("does not tell the end of what never began", () => {
  const { events, watch } = setUp();
  watch.received();
  watch.end("unreachable");
  expect(events).toEqual([]);
});
