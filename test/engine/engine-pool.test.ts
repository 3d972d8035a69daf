import process from "node:process";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { callAdmin } from "../e2e/admin-call.ts";
import { ask, beginAsking, contentOf, statusOf } from "../e2e/chat-call.ts";
import { eventually } from "../e2e/eventually.ts";
import { inMemory, type RunningGateway, runGateway } from "../e2e/running-gateway.ts";
import { type Engine, type EngineSettings, startEngine } from "./engine-process.ts";
import { llamaPackage } from "./llama-package.ts";

/** A pool before real engines: what they computed is what they say themselves. */

const found = process.env["REPRISE_TEST_SERVICES"] === "off" ? undefined : await llamaPackage();
if (found?.available !== true) {
  const reason = found?.reason ?? "REPRISE_TEST_SERVICES=off";
  process.stderr.write(`\nSKIPPED: pools before a real engine were not tested: ${reason}\n`);
}

interface Message {
  readonly role: string;
  readonly content: string;
}

interface Told {
  readonly prompt_tokens: number;
  readonly prompt_tokens_details: { readonly cached_tokens: number };
}

const manualOf = (thing: string): string => `This is the manual of the ${thing}. `.repeat(30);
const storyOf = (thing: string): string => `What I did with the ${thing} yesterday was wrong. `.repeat(8);

/** `extra`: engines of the test's own, ended with it. */
async function runPool(replicas: readonly Engine[], settings: object, extra: readonly Engine[] = []) {
  for (const engine of extra) onTestFinished(() => engine.remove());
  const pool = { replicas: [...replicas, ...extra].map(({ url }) => url), healthPath: "off", ...settings };
  return runGateway({ url: "" }, { ...inMemory, upstreams: { pool } });
}

/** The conversation with its answer, and what the engine told of the prompt. */
async function goOn(gateway: RunningGateway, talk: readonly Message[], content: string) {
  const messages = [...talk, { role: "user", content }];
  const answer = await ask(gateway, { model: "m", messages, max_tokens: 8 });
  expect([answer.status, statusOf(answer)]).toEqual([200, "MISS"]);
  const { usage } = JSON.parse(answer.text) as { readonly usage: Told };
  return { talk: [...messages, { role: "assistant", content: contentOf(answer) }], usage };
}

async function evaluatedBy(engines: readonly Engine[]): Promise<number> {
  const counts = await Promise.all(engines.map((engine) => engine.evaluated()));
  return counts.reduce((sum, count) => sum + count, 0);
}

async function replicasOf(gateway: RunningGateway) {
  return JSON.parse((await callAdmin(gateway, "/replicas")).text).replicas as {
    readonly state: string;
    readonly inFlight: number;
    readonly promptTokens: number;
    readonly cachedTokens: number;
  }[];
}

const started = (settings?: EngineSettings) => startEngine({ slots: 2, contextSize: 8_192, ...settings });

