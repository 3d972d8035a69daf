import { expect, onTestFinished, test } from "vitest";
import { blocksOf } from "../../src/layers/prefix/routing/prompt-blocks.ts";
import { redis } from "../../src/stores/redis.ts";
import { callAdmin } from "../e2e/admin-call.ts";
import { chatPath } from "../e2e/chat-call.ts";
import { EngineCache } from "../e2e/engine-cache.ts";
import { eventually } from "../e2e/eventually.ts";
import { exchange } from "../e2e/http-exchange.ts";
import { type RunningGateway, runGateway, runOrigin } from "../e2e/running-gateway.ts";
import { asked, startRedis } from "../services/redis.ts";
import { describeWithServices } from "../services/required.ts";

/** Two gateways over one Redis and one pool. */

const manuals = ["oven", "boiler", "lamp", "pump"].map((thing) => `This is the manual of the ${thing}. `.repeat(200));

async function runTwo() {
  const server = await startRedis();
  onTestFinished(() => server.stop());
  const engines = [new EngineCache(), new EngineCache()];
  const urls: string[] = [];
  for (const { plan } of engines) urls.push((await runOrigin({ plan })).url);
  const settings = { store: { url: server.url }, upstreams: { pool: { replicas: urls, healthPath: "off" } } };
  const gateways = [await runGateway({ url: "" }, settings), await runGateway({ url: "" }, settings)] as const;
  return { engines, urls, gateways, server };
}

/** The first block of each prompt that was sent somewhere. */
function textsOf(text: string): readonly string[] {
  const { placed = [] } = JSON.parse(text) as { placed?: readonly (readonly [number, readonly number[]])[] };
  return placed.map(([, names]) => String(names[0]));
}

function ask({ url }: RunningGateway, manual: number, question: string) {
  const messages = [
    { role: "system", content: manuals[manual] },
    { role: "user", content: question },
  ];
  return exchange(url + chatPath, { body: { model: "m", messages, stream: true } });
}

async function statesOf(gateway: RunningGateway): Promise<readonly string[]> {
  const { replicas } = JSON.parse((await callAdmin(gateway, "/replicas")).text);
  return replicas.map(({ state }: { readonly state: string }) => state);
}

describeWithServices("redis-server", "gateways before one pool", () => {
  test("what one has sent somewhere the other sends there as well", async () => {
    const { engines, gateways, server } = await runTwo();
    const [one, other] = gateways;
    const told: string[] = [];
    const listener = redis({ url: server.url });
    onTestFinished(() => listener.close());
    listener.bus?.subscribe({
      heard: (message) => void (message.kind === "said" && told.push(...textsOf(message.text))),
      missed: () => {},
    });
    const listeners = async () =>
      Number(((await server.admin.call("PUBSUB", "NUMSUB", "reprise:{bus}")) as string[])[1]);
    await asked(async () => (await listeners()) === 3);
    for (const manual of manuals.keys()) await ask(one, manual, "What is it?");
    await asked(async () => told.length === manuals.length);
    // The other hears in the same turn of the server as this test, and reads in one of the next of this process.
    for (let turn = 0; turn < 100; turn++) await new Promise((resolve) => setImmediate(resolve));
    // In another order than the one in which they would meet by chance.
    for (const manual of [1, 0, 3, 2]) await ask(other, manual, "How is it cleaned?");
    const length = manuals.reduce((sum, manual) => sum + manual.length, 0);
    expect(engines.reduce((sum, engine) => sum + engine.evaluated, 0)).toBeLessThan(1.2 * length);
    // Nobody else can tell by them what was asked.
    expect(told).not.toContain(String(blocksOf(manuals[0] as string).names[0]));
  });

  test("a replica that drains does so at both", async () => {
    const { gateways, urls } = await runTwo();
    const [one, other] = gateways;
    const path = (action: string) => `/replicas/${encodeURIComponent(urls[1] as string)}/${action}`;
    await callAdmin(one, path("drain"), { method: "POST" });
    await eventually("both know", async () => (await statesOf(other))[1] === "draining");
    expect(await statesOf(one)).toEqual(["ready", "draining"]);
    await callAdmin(other, path("undrain"), { method: "POST" });
    await eventually("both know", async () => (await statesOf(one))[1] === "ready");
  });
});
