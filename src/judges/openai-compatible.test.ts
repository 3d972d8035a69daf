import { describe, expect, onTestFinished, test } from "vitest";
import { ManualClock } from "../core/clock.ts";
import type { Billed } from "../core/cost.ts";
import type { ModelAsk } from "../core/trace.ts";
import { Gate, type PlannedReply, startScriptedOrigin } from "../testing/index.ts";
import { openAiCompatibleJudge } from "./openai-compatible.ts";

async function setUp(reply: PlannedReply | ((count: number) => PlannedReply) = { content: "yes" }, perMinute = 30) {
  const origin = await startScriptedOrigin();
  let count = 0;
  origin.plan(() => (typeof reply === "function" ? reply(count++) : reply));
  const clock = new ManualClock();
  const judge = openAiCompatibleJudge({ url: origin.url, apiKey: "key", model: "scripted-large", perMinute, clock });
  onTestFinished(async () => {
    judge.close?.();
    await origin.close();
  });
  const heard = { billed: [] as Billed[], failed: [] as string[], asked: [] as ModelAsk[] };
  const listener = {
    billed: (billed: Billed) => void heard.billed.push(billed),
    failed: (kind: string) => void heard.failed.push(kind),
    asked: (ask: ModelAsk) => void heard.asked.push(ask),
  };
  return { origin, clock, judge, heard, ask: () => judge.asksTheSame("Where is it?", "Where is that?", listener) };
}

describe("a judge in OpenAI's form", () => {
  test.each<[string, boolean | undefined]>([
    ["yes", true],
    ["Yes.", true],
    [' "no" ', false],
    ["NO", false],
    ["yes and no", undefined],
    ["maybe", undefined],
    ["", undefined],
    ["nothing", undefined],
    ["no, yes", undefined],
  ])("%j is %s", async (content, verdict) => {
    const { ask, heard } = await setUp({ content });
    expect(await ask()).toBe(verdict);
    expect(heard.failed).toEqual(verdict === undefined ? ["invalid"] : []);
    expect(heard.billed).toMatchObject([{ protocol: "openai-chat", model: "scripted-large" }]);
    expect(heard.billed[0]?.usage?.inputTokens).toBeGreaterThan(0);
  });

  test("is asked for one word, with the questions as data and its key", async () => {
    const { ask, origin } = await setUp();
    await ask();
    const { json, path, headers } = origin.calls[0] as (typeof origin.calls)[0];
    expect(path).toBe("/v1/chat/completions");
    expect(headers.authorization).toBe("Bearer key");
    expect(json).toMatchObject({ model: "scripted-large", temperature: 0, max_tokens: 3 });
    const { messages } = json as { readonly messages: readonly { readonly role: string; readonly content: string }[] };
    expect(JSON.parse(messages[1]?.content as string)).toEqual({ first: "Where is it?", second: "Where is that?" });
  });

  test.each<[string, PlannedReply, string]>([
    ["an error", { status: 500 }, "error"],
    ["a page", { body: "<html>", headers: { "content-type": "text/html" } }, "invalid"],
    ["another document", { body: { hello: 1 } }, "invalid"],
    ["no document", { body: "null" }, "invalid"],
    ["a body that breaks off", { cut: { afterBytes: 10, how: "rst" } }, "error"],
  ])("%s is no judgement, and it is said", async (_what, reply, kind) => {
    const { ask, heard } = await setUp(reply);
    expect(await ask()).toBeUndefined();
    expect(heard.failed).toEqual([kind]);
  });

  test("tells of each request that was sent, and of none that was not", async () => {
    const { ask, clock, heard, origin } = await setUp(
      (count) => (count === 0 ? { content: "maybe" } : { status: 500 }),
      2,
    );
    for (let time = 0; time < 3; time++) await ask();
    const common = { protocol: "openai-chat", originId: origin.url, model: "scripted-large", durationMs: 0 };
    expect(heard.asked).toEqual([
      { ...common, result: 200, answer: { model: "scripted-large", usage: expect.any(Object), finish: [] } },
      { ...common, result: 500 },
    ]);
    expect(clock.monotonic()).toBe(0);
  });

  test("is asked so often in a minute and no more", async () => {
    const { ask, origin, clock } = await setUp({ content: "no" }, 2);
    expect([await ask(), await ask(), await ask()]).toEqual([false, false, undefined]);
    clock.advance(59_999);
    expect(await ask()).toBeUndefined();
    clock.advance(1);
    expect(await ask()).toBe(false);
    expect(origin.callCount).toBe(3);
  });

  test("that hangs is given up after ten seconds", async () => {
    const gate = new Gate();
    const { ask, origin, clock, heard } = await setUp({ holds: [{ at: "headers", gate }] });
    const asked = ask();
    await origin.waitForCalls(1);
    clock.advance(10_000);
    expect(await asked).toBeUndefined();
    expect(heard.failed).toEqual(["timeout"]);
  });

  test("that is asked too often by its own word is left alone", async () => {
    const { ask, origin, clock } = await setUp((count) =>
      count === 0 ? { status: 429, headers: { "retry-after": "5" } } : { content: "yes" },
    );
    expect([await ask(), await ask()]).toEqual([undefined, undefined]);
    expect(origin.callCount).toBe(1);
    clock.advance(5_000);
    expect(await ask()).toBe(true);
  });

  test("that is closed asks nobody", async () => {
    const { ask, origin, judge } = await setUp();
    judge.close?.();
    expect(await ask()).toBeUndefined();
    expect(origin.callCount).toBe(0);
  });
});
