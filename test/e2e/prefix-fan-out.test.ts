import Anthropic from "@anthropic-ai/sdk";
import { describe, expect, test } from "vitest";
import { AnthropicCache } from "../../bench/prefix/providers/anthropic-cache.ts";
import { Gate } from "../../src/testing/gate.ts";
import type { PlannedReply } from "../../src/testing/index.ts";
import { chatPath } from "./chat-call.ts";
import { eventually } from "./eventually.ts";
import { begin } from "./http-exchange.ts";
import { scrape, total } from "./metrics-page.ts";
import { inMemory, type RunningGateway, runGateway, runOrigin } from "./running-gateway.ts";

/** Many calls at once that begin alike, before an emulated cache that can be read only when the call that wrote it has begun to answer. */

const system = "You answer about the house. ".repeat(300);
const count = 20;

/** Calls wait at the provider until they are let answer. */
async function runProvider(answer: (turn: number) => PlannedReply = () => ({})) {
  const provider = new AnthropicCache(1_024);
  const gates: Gate[] = [];
  const origin = await runOrigin({
    plan: async ({ json }) => {
      const taken = provider.take(json as Readonly<Record<string, unknown>>, 0);
      if ("refusal" in taken) return { status: 400 };
      const gate = new Gate();
      const planned = answer(gates.push(gate) - 1);
      await gate.pass();
      if ((planned.status ?? 200) === 200) taken.begin(0);
      return { content: "So.", usage: { ...taken.usage, output_tokens: 3 }, ...planned };
    },
  });
  return { origin, gates };
}

async function runFanOut(settings: object, answer?: (turn: number) => PlannedReply) {
  const { origin, gates } = await runProvider(answer);
  const claude = { url: origin.url, protocol: "anthropic", breakpoints: "always", fanOutWait: "1h", ...settings };
  const gateway = await runGateway(origin, { ...inMemory, upstreams: { claude } });
  const client = new Anthropic({ baseURL: gateway.url, apiKey: "sk-test", maxRetries: 0 });
  return { client, gates, gateway };
}

const request = (question: string, text = system): Anthropic.MessageCreateParamsNonStreaming => ({
  model: "claude-sonnet-4-5",
  max_tokens: 100,
  system: [{ type: "text", text, cache_control: { type: "ephemeral" } }],
  messages: [{ role: "user", content: question }],
});

const underWay = (gateway: RunningGateway, calls: number) => async () =>
  total(await scrape(gateway), "reprise_inflight", { kind: "leader" }) === calls;

function billed(usages: readonly Anthropic.Usage[]) {
  const written = usages.filter((usage) => (usage.cache_creation_input_tokens ?? 0) > 0).length;
  const read = usages.filter((usage) => (usage.cache_read_input_tokens ?? 0) > 0).length;
  return { written, read };
}

