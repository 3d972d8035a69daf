import { Readable } from "node:stream";
import { expect, test } from "vitest";
import type { Answer } from "../../core/answer.ts";
import { OriginError } from "../../core/errors.ts";
import { readSettings } from "../../options.ts";
import { sourceOf } from "./log-records.ts";
import type { Happening, Setting } from "./replay.ts";
import { simulate } from "./simulation.ts";

/** What no log tells of, told to a replay by who was there. */

const noon = Date.UTC(2026, 4, 1, 12);

function call(seconds: number, content = "one") {
  return {
    request: { model: "gpt-4o-mini", temperature: 0, messages: [{ role: "user", content }] },
    response: {
      ...{ id: "a", object: "chat.completion", created: 1, model: "gpt-4o-mini" },
      choices: [{ index: 0, message: { role: "assistant", content: "An answer." }, finish_reason: "stop" }],
      usage: { prompt_tokens: 1_000, completion_tokens: 100, total_tokens: 1_100 },
    },
    ...{ time: noon / 1_000 + seconds, duration_ms: 500 },
    headers: { "x-ai-cache-tags": "news" },
  };
}

async function outcomesOf(calls: readonly object[], told: Partial<Setting>, exact: object = {}) {
  const reading = readSettings({ layers: { semantic: { mode: "off" }, exact: { ttlJitter: 0, ...exact } } });
  if (!reading.ok) throw new Error(JSON.stringify(reading.mistakes));
  const lines = Buffer.from(calls.map((one) => JSON.stringify(one)).join("\n"));
  const source = sourceOf("log", lines.length, () => Readable.from([lines], { objectMode: false }));
  const options = { format: undefined, model: undefined };
  const { settings } = await simulate(source, options, [{ name: "one", settings: reading.settings, ...told }]);
  return settings[0]?.outcomes;
}

test("what is taken back at an instant is asked for again from then on", async () => {
  const calls = [call(0), call(10), call(20), call(30)];
  expect(await outcomesOf(calls, {})).toMatchObject({ miss: 1, hit: 3 });
  const purge: Happening = { at: noon + 15_000, happen: (core) => core.invalidate({ all: true }) };
  expect(await outcomesOf(calls, { happenings: [purge] })).toMatchObject({ miss: 2, hit: 2 });
});

test("what cannot be done ends the replay with its reason", async () => {
  const happen = () => Promise.reject(new Error("nobody may do that"));
  const playing = outcomesOf([call(0), call(10)], { happenings: [{ at: noon + 5_000, happen }] });
  await expect(playing).rejects.toThrow("nobody may do that");
});

test("an origin that fails while an answer is refreshed leaves it stale", async () => {
  const calls = [call(0), call(70), call(80)];
  const exact = { ttl: "1m", staleWhileRevalidate: "1h" };
  expect(await outcomesOf(calls, {}, exact)).toMatchObject({ miss: 1, stale: 1, hit: 1 });
  const originOf: NonNullable<Setting["originOf"]> = (logged, clock) => ({
    id: logged.id,
    send: (request, signal) =>
      clock.now() < noon + 60_000
        ? logged.send(request, signal)
        : Promise.reject(new OriginError("unreachable", { message: "It is down." })),
  });
  expect(await outcomesOf(calls, { originOf }, exact)).toMatchObject({ miss: 1, stale: 2, hit: 0 });
});

test("a refresh begins when it is noticed, however long a look-up may take, also when the next call comes at once", async () => {
  const calls = [call(0), call(69.9, "another"), call(70), call(70.51)];
  const exact = { ttl: "1m", staleWhileRevalidate: "1h" };
  expect(await outcomesOf(calls, {}, exact)).toMatchObject({ miss: 2, stale: 1, hit: 1 });
});

test("each answer is shown", async () => {
  const shown: Answer[] = [];
  await outcomesOf([call(0), call(10)], { onAnswer: (answer) => shown.push(answer) });
  expect(shown.map(({ outcome }) => outcome.kind)).toEqual(["miss", "hit"]);
});

test("a stale answer that the log calls one in place of an error is one again", async () => {
  const said = {
    v: 1,
    protocol: "openai-chat",
    endpoint: "/chat/completions",
    origin: "http://origin/v1",
    content: "full",
  };
  const { request, response } = call(0);
  const rest = {
    ...said,
    request,
    response,
    status: 200,
    usage: { inputTokens: 1_000, outputTokens: 100 },
    durationMs: 500,
  };
  const calls = [
    { ...rest, at: noon, outcome: "miss" },
    { ...rest, at: noon + 70_000, outcome: "stale", reason: "sie" },
    { ...rest, at: noon + 90_000, outcome: "stale", reason: "sie" },
  ];
  const exact = { ttl: "1m", staleIfError: "1h" };
  expect(await outcomesOf(calls, {}, exact)).toMatchObject({ miss: 1, stale: 2, hit: 0 });
  expect(await outcomesOf(calls, {}, { ...exact, staleIfError: 0 })).toMatchObject({ miss: 1, error: 2 });
});

test("an origin takes the time that whoever was there says, also while an answer is refreshed", async () => {
  const calls = [call(0), call(70), call(71)];
  const exact = { ttl: "1m", staleWhileRevalidate: "1h" };
  const durationOf = (durationMs: number): Partial<Setting> => ({ durationOf: () => durationMs });
  expect(await outcomesOf(calls, durationOf(900), exact)).toMatchObject({ stale: 1, hit: 1 });
  expect(await outcomesOf(calls, durationOf(1_100), exact)).toMatchObject({ stale: 2, hit: 0 });
});
