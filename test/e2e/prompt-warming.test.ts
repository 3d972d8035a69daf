import Anthropic from "@anthropic-ai/sdk";
import { expect, test } from "vitest";
import { AnthropicCache } from "../../bench/prefix/providers/anthropic-cache.ts";
import { callAdmin } from "./admin-call.ts";
import { EngineCache } from "./engine-cache.ts";
import { exchange } from "./http-exchange.ts";
import { inMemory, runGateway, runOrigin } from "./running-gateway.ts";

/** Registered prompts are warmed up on each replica of a pool, so that the first call that has one evaluates only the rest. */

const manual = "Manual of the oven. ".repeat(200);

async function runPool(prefix: object = {}) {
  const engines = [new EngineCache(), new EngineCache()];
  const replicas = await Promise.all(engines.map(({ plan }) => runOrigin({ plan })));
  const pool = { replicas: replicas.map(({ url }) => url), healthPath: "off", routing: "round-robin" };
  const gateway = await runGateway({ url: "" }, { ...inMemory, upstreams: { pool }, layers: { prefix } });
  const set = (text: string) => callAdmin(gateway, "/prompts/oven", { method: "PUT", body: { text } });
  return { engines, replicas, gateway, set };
}

test("a new version is warmed on every replica by one call for one token, whose cost is the cache's own", async () => {
  const { engines, replicas, gateway, set } = await runPool({
    warm: { pool: { model: "gpt-4o", prompts: ["oven"], apiKey: "key" } },
  });
  await set(manual);
  await Promise.all(replicas.map((replica) => replica.waitForCalls(1)));
  for (const { calls } of replicas) {
    expect(calls[0]?.headers.authorization).toBe("Bearer key");
    expect(calls[0]?.json).toMatchObject({ model: "gpt-4o", max_tokens: 1, messages: [{ content: manual }, {}] });
  }
  const before = engines.map(({ evaluated }) => evaluated);
  for (const question of ["How hot?", "How long?"]) {
    const body = { model: "gpt-4o", messages: [{ role: "user", content: question }] };
    await exchange(`${gateway.url}/v1/chat/completions`, { body, headers: { "x-ai-prompt": "oven" } });
  }
  // Each replica had the manual already.
  for (const [index, { evaluated }] of engines.entries()) expect(evaluated - (before[index] ?? 0)).toBeLessThan(200);
  const stats = async () => JSON.parse((await callAdmin(gateway, "/stats")).text);
  await expect.poll(async () => (await stats()).spent.warmup.answers).toBe(2);
  const { spent, overhead, calls } = await stats();
  expect(spent.warmup.tokens.inputTokens).toBeGreaterThan(8_000);
  expect(Number(overhead.usd)).toBeGreaterThan(0);
  expect(overhead.usd).toBe(spent.warmup.usd);
  expect(calls).toBe(2);
  // Another text is another prompt, the same is none.
  await set(manual);
  await set(`${manual}Be brief.`);
  await Promise.all(replicas.map((replica) => replica.waitForCalls(3)));
  for (const { calls } of replicas) expect(calls[2]?.json).toMatchObject({ max_tokens: 1 });
});

test("nothing is warmed unless somebody says so; who asks for it is told what became of it", async () => {
  const { replicas, gateway, set } = await runPool();
  await set(manual);
  const warm = async (name: string, body: object) => {
    const { status, text } = await callAdmin(gateway, `/prompts/${name}/warm`, { body });
    return { status, ...JSON.parse(text) };
  };
  expect(await warm("oven", {})).toMatchObject({ status: 400, path: "upstream" });
  expect(await warm("oven", { upstream: "pool" })).toMatchObject({ status: 400, path: "model" });
  expect(await warm("oven", { upstream: "nobody", model: "m" })).toMatchObject({ status: 400, path: "upstream" });
  expect(await warm("boiler", { upstream: "pool", model: "m" })).toMatchObject({ status: 404 });
  expect(replicas.map(({ callCount }) => callCount)).toEqual([0, 0]);
  const first = await warm("oven", { upstream: "pool", model: "m" });
  expect(first).toMatchObject({ status: 200, version: "1", calls: [{ result: "warmed", cachedTokens: 0 }, {}] });
  replicas[1]?.plan({ status: 500 });
  const [again, failed] = (await warm("oven", { upstream: "pool", model: "m" })).calls;
  expect(again.cachedTokens).toBeGreaterThan(0.9 * again.promptTokens);
  expect(failed).toMatchObject({ url: replicas[1]?.url, result: "failed", reason: "status 500" });
});

test("a provider is called once, and a client's first call reads what that wrote (an emulated cache of Anthropic's)", async () => {
  const provider = new AnthropicCache(1_024);
  const origin = await runOrigin({
    plan({ json }) {
      const taken = provider.take(json as Readonly<Record<string, unknown>>, 0);
      if ("refusal" in taken) return { status: 400 };
      taken.begin(0);
      return { usage: { ...taken.usage, output_tokens: 1 } };
    },
  });
  const model = "claude-sonnet-4-5";
  const gateway = await runGateway(origin, {
    ...inMemory,
    upstreams: { claude: { url: origin.url, protocol: "anthropic" } },
    layers: { prefix: { warm: { claude: { model, prompts: ["oven"], apiKey: "sk-warm" } } } },
  });
  await callAdmin(gateway, "/prompts/oven", { method: "PUT", body: { text: manual.repeat(2) } });
  await origin.waitForCalls(1);
  const client = new Anthropic({ baseURL: gateway.url, apiKey: "sk-test", maxRetries: 0 });
  const mark = { type: "ephemeral" as const };
  const { usage } = await client.messages.create(
    {
      model,
      max_tokens: 9,
      messages: [{ role: "user", content: [{ type: "text", text: "How hot?", cache_control: mark }] }],
    },
    { headers: { "x-ai-prompt": "oven" } },
  );
  expect(usage.cache_read_input_tokens).toBeGreaterThan(1_024);
  expect(usage.input_tokens + (usage.cache_creation_input_tokens ?? 0)).toBeLessThan(100);
  expect(origin.callCount).toBe(2);
  expect(origin.calls[0]?.headers["x-api-key"]).toBe("sk-warm");
});
