import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { startRedis } from "../services/redis.ts";
import { startRedisSearch } from "../services/redis-search.ts";
import { describeWithServices } from "../services/required.ts";
import { ask, question, statusOf } from "./chat-call.ts";
import { eventually } from "./eventually.ts";
import { runCommand } from "./gateway-process.ts";
import { runGateway, runOrigin, temporaryFolder } from "./running-gateway.ts";

const first = question("How do I change the oil filter of a motorbike?");
const like = question("How do I replace the oil filter of a motorbike?");

describeWithServices("redis-server", "vectors in a Redis of the gateway", () => {
  test("like questions are found by them, and doctor says what is there", async () => {
    const server = await startRedisSearch();
    onTestFinished(() => server.stop());
    const origin = await runOrigin();
    const layers = { semantic: { mode: "serve", strategy: "threshold", threshold: 0.5, vectors: server.url } };
    const gateway = await runGateway(origin, { store: { url: "memory", lookupBudget: "10s" }, layers });
    await ask(gateway, first);
    await eventually("the vector is there", async () => (await server.admin.keys("reprise-vectors:*")).length > 0);
    const answer = await ask(gateway, like);
    expect([statusOf(answer), answer.headers["x-ai-cache-layer"]]).toEqual(["HIT", "semantic"]);
    expect(origin.callCount).toBe(1);

    const plain = await startRedis();
    onTestFinished(() => plain.stop());
    const file = join(temporaryFolder(), "reprise.json");
    const doctor = async (vectors: string) => {
      writeFileSync(
        file,
        JSON.stringify({ layers: { semantic: { vectors } }, upstreams: { main: { url: origin.url } } }),
      );
      return (await runCommand(["doctor", "--port", "0", "--config", file])).stdout;
    };
    expect(await doctor(server.url)).toMatch(/vectors .*has the search engine; vectors in it: 1/);
    expect(await doctor(plain.url)).toMatch(/vectors .*has no search engine/);
  });
});
