import { describe, expect, test } from "vitest";
import { Gate } from "../../src/testing/index.ts";
import { callAdmin } from "./admin-call.ts";
import { chatPath } from "./chat-call.ts";
import { eventually } from "./eventually.ts";
import { begin, exchange } from "./http-exchange.ts";
import { inMemory, type RunningGateway, runGateway, runOrigin } from "./running-gateway.ts";

/** A replica that is to be stopped gets no new calls, and is not cut off from those it has. */

interface Told {
  readonly pool: string;
  readonly name: string;
  readonly state: string;
  readonly inFlight: number;
}

async function runPool() {
  const replicas = [await runOrigin(), await runOrigin()];
  const pool = { replicas: replicas.map(({ url }) => url), healthPath: "off", routing: "round-robin" };
  const gateway = await runGateway({ url: "" }, { ...inMemory, upstreams: { pool } });
  const [first, second] = replicas as [(typeof replicas)[0], (typeof replicas)[0]];
  return { gateway, first, second };
}

const body = (content: string) => ({ model: "m", messages: [{ role: "user", content }], stream: true });
const ask = ({ url }: RunningGateway, question: string) => exchange(url + chatPath, { body: body(question) });

async function drain(gateway: RunningGateway, name: string, action = "drain") {
  const path = `/replicas/${encodeURIComponent(name)}/${action}`;
  const { status, text } = await callAdmin(gateway, path, { method: "POST" });
  return { status, told: JSON.parse(text) as { readonly replicas: readonly Told[]; readonly detail: string } };
}

async function toldOf(gateway: RunningGateway): Promise<readonly Told[]> {
  return JSON.parse((await callAdmin(gateway, "/replicas")).text).replicas;
}

describe("POST /admin/v1/replicas/{name}/drain", () => {
  test("no new calls go there, one under way ends whole; undrain gives it calls again", async () => {
    const { gateway, first, second } = await runPool();
    const { host } = new URL(first.url);
    const gate = new Gate();
    first.plan({ holds: [{ at: 1, gate }] });
    const held = begin(gateway.url + chatPath, { body: body("Question 0?") });
    await held.head;
    const { status, told } = await drain(gateway, host);
    expect([status, told.replicas]).toEqual([
      200,
      [{ pool: "pool", name: host, url: first.url, state: "draining", inFlight: 1 }],
    ]);
    for (let turn = 1; turn < 4; turn++) await ask(gateway, `Question ${turn}?`);
    expect([first.callCount, second.callCount]).toEqual([1, 3]);
    gate.release();
    expect((await held.done).text).toContain("[DONE]");
    await eventually("it is idle", async () => (await toldOf(gateway))[0]?.inFlight === 0);
    expect((await toldOf(gateway)).map(({ state }) => state)).toEqual(["draining", "ready"]);
    // By its URL as well.
    expect((await drain(gateway, first.url, "undrain")).told.replicas[0]?.state).toBe("ready");
    for (let turn = 4; turn < 6; turn++) await ask(gateway, `Question ${turn}?`);
    expect([first.callCount, second.callCount]).toEqual([2, 4]);
  });

  test("when all drain the answer is 503 and says so; a name that nobody has is 404 and says which there are", async () => {
    const { gateway, first, second } = await runPool();
    for (const { url } of [first, second]) await drain(gateway, url);
    const refused = await ask(gateway, "How?");
    expect([refused.status, refused.text]).toEqual([
      503,
      expect.stringContaining("replica 1 is draining, replica 2 is draining"),
    ]);
    const { status, told } = await drain(gateway, "elsewhere:1");
    expect([status, told.detail]).toEqual([404, expect.stringContaining(new URL(second.url).host)]);
    expect((await callAdmin(gateway, "/replicas/a/stop", { method: "POST" })).status).toBe(404);
  });
});
