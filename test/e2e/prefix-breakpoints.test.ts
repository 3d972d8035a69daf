import Anthropic from "@anthropic-ai/sdk";
import { describe, expect, test } from "vitest";
import { AnthropicCache } from "../../bench/prefix/providers/anthropic-cache.ts";
import type { StatsReport } from "../../src/telemetry/rollups/stats-report.ts";
import { callAdmin } from "./admin-call.ts";
import { exchange } from "./http-exchange.ts";
import { inMemory, type RunningGateway, runGateway, runOrigin } from "./running-gateway.ts";

/** A gateway that marks prompts of the SDK of Anthropic, whole and streamed, before an emulated cache of the provider. */

const tools = [{ name: "look", description: "Look it up. ".repeat(200), input_schema: { type: "object" as const } }];
const system = "You answer about the house. ".repeat(200);

async function runMarking(breakpoints: "auto" | "always" | "never", isPool = false) {
  const provider = new AnthropicCache(1_024);
  const bodies: Readonly<Record<string, unknown>>[] = [];
  let now = 0;
  const origin = await runOrigin({
    plan: ({ json }) => {
      const body = json as Readonly<Record<string, unknown>>;
      bodies.push(body);
      now += 1_000;
      const taken = provider.take(body, now);
      if ("refusal" in taken) return { status: 400 };
      taken.begin(now);
      return { content: "So.", usage: { ...taken.usage, output_tokens: 3 } };
    },
  });
  const where = isPool ? { replicas: [origin.url], healthPath: "off" } : { url: origin.url };
  const gateway = await runGateway(origin, {
    ...inMemory,
    upstreams: { claude: { ...where, protocol: "anthropic", breakpoints } },
    layers: { prefix: { breakpoints: true } },
  });
  const client = new Anthropic({ baseURL: gateway.url, apiKey: "sk-test", maxRetries: 0 });
  return { client, gateway, bodies };
}

const request = (...turns: readonly string[]): Anthropic.MessageCreateParamsNonStreaming => ({
  model: "claude-sonnet-4-5",
  max_tokens: 100,
  tools,
  system,
  messages: turns.map((content, index) => ({ role: index % 2 === 0 ? "user" : "assistant", content })),
});

const marksOf = (body: unknown): number => JSON.stringify(body).split('"cache_control"').length - 1;

async function statsOf(gateway: RunningGateway): Promise<StatsReport> {
  return JSON.parse((await callAdmin(gateway, "/stats?window=1h")).text) as StatsReport;
}

describe("prefix: breakpoints in the gateway", () => {
  test("a conversation is read from the provider's cache turn by turn, streamed or not; savings are told", async () => {
    const { client, gateway, bodies } = await runMarking("always");
    const first = await client.messages.create(request("How?"));
    expect(first.usage.cache_creation_input_tokens).toBe(0);
    const second = await client.messages.create(request("How?", "So.", "Why?"));
    expect(second.usage.cache_creation_input_tokens).toBeGreaterThan(2_000);
    const third = await client.messages.stream(request("How?", "So.", "Why?", "So.", "When?")).finalMessage();
    expect(third.usage.cache_read_input_tokens).toBe(second.usage.cache_creation_input_tokens);
    expect(bodies.map((body) => marksOf(body) > 0)).toEqual([false, true, true]);
    // What was stored is found by what the client asks, which has no marks.
    const again = await client.messages.create(request("How?", "So.", "Why?")).withResponse();
    expect(again.response.headers.get("x-ai-cache-status")).toBe("HIT");

    const { saved } = await statsOf(gateway);
    const [read = 0, written = 0] = [third.usage.cache_read_input_tokens, second.usage.cache_creation_input_tokens];
    const more = third.usage.cache_creation_input_tokens ?? 0;
    const picodollars = (read ?? 0) * 2_700_000 - ((written ?? 0) + more) * 750_000;
    expect(saved.prefix).toMatchObject({ hits: 0, answers: 2, wrong: 0 });
    expect(Math.round(Number(saved.prefix.usd.list) * 1e12)).toBe(picodollars);
    expect(Number(saved.prefix.usd.conservative)).toBeLessThan(0);
    const metrics = (await exchange(`${gateway.url}/metrics`)).text;
    expect(metrics).toMatch(/reprise_cost_saved_usd_total\{[^}]*layer="prefix"[^}]*basis="list"[^}]*\} 0\.00/);
    expect(metrics).toMatch(/reprise_cost_saving_undone_usd_total\{[^}]*layer="prefix"[^}]*\} 0\.00/);
  });

  test("a pool of servers that know the marks is sent them", async () => {
    const { client, bodies } = await runMarking("always", true);
    await client.messages.create(request("How?"));
    await client.messages.create(request("How?", "So.", "Why?"));
    expect(bodies.map((body) => marksOf(body) > 0)).toEqual([false, true]);
  });

  test.each(["auto", "never"] as const)("%s: a server that is not the provider's is sent no marks", async (option) => {
    const { client, bodies } = await runMarking(option);
    for (const turns of [["How?"], ["How?", "So.", "Why?"], ["Who?", "He.", "Why?"]])
      await client.messages.create(request(...turns));
    expect(bodies.map(marksOf)).toEqual([0, 0, 0]);
  });
});