describe("prefix: many calls at once with one new prefix", () => {
  test.each(["whole", "streamed"] as const)("%s: one writes it, the others read it", async (form) => {
    const { client, gates, gateway } = await runFanOut({});
    const answers = Array.from({ length: count }, (_, index) =>
      form === "whole"
        ? client.messages.create(request(`Question ${index}?`))
        : client.messages.stream(request(`Question ${index}?`)).finalMessage(),
    );
    await eventually("all are under way", underWay(gateway, count));
    expect(gates).toHaveLength(1);
    gates[0]?.release();
    await eventually("all are sent", () => gates.length === count);
    for (const gate of gates) gate.release();
    const usages = (await Promise.all(answers)).map(({ usage }) => usage);
    expect(billed(usages)).toEqual({ written: 1, read: count - 1 });
    const samples = await scrape(gateway);
    expect(total(samples, "reprise_fan_out_wait_seconds_count", { result: "warmed" })).toBe(count - 1);
    const saved = usages.reduce((sum, { cache_read_input_tokens: read }) => sum + (read ?? 0), 0);
    expect(total(samples, "reprise_fan_out_tokens_total", { kind: "read" })).toBe(saved);
    expect(total(samples, "reprise_fan_out_tokens_total", { kind: "write" })).toBe(0);
    // It is warm now.
    const more = [client.messages.create(request("One more?")), client.messages.create(request("And another?"))];
    await eventually("both are sent", () => gates.length === count + 2);
    for (const gate of gates) gate.release();
    expect(billed((await Promise.all(more)).map(({ usage }) => usage))).toEqual({ written: 0, read: 2 });
  });

  test("off: all of them write it", async () => {
    const { client, gates } = await runFanOut({ fanOut: "off" });
    const answers = Array.from({ length: count }, (_, index) => client.messages.create(request(`Question ${index}?`)));
    await eventually("all are sent", () => gates.length === count);
    for (const gate of gates) gate.release();
    expect(billed((await Promise.all(answers)).map(({ usage }) => usage))).toEqual({ written: count, read: 0 });
  });

  test("calls that pass the cache by wait as well", async () => {
    const { client, gates } = await runFanOut({});
    const headers = { "x-ai-cache": "off" };
    const first = client.messages.create(request("One?"), { headers });
    await eventually("it is sent", () => gates.length === 1);
    const second = client.messages.create(request("Two?"), { headers });
    gates[0]?.release();
    await eventually("the other is sent", () => gates.length === 2);
    gates[1]?.release();
    expect(billed([(await first).usage, (await second).usage])).toEqual({ written: 1, read: 1 });
  });

  test("a leader that is refused, and one whose caller leaves, hand over to the next", async () => {
    const { client, gates, gateway } = await runFanOut({}, (turn) => (turn === 0 ? { status: 529 } : {}));
    const refused = client.messages.create(request("Question 0?")).catch((error: { status: number }) => error.status);
    await eventually("it is sent", () => gates.length === 1);
    const leaving = new AbortController();
    const left = client.messages
      .create(request("Question 1?"), { signal: leaving.signal })
      .catch((error: Error) => error.name);
    await eventually("it waits", underWay(gateway, 2));
    const others = [2, 3].map((index) => client.messages.create(request(`Question ${index}?`)));
    await eventually("all are under way", underWay(gateway, 4));
    gates[0]?.release();
    expect(await refused).toBe(529);
    await eventually("the next leads", () => gates.length === 2);
    leaving.abort();
    expect(await left).toBe("APIUserAbortError");
    await eventually("and then the one behind it", () => gates.length === 3);
    gates[2]?.release();
    await eventually("and the last", () => gates.length === 4);
    gates[3]?.release();
    const usages = (await Promise.all(others)).map(({ usage }) => usage);
    expect(billed(usages)).toEqual({ written: 1, read: 1 });
  });

  test("a leader that takes too long is not waited for any longer", async () => {
    const { client, gates, gateway } = await runFanOut({ fanOutWait: "1ms" });
    const answers = ["One?", "Two?"].map((question) => client.messages.create(request(question)));
    await eventually("both are sent", () => gates.length === 2);
    for (const gate of gates) gate.release();
    await Promise.all(answers);
    const waits = await scrape(gateway);
    expect(total(waits, "reprise_fan_out_wait_seconds_count", { result: "slow" })).toBe(1);
  });

  test("tenants do not wait for one another; nor do calls that nothing is kept of", async () => {
    const { client, gates, gateway } = await runFanOut({});
    const another = new Anthropic({ baseURL: gateway.url, apiKey: "sk-another", maxRetries: 0 });
    const answers = [
      client.messages.create(request("One?")),
      another.messages.create(request("Two?")),
      client.messages.create(request("Three?", "Be short.")),
      client.messages.create(request("Four?", "Be short.")),
      client.messages.create({ ...request("Five?"), system }),
    ];
    await eventually("all are sent", () => gates.length === answers.length);
    for (const gate of gates) gate.release();
    await Promise.all(answers);
  });

  test("an engine of one's own, where it is said: the head of a stream is not its beginning", async () => {
    const gate = new Gate();
    const origin = await runOrigin({ plan: [{ holds: [{ at: 0, gate }] }] });
    const engine = { url: origin.url, fanOut: "wait", fanOutWait: "1h" };
    const gateway = await runGateway(origin, { ...inMemory, upstreams: { engine } });
    const ask = (question: string, text = system) => {
      const messages = [
        { role: "system", content: text },
        { role: "user", content: question },
      ];
      return begin(gateway.url + chatPath, { body: { model: "m", messages, stream: true } });
    };
    const first = ask("One?");
    await gate.reached();
    const second = ask("Two?");
    await eventually("it waits", underWay(gateway, 2));
    // Shorter than what is worth a wait.
    await ask("Three?", "Be short.").done;
    expect(origin.callCount).toBe(2);
    gate.release();
    for (const { done } of [first, second]) expect((await done).text).toContain("[DONE]");
    expect(origin.callCount).toBe(3);
    const samples = await scrape(gateway);
    expect(total(samples, "reprise_fan_out_wait_seconds_count", { result: "warmed" })).toBe(1);
  });
});
