import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { ask, question, statusOf } from "./chat-call.ts";
import { eventually } from "./eventually.ts";
import { inMemory, runBoth, runGateway, runOrigin, temporaryFolder } from "./running-gateway.ts";

/** Plain cosine with a low threshold: what answers are the vectors, and not what else finds a like question. */
const semantic = { layers: { semantic: { mode: "serve", strategy: "threshold", threshold: 0.5 } } };
const first = question("How do I change the oil filter of a motorbike?");
const like = question("How do I replace the oil filter of a motorbike?");

describe("like questions behind the gateway", () => {
  test("vectors come from the server that the configuration names, with its own key", async () => {
    const models = await runOrigin();
    const { url } = models;
    const embedder = { kind: "openai-compatible", url, model: "scripted-embedder", apiKey: "of the embedder" };
    const { gateway } = await runBoth({ ...inMemory, layers: { semantic: { embedder } } });
    await ask(gateway, first);
    await models.waitForCalls(1);
    expect(models.calls[0]?.path).toBe("/v1/embeddings");
    expect(models.calls[0]?.headers.authorization).toBe("Bearer of the embedder");
    expect(models.calls[0]?.json).toMatchObject({ model: "scripted-embedder" });
  });

  test.each<[object, RegExp]>([
    [{ embedder: { kind: "openai-compatible", model: "m" } }, /semantic\.embedder\.url.*must be given/],
    [
      { embedder: { kind: "openai-compatible", url: "http://127.0.0.1:1/v1" } },
      /semantic\.embedder\.model.*must be given/,
    ],
    [{ embedder: { kind: "transformers" } }, /semantic\.embedder\.model.*must be given/],
    [{ vectors: "mysql://root:secret@host/db" }, /semantic\.vectors.*must be `embedded`/],
    [{ vectors: "redis+cluster://:secret@host" }, /semantic\.vectors.*no single server/],
    [{ vectors: "redis://:secret@host/2" }, /semantic\.vectors.*another database than 0/],
    [{ vectors: "redis://:secret@host?prefix=x" }, /semantic\.vectors.*prefix, which is not known/],
  ])("%j is a mistake that a start tells", async (wrong, message) => {
    const origin = await runOrigin();
    const starting = runGateway(origin, { ...inMemory, layers: { semantic: wrong } });
    await expect(starting).rejects.toThrow(message);
    await expect(starting).rejects.not.toThrow("secret");
  });

  test("a restart keeps what they are found by", async () => {
    const origin = await runOrigin();
    const folder = temporaryFolder();
    const before = await runGateway(origin, semantic, folder);
    await ask(before, first);
    await before.close();
    expect(existsSync(join(folder, "semantic.db"))).toBe(true);
    const after = await runGateway(origin, semantic, folder);
    const answer = await ask(after, like);
    expect([statusOf(answer), answer.headers["x-ai-cache-layer"]]).toEqual(["HIT", "semantic"]);
    expect(origin.callCount).toBe(1);
  });

  test("nothing is written where answers are in memory alone", async () => {
    const { gateway } = await runBoth({ ...inMemory, ...semantic });
    await ask(gateway, first);
    await eventually("the vector is there", async () => statusOf(await ask(gateway, like)) === "HIT");
    expect(existsSync(join(gateway.folder, "semantic.db"))).toBe(false);
  });

  test("a file of vectors that cannot be used costs no answer", async () => {
    const origin = await runOrigin();
    const folder = temporaryFolder();
    writeFileSync(join(folder, "semantic.db"), "no database at all ".repeat(500));
    const gateway = await runGateway(origin, semantic, folder);
    expect(statusOf(await ask(gateway, first))).toBe("MISS");
    await eventually("it is stored", async () => statusOf(await ask(gateway, first)) === "HIT");
    expect((await ask(gateway, like)).status).toBe(200);
    expect(origin.callCount).toBe(2);
    await gateway.close();
    expect(readFileSync(join(folder, "semantic.db"), "utf8")).toMatch(/^no database at all/);
  });
});
