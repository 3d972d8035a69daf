import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { startPgvectorServer } from "../services/pgvector-server.ts";
import { describeWithServices } from "../services/required.ts";
import { ask, question, statusOf } from "./chat-call.ts";
import { eventually } from "./eventually.ts";
import { runCommand } from "./gateway-process.ts";
import { runGateway, runOrigin, temporaryFolder } from "./running-gateway.ts";

const first = question("How do I change the oil filter of a motorbike?");
const like = question("How do I replace the oil filter of a motorbike?");

describeWithServices("postgres", "vectors in a PostgreSQL of the gateway", () => {
  test("like questions are found by them, and doctor says what is there", async () => {
    const server = await startPgvectorServer();
    onTestFinished(() => server.remove());
    const [url, bare] = [await server.freshDatabase(), await server.freshDatabase()];
    const origin = await runOrigin();
    const layers = { semantic: { mode: "serve", strategy: "threshold", threshold: 0.5, vectors: url } };
    const gateway = await runGateway(origin, { store: { url: "memory", lookupBudget: "10s" }, layers });
    await ask(gateway, first);
    const vectors = async () =>
      (await server.query("SELECT count(*)::int AS count FROM reprise_vectors_v1", new URL(url).pathname.slice(1)))[0];
    await eventually("the vector is there", async () => (await vectors().catch(() => undefined))?.["count"] === 1);
    const answer = await ask(gateway, like);
    expect([statusOf(answer), answer.headers["x-ai-cache-layer"]]).toEqual(["HIT", "semantic"]);
    expect(origin.callCount).toBe(1);

    await server.query("CREATE ROLE stranger LOGIN");
    const file = join(temporaryFolder(), "reprise.json");
    const doctor = async (where: string) => {
      const semantic = { vectors: where };
      writeFileSync(file, JSON.stringify({ layers: { semantic }, upstreams: { main: { url: origin.url } } }));
      return (await runCommand(["doctor", "--port", "0", "--config", file])).stdout;
    };
    expect(await doctor(url)).toMatch(/vectors .*pgvector \d+\.\d+\.\d+; vectors in it: 1/);
    expect(await doctor(bare.replace("postgres@", "stranger@"))).toMatch(/vectors .*extension/);
  });
});
