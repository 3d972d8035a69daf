import { expect, onTestFinished, test } from "vitest";
import { chatRequest } from "../../test/contract/chat-request.ts";
import { ManualClock } from "../core/clock.ts";
import type { TraceEvent } from "../core/trace.ts";
import { assembleCore } from "../core-assembly.ts";
import { readSettings } from "../options.ts";

const content = "Write to jane.doe@example.com.";
const choice = { index: 0, finish_reason: "stop" };
const whole = {
  object: "chat.completion",
  model: "m",
  choices: [{ ...choice, message: { role: "assistant", content } }],
};
const chunk = { object: "chat.completion.chunk", model: "m", choices: [{ ...choice, delta: { content } }] };

test.each([
  ["in one piece", false, "application/json", JSON.stringify(whole)],
  ["as a stream", true, "text/event-stream", `data: ${JSON.stringify(chunk)}\n\ndata: [DONE]\n\n`],
])(
  "an answer that cannot be judged, %s, goes to who asked and is not kept, and is no end of others (I4, I7)",
  async (_, stream, type, text) => {
    const reading = readSettings({});
    if (!reading.ok) throw new Error("settings");
    const told: TraceEvent[] = [];
    let isBroken = true;
    const trace = (event: TraceEvent): void => {
      // The answer has an address in it, which is told while it is judged.
      if (event.type === "personal-data" && isBroken) throw new RangeError("Maximum call stack size exceeded");
      told.push(event);
    };
    const core = await assembleCore({ settings: reading.settings, clock: new ManualClock(), trace });
    onTestFinished(() => core.close());
    const messages = [{ role: "user", content: "Whom do I write to?" }];
    const { request, state } = chatRequest({ messages, stream }, text, type);
    const ask = async () => {
      const { outcome, status, body } = await core.handle(request, { onAbandon: () => {} });
      const pieces: Uint8Array[] = [];
      if (body instanceof Uint8Array) pieces.push(body);
      else for await (const piece of body) pieces.push(piece);
      await core.flush();
      return { outcome: outcome.kind, status, isWhole: Buffer.concat(pieces).toString("utf8").includes(content) };
    };
    const answered = { status: 200, isWhole: true };
    expect(await ask()).toEqual({ ...answered, outcome: "miss" });
    const refusals = told.flatMap((event) => (event.type === "entry-refuse" ? [event.reason] : []));
    expect(refusals).toEqual(["store_unavailable"]);
    isBroken = false;
    expect(await ask()).toEqual({ ...answered, outcome: "miss" });
    expect(await ask()).toEqual({ ...answered, outcome: "hit" });
    expect(state.asked).toBe(2);
  },
);
