import { expect, onTestFinished, test } from "vitest";
import type { Charge } from "../core/allowance.ts";
import { ManualClock } from "../core/clock.ts";
import type { OriginRequest } from "../core/origin.ts";
import { assembleCore } from "../core-assembly.ts";
import { readSettings } from "../options.ts";
import { openAiChat } from "../protocols/openai-chat.ts";

/** Streams whose callers did not ask for usage, which somebody has to know all the same. */

const encoder = new TextEncoder();
const usage = { prompt_tokens: 3, completion_tokens: 30_000, total_tokens: 30_003 };
const chunk = (more: object) => `data: ${JSON.stringify({ id: "c", model: "m", ...more })}\n\n`;
const said = [
  chunk({ choices: [{ index: 0, delta: { role: "assistant", content: "Hi" }, finish_reason: null }] }),
  chunk({ choices: [{ index: 0, delta: {}, finish_reason: "stop" }] }),
];

async function setting(refuses: (model: string) => boolean = () => false) {
  const reading = readSettings({});
  if (!reading.ok) throw new Error("settings");
  const core = await assembleCore({ settings: reading.settings, clock: new ManualClock() });
  onTestFinished(() => core.close());
  const asked: string[] = [];
  const origin = {
    id: "http://origin/v1",
    async send({ body }: OriginRequest) {
      const { model, stream_options: options } = JSON.parse(Buffer.from(body).toString());
      asked.push(options === undefined ? model : `${model} with usage`);
      if (options !== undefined && refuses(model))
        return answer(400, "application/json", ['{"error":{"message":"Unknown field stream_options"}}']);
      const told = options === undefined ? [] : [chunk({ choices: [], usage })];
      return answer(200, "text/event-stream", [...said, ...told, "data: [DONE]\n\n"]);
    },
  };
  const settled: Parameters<Charge["settle"]>[0][] = [];
  const take = () => ({ ok: true, charge: { settle: (taken) => settled.push(taken) } satisfies Charge }) as const;
  const ask = async (model: string, { isBound = true, control = "no-store", content = "Hi" } = {}) => {
    const request = {
      protocol: openAiChat,
      endpoint: "/chat/completions",
      originFor: () => origin,
      query: "",
      rawHeaders: ["authorization", "Bearer sk-somebody", "cache-control", control],
      body: encoder.encode(JSON.stringify({ model, stream: true, messages: [{ role: "user", content }] })),
    };
    const { body } = await core.handle(request, { onAbandon: () => {}, ...(isBound && { allowance: { take } }) });
    if (body instanceof Uint8Array) return Buffer.from(body).toString();
    let text = "";
    for await (const part of body) text += Buffer.from(part).toString();
    return text;
  };
  return { ask, asked, settled };
}

async function* streamOf(parts: readonly string[]) {
  // In pieces that end within events.
  for (const piece of parts.join("").match(/.{1,50}/gs) ?? []) yield encoder.encode(piece);
}

function answer(status: number, type: string, parts: readonly string[]) {
  return { status, headers: { "content-type": type }, body: streamOf(parts) };
}

const whole = [...said, "data: [DONE]\n\n"].join("");

test("a stream that is kept nowhere is asked for usage where somebody's limits count it, who is not told", async () => {
  const { ask, asked, settled } = await setting();
  expect(await ask("m")).toBe(whole);
  expect(asked).toEqual(["m with usage"]);
  expect(settled).toMatchObject([{ usage: { inputTokens: 3, outputTokens: 30_000 }, isWhole: true }]);
});

test("a stream that is kept nowhere, of a caller without limits, goes on as it came", async () => {
  const { ask, asked } = await setting();
  expect(await ask("m", { isBound: false })).toBe(whole);
  expect(asked).toEqual(["m"]);
});

test("an origin that refuses the wish is asked again without it, and that model not again", async () => {
  const { ask, asked } = await setting((model) => model === "old");
  expect([await ask("old"), await ask("old")]).toEqual([whole, whole]);
  expect(asked).toEqual(["old with usage", "old", "old"]);
});

test("one model that refuses the wish does not keep others of the same origin from being asked for it", async () => {
  const { ask, asked, settled } = await setting((model) => model === "old");
  for (const control of ["no-store", "max-age=60"]) {
    await ask("old", { control });
    asked.length = 0;
    settled.length = 0;
    await ask("new", { control, content: control });
    expect(asked).toEqual(["new with usage"]);
    expect(settled[0]).toMatchObject({ usage: { outputTokens: 30_000 } });
  }
});
