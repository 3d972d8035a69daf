import { afterEach, describe, expect, it } from "vitest";
import { ManualClock, systemRandom } from "../../core/clock.ts";
import { PromptRegistry, type RegistryParts } from "../../layers/prefix/registry/prompt-registry.ts";
import { memory } from "../../stores/memory.ts";
import { Gate, type ScriptedOrigin, startScriptedOrigin } from "../../testing/index.ts";
import { upstreamSchema } from "../../upstream-options.ts";
import { Upstreams, type UpstreamsSettings } from "../upstreams.ts";
import { PromptWarming, type WarmingParts } from "./prompt-warming.ts";

const ended: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ended.splice(0).reverse()) await end();
});

const long = "Rules of the house. ".repeat(400);

async function origin(): Promise<ScriptedOrigin> {
  const started = await startScriptedOrigin();
  ended.push(() => started.close());
  return started;
}

function setUp(settings: Readonly<Record<string, object>>, warm: ReturnType<WarmingParts["settings"]>) {
  const clock = new ManualClock();
  const store = memory({ clock });
  const given = Object.fromEntries(Object.entries(settings).map(([name, one]) => [name, upstreamSchema.parse(one)]));
  const upstreams = new Upstreams(given as UpstreamsSettings, {}, clock);
  ended.push(() => upstreams.close());
  const told: string[] = [];
  const fields: object[] = [];
  const say = (kind: string) => (given: object, message: string) => {
    told.push(`${kind}: ${message}`);
    fields.push(given);
  };
  const log = { level: "info", debug: say("debug"), info: say("info"), warn: say("warn"), error: say("error") };
  const spent: string[] = [];
  const gateway = (parts: Partial<RegistryParts> = {}) => {
    const prompts = new PromptRegistry({ store, clock, random: systemRandom, ...parts });
    const core = { prompts, spend: (what: string) => void spent.push(what), stored: { truth: store } };
    const warming = new PromptWarming({
      core,
      upstreams: () => upstreams,
      settings: () => warm,
      clock,
      random: systemRandom,
      log,
    });
    ended.push(
      () => prompts.close(),
      () => warming.close(),
    );
    return { prompts, warming };
  };
  return { clock, upstreams, told, fields, spent, gateway };
}

