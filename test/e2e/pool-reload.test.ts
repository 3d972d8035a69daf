import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { readConfig, startGateway } from "../../src/gateway/index.ts";
import { Gate } from "../../src/testing/index.ts";
import { callAdmin } from "./admin-call.ts";
import { chatPath } from "./chat-call.ts";
import { eventually } from "./eventually.ts";
import { begin } from "./http-exchange.ts";
import { runOrigin, temporaryFolder } from "./running-gateway.ts";

/** A configuration that is read again leaves a pool that it does not change as it is: what it knows, and what it does. */

interface ToldReplica {
  readonly url: string;
  readonly state: string;
  readonly requests: number;
  readonly inFlight: number;
}

async function runPool(urls: readonly string[]) {
  const folder = temporaryFolder();
  const file = join(folder, "config.json");
  const config = (replicas: readonly string[], prices: object = {}) => {
    const pool = { replicas, healthPath: "off", routing: "round-robin" };
    const given = { upstreams: { pool }, prices, store: { url: "memory" }, telemetry: { logLevel: "silent" } };
    writeFileSync(file, JSON.stringify(given));
    const flags = { "server.port": "0", "data.directory": folder };
    const reading = readConfig({ file, environment: {}, flags });
    if (!reading.ok) throw new Error(JSON.stringify(reading.mistakes));
    return reading.config;
  };
  const gateway = await startGateway(config(urls));
  onTestFinished(() => gateway.close());
  const ask = (content: string) =>
    begin(gateway.url + chatPath, { body: { model: "m", messages: [{ role: "user", content }], stream: true } });
  return {
    url: gateway.url,
    folder,
    ask,
    reload: (...changed: Parameters<typeof config>) => gateway.reload(config(...changed)),
    replicas: async () =>
      JSON.parse((await callAdmin({ url: gateway.url, folder }, "/replicas")).text).replicas as readonly ToldReplica[],
  };
}

test("counts, calls under way and who is left out outlast a reload that does not change the pool", async () => {
  const [first, second] = [await runOrigin(), await runOrigin()];
  const pool = await runPool([first.url, second.url]);
  const gate = new Gate();
  const plan = () => ({ holds: [{ at: 1, gate }] });
  await second.close();
  for (const round of [1, 2, 3]) {
    await pool.ask(`Question ${round}?`).done;
    await pool.ask(`Another ${round}?`).done;
  }
  first.plan(plan);
  const held = pool.ask("And now?");
  await held.head;
  const before = await pool.replicas();
  expect(before).toMatchObject([{ state: "ready", requests: 7, inFlight: 1 }, { state: "ejected" }]);
  pool.reload([first.url, second.url], { "m-*": { input: 1, output: 1 } });
  expect(await pool.replicas()).toEqual(before);
  gate.release();
  expect((await held.done).text).toContain("[DONE]");
  await eventually("the call is counted as ended", async () => (await pool.replicas())[0]?.inFlight === 0);
});

test("a pool that was changed begins anew, and a stream through the old one goes on to its end", async () => {
  const [first, second] = [await runOrigin(), await runOrigin()];
  const pool = await runPool([first.url]);
  const gate = new Gate();
  first.plan(() => ({ holds: [{ at: 1, gate }] }));
  const held = pool.ask("What?");
  await held.head;
  pool.reload([second.url]);
  expect(await pool.replicas()).toMatchObject([{ url: second.url, requests: 0 }]);
  expect((await pool.ask("Who?").done).text).toContain("[DONE]");
  expect(second.callCount).toBe(1);
  gate.release();
  expect((await held.done).text).toContain("[DONE]");
});

test("a replica that drains goes on draining when the pool is changed", async () => {
  const [first, second, third] = [await runOrigin(), await runOrigin(), await runOrigin()];
  const pool = await runPool([first.url, second.url]);
  const drain = async (action: string) => {
    const path = `/replicas/${encodeURIComponent(second.url)}/${action}`;
    expect((await callAdmin({ url: pool.url, folder: pool.folder }, path, { method: "POST" })).status).toBe(200);
  };
  await drain("drain");
  pool.reload([third.url, first.url, second.url]);
  expect((await pool.replicas()).map(({ state }) => state)).toEqual(["ready", "ready", "draining"]);
  await drain("undrain");
  expect((await pool.replicas()).map(({ state }) => state)).toEqual(["ready", "ready", "ready"]);
});
