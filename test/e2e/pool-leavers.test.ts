import { describe, expect, test } from "vitest";
import { Gate, type ScriptedOrigin } from "../../src/testing/index.ts";
import { callAdmin } from "./admin-call.ts";
import { chatPath } from "./chat-call.ts";
import { eventually } from "./eventually.ts";
import { begin, exchange } from "./http-exchange.ts";
import { inMemory, type RunningGateway, runGateway, runOrigin } from "./running-gateway.ts";

/** Callers who hang up, and answers that nobody reads, say nothing of the replica that was asked. */

interface ToldReplica {
  readonly state: string;
  readonly requests: number;
  readonly errors: number;
  readonly inFlight: number;
}

async function runPool(count: number): Promise<{ replicas: readonly ScriptedOrigin[]; gateway: RunningGateway }> {
  const replicas: ScriptedOrigin[] = [];
  for (let index = 0; index < count; index++) replicas.push(await runOrigin());
  const pool = { replicas: replicas.map(({ url }) => url), healthPath: "off", routing: "round-robin" };
  return { replicas, gateway: await runGateway({ url: "" }, { ...inMemory, upstreams: { pool } }) };
}

const ask = (question: string) => ({
  body: { model: "m", messages: [{ role: "user", content: question }], stream: true },
});

async function told({ gateway }: { gateway: RunningGateway }): Promise<readonly ToldReplica[]> {
  return JSON.parse((await callAdmin(gateway, "/replicas")).text).replicas;
}

describe("prefix: callers of a pool who leave", () => {
  test("a stream that its caller hangs up on is no fault of the replica", async () => {
    const pool = await runPool(1);
    const gate = new Gate();
    pool.replicas[0]?.plan(() => ({ holds: [{ at: 2, gate }] }));
    for (let round = 0; round < 4; round++) {
      const call = begin(pool.gateway.url + chatPath, ask(`Question ${round}?`));
      call.done.catch(() => {});
      await call.until((text) => text.includes("data:"));
      call.destroy();
      await eventually("the call is given up", async () => (await told(pool))[0]?.inFlight === 0);
    }
    expect((await told(pool))[0]).toMatchObject({ state: "ready", requests: 4, errors: 0 });
    gate.release();
    pool.replicas[0]?.plan(undefined);
    expect((await exchange(pool.gateway.url + chatPath, ask("And now?"))).status).toBe(200);
  });

  test("the long excuse of a replica that is passed over holds no connection", async () => {
    const pool = await runPool(2);
    const [first] = pool.replicas as [ScriptedOrigin];
    first.plan(() => ({ status: 503, body: "x".repeat(8 * 1024 * 1024) }));
    expect((await exchange(pool.gateway.url + chatPath, ask("What?"))).status).toBe(200);
    expect(first.callCount).toBe(1);
    expect(await first.calls[0]?.ended).toBe("aborted");
  });
});