describe.skipIf(found?.available !== true)("a pool of real engines", () => {
  let engines: readonly Engine[] = [];

  beforeAll(async () => {
    engines = await Promise.all([started(), started()]);
  });

  afterAll(() => Promise.all(engines.map((engine) => engine.remove())));

  test("slots: each conversation is computed once, whatever order they go on in", async () => {
    const gateway = await runPool(engines, { routing: "slots", slots: 2 });
    const before = await evaluatedBy(engines);
    const talks: Message[][] = ["kiln", "tap", "fan", "saw"].map((thing) => [
      { role: "system", content: manualOf("workshop") },
      { role: "user", content: storyOf(thing) },
    ]);
    const prompts = [0, 0, 0, 0];
    for (const [round, order] of [
      [0, 1, 2, 3],
      [2, 0, 3, 1],
      [1, 3, 2, 0],
    ].entries())
      for (const place of order) {
        const { talk, usage } = await goOn(gateway, talks[place] as Message[], `And then, ${round}?`);
        talks[place] = talk;
        prompts[place] = usage.prompt_tokens;
        expect(usage.prompt_tokens_details.cached_tokens > 0).toBe(round > 0);
      }
    // No token of a conversation was computed twice: neither of prompts nor of answers.
    expect((await evaluatedBy(engines)) - before).toBeLessThanOrEqual(prompts.reduce((sum, count) => sum + count, 0));
  });

  test("affinity: a manual is computed by one replica, and what is told agrees with the engines", async () => {
    const gateway = await runPool(engines, { routing: "affinity" });
    const before = await evaluatedBy(engines);
    let lengths = 0;
    for (let round = 0; round < 4; round++)
      for (const thing of ["ladder", "hammer", "drill"]) {
        const { usage } = await goOn(gateway, [{ role: "system", content: manualOf(thing) }], `Question ${round}?`);
        if (round === 0) lengths += usage.prompt_tokens;
      }
    const evaluated = (await evaluatedBy(engines)) - before;
    expect(evaluated).toBeLessThan(1.2 * lengths);
    const told = await replicasOf(gateway);
    const sums = told.map(({ promptTokens, cachedTokens }) => promptTokens - cachedTokens);
    expect(sums.reduce((sum, count) => sum + count, 0)).toBe(evaluated);
  });

  test("streams: calls at once are answered side by side, and again from the cache", async () => {
    const gateway = await runPool(engines, { routing: "slots", slots: 2 });
    const bodies = Array.from({ length: 8 }, (_, call) => ({
      model: "m",
      stream: true,
      max_tokens: 12,
      messages: [{ role: "user", content: `${storyOf("kettle")} ${call}` }],
    }));
    const first = await Promise.all(bodies.map((body) => ask(gateway, body)));
    expect(first.map((answer) => [statusOf(answer), contentOf(answer).length])).toEqual(bodies.map(() => ["MISS", 12]));
    const again = await Promise.all(bodies.map((body) => ask(gateway, body)));
    expect(again.map((answer) => [statusOf(answer), contentOf(answer)])).toEqual(
      first.map((answer) => ["HIT", contentOf(answer)]),
    );
    expect((await replicasOf(gateway)).map(({ inFlight }) => inFlight)).toEqual([0, 0]);
  });

  test("a registered prompt is warmed up on every replica: the first call that has one computes only the rest", async () => {
    const pool = { replicas: engines.map(({ url }) => url), healthPath: "off", routing: "round-robin" };
    const prefix = { warm: { pool: { model: "m", prompts: ["orchard"] } } };
    const gateway = await runGateway({ url: "" }, { ...inMemory, upstreams: { pool }, layers: { prefix } });
    const before = await evaluatedBy(engines);
    const text = manualOf("orchard");
    await callAdmin(gateway, "/prompts/orchard", { method: "PUT", body: { text } });
    await eventually("both are warm", async () => {
      const { spent } = JSON.parse((await callAdmin(gateway, "/stats")).text);
      return spent.warmup.answers === 2;
    });
    const warm = await evaluatedBy(engines);
    expect(warm - before).toBeGreaterThanOrEqual(2 * text.length);
    for (const question of ["How?", "Why?"]) {
      const body = { model: "m", messages: [{ role: "user", content: question }], max_tokens: 1 };
      const answer = await ask(gateway, body, { "x-ai-prompt": "orchard" });
      const { usage } = JSON.parse(answer.text) as { readonly usage: Told };
      expect(usage.prompt_tokens_details.cached_tokens).toBeGreaterThanOrEqual(text.length);
    }
    expect((await evaluatedBy(engines)) - warm).toBeLessThan(0.1 * (warm - before));
  });

  test("replicas with other tokenizers are routed by what they had, not by how they count", async () => {
    const words = ["This", " is", " the", " manual", " of", " hammock", ". "];
    const other = await started({ words });
    const gateway = await runPool(engines.slice(0, 1), { routing: "affinity" }, [other]);
    const both = [engines[0] as Engine, other];
    const before = await evaluatedBy(both);
    const lengths: number[] = [];
    for (let round = 0; round < 4; round++)
      for (const thing of ["hammock", "bench"]) {
        const { usage } = await goOn(gateway, [{ role: "system", content: manualOf(thing) }], `Question ${round}?`);
        if (round === 0) lengths.push(usage.prompt_tokens);
      }
    const [longer, shorter] = lengths.toSorted((a, b) => b - a) as [number, number];
    expect(shorter).toBeLessThan(0.7 * longer);
    expect((await evaluatedBy(both)) - before).toBeLessThan(1.2 * (longer + shorter));
  });

  test("a replica that is killed in the middle of a stream: the stream breaks off, nothing is kept, the other one answers", async () => {
    const gateway = await runPool(engines, {
      routing: "slots",
      slots: 2,
      healthPath: "/health",
      healthInterval: "20ms",
    });
    const talk = [{ role: "system", content: manualOf("greenhouse") }];
    const body = { model: "m", stream: true, max_tokens: 4_000, messages: talk };
    const exchange = beginAsking(gateway, body);
    await exchange.until((text) => text.includes('"content"'));
    const at = (await replicasOf(gateway)).findIndex(({ inFlight }) => inFlight === 1);
    const killed = engines[at] as Engine;
    await killed.kill();
    expect((await exchange.done).text).not.toContain("[DONE]");
    const next = await ask(gateway, { ...body, max_tokens: 8 });
    expect([next.status, statusOf(next)]).toEqual([200, "MISS"]);
    // It comes back with nothing in its memory.
    await eventually("it is left out", async () => (await replicasOf(gateway))[at]?.state === "ejected");
    await killed.start();
    await eventually("it is put back", async () => (await replicasOf(gateway))[at]?.state === "ready");
    expect(await killed.evaluated()).toBe(0);
    for (const thing of ["vine", "pear", "plum", "fig"])
      await goOn(gateway, [{ role: "system", content: manualOf(thing) }], "How?");
    expect(await killed.evaluated()).toBeGreaterThan(0);
  });

  test("slots that an engine has not are not named once it was asked how many it has", async () => {
    const settings = { routing: "slots", slots: 16, healthPath: "/health", healthInterval: "20ms" };
    const gateway = await runPool(engines, settings);
    // The engine refuses what is meant for a slot that it has not; llama.cpp's own server would never answer.
    const body = (call: number) => ({
      model: "m",
      max_tokens: 1,
      messages: [{ role: "user", content: `What, ${call}?` }],
    });
    let call = 0;
    await eventually("both have told", async () => {
      const answers = await Promise.all(Array.from({ length: 6 }, () => ask(gateway, body(call++))));
      return answers.every(({ status }) => status === 200);
    });
    const answers = await Promise.all(Array.from({ length: 12 }, () => ask(gateway, body(call++))));
    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 200));
  });

  test("a pool with one member goes on when that was away", async () => {
    const [only] = engines as [Engine];
    const gateway = await runPool([only], {
      routing: "slots",
      slots: 2,
      healthPath: "/health",
      healthInterval: "20ms",
    });
    const { talk } = await goOn(gateway, [{ role: "system", content: manualOf("cellar") }], "How?");
    await only.kill();
    await eventually("it is left out", async () => (await replicasOf(gateway))[0]?.state === "ejected");
    const refused = await ask(gateway, { model: "m", messages: [...talk, { role: "user", content: "And?" }] });
    expect(refused.status).toBe(503);
    expect(refused.text).toContain("replica 1 is ejected");
    await only.start();
    await eventually("it is put back", async () => (await replicasOf(gateway))[0]?.state === "ready");
    expect((await goOn(gateway, talk, "And?")).usage.prompt_tokens_details.cached_tokens).toBe(0);
    expect((await goOn(gateway, talk, "And so?")).usage.prompt_tokens_details.cached_tokens).toBeGreaterThan(0);
  });
});
