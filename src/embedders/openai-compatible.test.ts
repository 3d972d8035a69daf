import { describe, expect, onTestFinished, test } from "vitest";
import { ManualClock } from "../core/clock.ts";
import type { Billed } from "../core/cost.ts";
import type { ModelAsk } from "../core/trace.ts";
import { Gate, type PlannedReply, startScriptedOrigin } from "../testing/index.ts";
import { openAiCompatible } from "./openai-compatible.ts";

async function setUp(reply: PlannedReply = {}, dimensions?: number) {
  const origin = await startScriptedOrigin({ plan: () => reply });
  onTestFinished(() => origin.close());
  const clock = new ManualClock();
  const url = `${origin.url}/`;
  const options = { url, model: "small", apiKey: "key", clock, ...(dimensions !== undefined && { dimensions }) };
  return { origin, clock, embedder: openAiCompatible(options) };
}

const vectors = (...embeddings: readonly unknown[]): PlannedReply => ({
  body: { data: embeddings.map((embedding, index) => ({ index, embedding })) },
});

describe("an embedder in OpenAI's form", () => {
  test("gives a vector of unit length for each text, in their order, and says what it cost", async () => {
    const { embedder, origin } = await setUp({}, 16);
    const billed: Billed[] = [];
    const [one, two] = await embedder.embed(["one", "two"], undefined, (bill) => billed.push(bill));
    const [again] = await embedder.embed(["two"]);
    expect([one?.length, two?.length]).toEqual([16, 16]);
    expect(Math.hypot(...(one ?? []))).toBeCloseTo(1, 6);
    expect(again).toEqual(two);
    expect(one).not.toEqual(two);
    expect(origin.calls[0]?.headers.authorization).toBe("Bearer key");
    expect(origin.calls[0]?.json).toEqual({ model: "small", input: ["one", "two"], dimensions: 16 });
    expect(billed).toMatchObject([{ protocol: "openai-embeddings", model: "small", originId: origin.url }]);
    expect(billed[0]?.usage?.inputTokens).toBe(2);
    expect(embedder.name).toBe(`small@${origin.url}#16`);
  });

  test("puts vectors where their index says", async () => {
    const data = [
      { index: 1, embedding: [0, 2] },
      { index: 0, embedding: [3, 0] },
    ];
    const { embedder } = await setUp({ body: { data } });
    expect(await embedder.embed(["one", "two"])).toEqual([Float32Array.of(1, 0), Float32Array.of(0, 1)]);
  });

  test.each<[string, PlannedReply]>([
    ["fewer vectors than texts", vectors([1, 0])],
    ["more vectors than texts", vectors([1, 0], [1, 0], [1, 0])],
    ["vectors of different lengths", vectors([1, 0], [1, 0, 0])],
    ["an empty vector", vectors([], [])],
    ["a vector that is not finite", vectors([1, 0], [1e300, 0])],
    ["null for a number, as JSON says NaN", vectors([1, 0], [null, 0])],
    ["a vector of zeros", vectors([1, 0], [0, 0])],
    ["text", vectors([1, 0], "AAAA")],
    [
      "an index twice",
      {
        body: {
          data: [
            { index: 0, embedding: [1] },
            { index: 0, embedding: [1] },
          ],
        },
      },
    ],
    [
      "an index beyond",
      {
        body: {
          data: [
            { index: 0, embedding: [1] },
            { index: 2, embedding: [1] },
          ],
        },
      },
    ],
    ["a page", { body: "<html></html>", headers: { "content-type": "text/html" } }],
    ["null", { body: "null" }],
    ["an error", { status: 400 }],
    ["a redirect", { status: 302, headers: { location: "http://127.0.0.1:1/" } }],
    ["half a body", { cut: { afterBytes: 20, how: "rst" } }],
  ])("throws at %s", async (_what, reply) => {
    const { embedder } = await setUp(reply);
    await expect(Promise.resolve(embedder.embed(["one", "two"]))).rejects.toMatchObject({
      code: "model_server_unavailable",
      remedy: expect.stringMatching(/\.$/),
    });
  });

  test("throws at vectors of another dimension than was asked for", async () => {
    const { embedder } = await setUp(vectors([1, 0]), 3);
    await expect(Promise.resolve(embedder.embed(["one"]))).rejects.toThrow("2 numbers and not 3");
  });

  test("that hangs is given up after ten seconds", async () => {
    const gate = new Gate();
    const { embedder, origin, clock } = await setUp({ holds: [{ at: "headers", gate }] });
    const asked = Promise.resolve(embedder.embed(["one"]));
    await origin.waitForCalls(1);
    clock.advance(10_000);
    await expect(asked).rejects.toMatchObject({ kind: "timeout" });
  });

  test.each<[string, PlannedReply, ModelAsk["result"]]>([
    ["a vector", vectors([1, 0]), 200],
    ["an error", { status: 400 }, 400],
    ["a page", { body: "<html></html>", headers: { "content-type": "text/html" } }, "invalid"],
    ["no vector", vectors(), "invalid"],
    ["half a body", { cut: { afterBytes: 20, how: "rst" } }, "error"],
  ])("tells of a request that ended with %s", async (_what, reply, result) => {
    const { embedder, origin } = await setUp(reply);
    const asked: ModelAsk[] = [];
    await Promise.resolve(embedder.embed(["one"], undefined, undefined, (ask) => asked.push(ask))).catch(() => {});
    const common = { protocol: "openai-embeddings", originId: origin.url, model: "small", durationMs: 0 };
    const answer = { answer: { model: undefined, usage: undefined, finish: [] } };
    expect(asked).toEqual([{ ...common, result, ...(result === 200 ? answer : {}) }]);
  });

  test("tells of no request while it leaves the server alone", async () => {
    const { embedder, origin } = await setUp({ status: 429 });
    const asked: ModelAsk[] = [];
    for (let time = 0; time < 2; time++)
      await Promise.resolve(embedder.embed(["one"], undefined, undefined, (ask) => asked.push(ask))).catch(() => {});
    expect(asked.map(({ result }) => result)).toEqual([429]);
    expect(origin.callCount).toBe(1);
  });

  test("a reply without end is read no further than its bound", async () => {
    const { embedder } = await setUp({ body: `{"data":"${"x".repeat(17 * 1024 * 1024)}"}` });
    await expect(Promise.resolve(embedder.embed(["one"]))).rejects.toThrow("more than 16777216 bytes");
  });

  test.each<[string, PlannedReply, RegExp]>([
    ["a wrong key", { status: 401 }, /Check the key/],
    ["a wrong path", { status: 404 }, /Check the URL/],
  ])("its check says of %s what to do", async (_what, reply, remedy) => {
    const { embedder } = await setUp(reply);
    expect(await embedder.check?.()).toMatchObject([
      { problem: expect.any(String), remedy: expect.stringMatching(remedy) },
    ]);
  });

  test("its check finds nothing where all is well", async () => {
    const { embedder } = await setUp();
    expect(await embedder.check?.()).toEqual([]);
  });

  test.each([
    { url: "nowhere" },
    { url: "ftp://host/v1" },
    { url: "http://user:secret@host/v1" },
    { model: "" },
    { timeout: "soon" },
  ])("%j is refused, and no secret is repeated", (wrong) => {
    const make = () => openAiCompatible({ url: "http://127.0.0.1:1/v1", model: "small", ...wrong });
    expect(make).toThrow(expect.objectContaining({ code: "invalid_option" }));
    expect(make).not.toThrow(/secret/);
  });
});
