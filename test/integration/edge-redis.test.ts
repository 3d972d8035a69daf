import { expect, onTestFinished, test } from "vitest";
import { callAdmin, invalidate } from "../e2e/admin-call.ts";
import { contentOf, question } from "../e2e/chat-call.ts";
import { eventually } from "../e2e/eventually.ts";
import { exchange } from "../e2e/http-exchange.ts";
import { type RunningGateway, runGateway, runOrigin } from "../e2e/running-gateway.ts";
import { askUntilStored } from "../e2e/stored-answer.ts";
import { startRedis } from "../services/redis.ts";
import { describeWithServices } from "../services/required.ts";

/** What is published is published by all gateways that share a store, and gone at all of them. */

const limit = 240_000;

describeWithServices("redis-server", "published answers and twins of two gateways over one Redis", () => {
  test(
    "one publishes and withdraws, the other answers and is done; a twin of one is a twin of the other",
    async () => {
      const server = await startRedis();
      onTestFinished(() => server.stop());
      const origin = await runOrigin();
      const store = { url: server.url, lookupBudget: "10s", readDeadline: "10s", writeDeadline: "10s" };
      const start = () => runGateway(origin, { store, layers: { edge: { twins: "public" } } });
      const [one, two] = [await start(), await start()];
      const get = async (gateway: RunningGateway, path = "/v1/answers/news") =>
        (await exchange(gateway.url + path)).status;

      const answer = await askUntilStored(one, question(), { "x-ai-cache-tags": "doc:42" });
      const entry = answer.headers["x-ai-cache-entry"];
      const publish = async () => (await callAdmin(one, "/answers", { body: { slug: "news", entry } })).status;
      expect(await publish()).toBe(200);
      const seen = await exchange(`${two.url}/v1/answers/news.txt`);
      expect([seen.status, seen.text]).toEqual([200, `${contentOf(answer)}\n`]);
      const path = String(answer.headers["content-location"]);
      expect([await get(one, path), await get(two, path)]).toEqual([200, 200]);

      await callAdmin(one, "/answers/news", { method: "DELETE" });
      expect(await get(one)).toBe(410);
      await eventually("gone at the other", async () => (await get(two)) === 410);

      expect(await publish()).toBe(200);
      await eventually("there again", async () => (await get(two)) === 200);
      expect((await invalidate(two, { tags: ["doc:42"] })).status).toBe(200);
      expect([await get(two), await get(two, path)]).toEqual([410, 404]);
      await eventually("gone at the first", async () => (await get(one)) === 410 && (await get(one, path)) === 404);
    },
    limit,
  );
});