describe("warming prompts up", () => {
  it("is done again on a replica that comes back, and on no other", async () => {
    const [one, two] = [await origin(), await origin()];
    const { clock, upstreams, spent, gateway } = setUp(
      { pool: { replicas: [one.url, two.url], healthPath: "off" } },
      { pool: { model: "m", prompts: ["house"] } },
    );
    const { prompts, warming } = gateway();
    await prompts.set({ name: "house", text: long });
    await expect.poll(() => spent.length).toBe(2);
    await warming.look();
    const replica = upstreams.pools[0]?.replicas[1];
    for (let failure = 0; failure < 3; failure++) replica?.health.failed();
    clock.advance(20_000);
    await warming.look();
    expect([one.callCount, two.callCount]).toEqual([1, 1]);
    replica?.health.succeeded();
    await expect
      .poll(async () => {
        await warming.look();
        return [one.callCount, two.callCount];
      })
      .toEqual([1, 2]);
    expect(spent).toEqual(["warmup", "warmup", "warmup"]);
  });

  it("is done by one of several gateways", async () => {
    const server = await origin();
    const { spent, gateway } = setUp({ own: { url: server.url } }, { own: { model: "m", prompts: ["house@1"] } });
    const [here, there] = [gateway(), gateway()];
    await here.prompts.set({ name: "house", text: long });
    await there.prompts.read();
    await expect.poll(() => spent.length).toBe(1);
    await Promise.all([here.warming.look(), there.warming.look()]);
    expect(server.callCount).toBe(1);
  });

  it("is told of once, and not as a warning, for all replicas where the prompt is too short to be kept", async () => {
    const [one, two] = [await origin(), await origin()];
    const replicas = [one.url, two.url];
    const { clock, upstreams, told, fields, gateway } = setUp(
      { pool: { replicas, healthPath: "off" } },
      { pool: { model: "m", prompts: ["short"] } },
    );
    const { prompts, warming } = gateway();
    await prompts.set({ name: "short", text: "Be brief." });
    await expect.poll(() => told.length).toBe(1);
    const [first] = upstreams.pools[0]?.replicas ?? [];
    first?.health.drain(true);
    clock.advance(20_000);
    first?.health.drain(false);
    await warming.look();
    expect(told).toEqual(["info: a prompt is not warmed up: it would not be kept"]);
    const why = { reason: "below-minimum", leastTokens: expect.any(Number) };
    expect(fields).toEqual([{ prompt: "short@1", upstream: "pool", model: "m", ...why }]);
    expect([one.callCount, two.callCount]).toEqual([0, 0]);
  });

  it("goes on elsewhere where one server hangs, and asks that one no second time meanwhile", async () => {
    const [slow, quick] = [await origin(), await origin()];
    const gate = new Gate();
    slow.plan({ holds: [{ at: "headers", gate }] });
    const { clock, spent, gateway } = setUp(
      { pool: { replicas: [slow.url, quick.url], healthPath: "off" } },
      { pool: { model: "m", prompts: ["house", "garden"] } },
    );
    const { prompts, warming } = gateway();
    await prompts.set({ name: "house", text: long });
    await gate.reached();
    await expect.poll(() => spent.length).toBe(1);
    slow.plan(undefined);
    await prompts.set({ name: "garden", text: `${long} And the garden.` });
    await expect.poll(() => spent.length).toBe(3);
    clock.advance(60_000);
    expect([slow.callCount, quick.callCount]).toEqual([2, 2]);
    gate.release();
    await expect.poll(() => spent.length).toBe(4);
    await warming.look();
    expect([slow.callCount, quick.callCount]).toEqual([2, 2]);
  });

  it("is tried again where it failed, later each time, and said twice at most", async () => {
    const server = await origin();
    server.plan({ status: 503 });
    const { clock, told, spent, gateway } = setUp(
      { own: { url: server.url } },
      { own: { model: "m", prompts: ["house"] } },
    );
    const { prompts, warming } = gateway();
    await prompts.set({ name: "house", text: long });
    await expect.poll(() => told.length).toBe(1);
    await warming.look();
    expect(server.callCount).toBe(1);
    for (const waitMs of [10_000, 20_000]) {
      const before = server.callCount;
      clock.advance(waitMs);
      await expect
        .poll(async () => {
          await warming.look();
          return server.callCount;
        })
        .toBe(before + 1);
    }
    server.plan(undefined);
    clock.advance(40_000);
    await expect
      .poll(async () => {
        await warming.look();
        return spent.length;
      })
      .toBe(1);
    expect(told.filter((line) => line.startsWith("warn"))).toEqual(["warn: a prompt could not be warmed up"]);
  });

  it("is left where it comes to nothing: too short to be kept, or kept for one tenant alone", async () => {
    const server = await origin();
    const { gateway } = setUp(
      { claude: { url: server.url, protocol: "anthropic" }, salted: { url: server.url, salt: true } },
      { claude: { model: "claude-sonnet-4-5", prompts: ["house"] }, salted: { model: "m", prompts: ["house"] } },
    );
    const { prompts, warming } = gateway();
    const { prompt } = await prompts.set({ name: "house", text: "Be brief." });
    const how = { model: "claude-sonnet-4-5", apiKey: undefined };
    expect((await warming.warm("salted", prompt, how)).map(({ result }) => result)).toEqual([
      { kind: "skipped", reason: "salted" },
    ]);
    await warming.look();
    expect(server.callCount).toBe(0);
    await warming.warm("claude", { ...prompt, text: long }, { ...how, apiKey: "key" });
    expect(server.calls[0]?.headers).toMatchObject({ "x-api-key": "key", "anthropic-version": "2023-06-01" });
    expect(server.calls[0]?.path).toBe("/v1/messages");
  });
});
