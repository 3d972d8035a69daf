import { expect, onTestFinished, test } from "vitest";
import { callAdmin } from "../e2e/admin-call.ts";
import { ask, bearer, question, statusOf } from "../e2e/chat-call.ts";
import { runGateway, runOrigin } from "../e2e/running-gateway.ts";
import { startRedis } from "../services/redis.ts";
import { describeWithServices } from "../services/required.ts";

/** Virtual keys of two gateways that share a Redis: made with one, taken by both, and by none without the store. */

interface MadeKey {
  readonly key: string;
  readonly id: string;
}

describeWithServices("redis-server", "virtual keys over Redis", () => {
  test("are known to all, taken back for all, kept as hashes, and nobody new gets in without the store (I4, X10)", async () => {
    const server = await startRedis();
    onTestFinished(() => server.stop());
    const origin = await runOrigin();
    const settings = {
      store: { url: server.url },
      upstreams: { main: { url: origin.url, apiKey: "sk-upstream-1" } },
      tenancy: { mode: "keys" },
    };
    const [here, there] = [await runGateway(origin, settings), await runGateway(origin, settings)];
    const make = async () => JSON.parse((await callAdmin(here, "/keys", { body: { tenant: "acme" } })).text) as MadeKey;
    const [used, kept, unseen] = [await make(), await make(), await make()];
    const answered = async (gateway: typeof here, { key }: MadeKey) =>
      (await ask(gateway, question(), bearer(key))).status;
    expect([await answered(here, used), await answered(there, used)]).toEqual([200, 200]);

    const rotated = JSON.parse(
      (await callAdmin(there, `/keys/${kept.id}/rotate`, { body: { overlap: "0" } })).text,
    ) as MadeKey;
    await expect.poll(() => answered(here, kept)).toBe(401);
    expect([await answered(here, rotated), await answered(there, rotated)]).toEqual([200, 200]);

    await callAdmin(here, `/keys/${used.id}`, { method: "DELETE" });
    expect(await answered(here, used)).toBe(401);
    await expect.poll(() => answered(there, used)).toBe(401);
    expect(statusOf(await ask(there, question(), bearer(rotated.key)))).toBe("HIT");

    const names = await server.admin.keys("*");
    const values = await Promise.all(names.map((name) => server.admin.dumpBuffer(name)));
    const bytes = Buffer.concat([Buffer.from(names.join("\n")), ...values.map((value) => value ?? Buffer.alloc(0))]);
    expect(names.length).toBeGreaterThan(3);
    for (const { key } of [used, kept, unseen, rotated])
      expect(bytes.includes(key.split("_")[3] as string)).toBe(false);

    await server.stop();
    expect(await answered(there, unseen)).toBe(503);
  });
});
