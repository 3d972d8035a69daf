import { expect, onTestFinished, test } from "vitest";
import type { ScriptedOrigin } from "../../src/testing/index.ts";
import { startMemcached } from "../services/memcached.ts";
import { startPostgres } from "../services/postgres.ts";
import { startRedis } from "../services/redis.ts";
import { describeWithServices, type RequiredProgram } from "../services/required.ts";
import { callAdmin } from "./admin-call.ts";
import { ask, question } from "./chat-call.ts";
import { runGateway, runOrigin } from "./running-gateway.ts";

/** Two gateways over one store have the same prompts. */

const servers: readonly (readonly [RequiredProgram, start: () => Promise<string>])[] = [
  [
    "redis-server",
    async () => {
      const server = await startRedis();
      onTestFinished(() => server.stop());
      return server.url;
    },
  ],
  [
    "memcached",
    async () => {
      const server = await startMemcached();
      onTestFinished(() => server.kill());
      return server.url;
    },
  ],
  [
    "postgres",
    async () => {
      const server = await startPostgres();
      onTestFinished(() => server.remove());
      return server.url();
    },
  ],
];

function systemOf({ calls }: ScriptedOrigin): unknown {
  const { messages = [] } = (calls.at(-1)?.json ?? {}) as {
    readonly messages?: readonly { readonly content: string }[];
  };
  return messages[0]?.content;
}

for (const [program, start] of servers) {
  describeWithServices(program, `prompts over ${program}`, () => {
    test("what one gateway registers calls of the other may refer to at once; its newest version a moment later", async () => {
      const origin = await runOrigin();
      // Nothing here is about deadlines.
      const store = { url: await start(), lookupBudget: "10s", readDeadline: "10s", writeDeadline: "10s" };
      const [here, there] = [await runGateway(origin, { store }), await runGateway(origin, { store })];
      const set = (gateway: typeof here, body: object) => callAdmin(gateway, "/prompts/hotel", { method: "PUT", body });
      const by = (reference: string) => ({ "x-ai-prompt": reference, "cache-control": "no-store" });
      expect((await set(here, { text: "Be kind." })).status).toBe(200);
      expect((await ask(there, question(), by("hotel"))).status).toBe(200);
      expect(systemOf(origin)).toBe("Be kind.");
      await set(there, { text: "Be brief." });
      await ask(here, question(), by("hotel@2"));
      expect(systemOf(origin)).toBe("Be brief.");
      await set(there, { text: "Be both.", version: "both" });
      await expect
        .poll(async () => {
          await ask(here, question(), by("hotel"));
          return systemOf(origin);
        })
        .toBe("Be both.");
      const taken = await set(here, { text: "Be neither.", version: "both" });
      expect([taken.status, JSON.parse(taken.text).code]).toEqual([409, "version_exists"]);
      await callAdmin(here, "/prompts/hotel?version=both", { method: "DELETE" });
      await expect.poll(async () => (await ask(there, question(), by("hotel@both"))).status).toBe(410);
      // One that starts later knows them all.
      const later = await runGateway(origin, { store });
      await ask(later, question(), by("hotel"));
      expect(systemOf(origin)).toBe("Be brief.");
    });
  });
}
