import { describe, expect, it, onTestFinished } from "vitest";
import { ManualClock } from "../../src/core/clock.ts";
import type { Embedder } from "../../src/core/embedder.ts";
import type { VectorSpace, VectorStore } from "../../src/core/vector-store.ts";
import { openAiCompatible } from "../../src/embedders/openai-compatible.ts";
import { Gate, type PlannedReply, type ScriptedOrigin, startScriptedOrigin } from "../../src/testing/index.ts";
import { embedded } from "../../src/vectors/embedded.ts";
import { turns, until } from "./cache-harness.ts";
import { answeredBy, type SemanticHarness, setUpSemantic } from "./semantic-harness.ts";

/** What the semantic layer leans on fails: the exact layer goes on, and no call waits longer than was said. */

/** Cosine decides, so that what is found is what the vectors say. */
const serve = { mode: "serve", strategy: "threshold", threshold: 0.9 } as const;
const first = "How do I change the oil filter of a motorbike?";
const like = "How do I replace the oil filter of a motorbike?";
const budgetMs = 250;

/** Finds all texts alike, as a model of that many dimensions. */
function embedderOf(state: { name: string; dimensions: number }): Embedder {
  return {
    get name() {
      return state.name;
    },
    embed: (texts) => texts.map(() => Float32Array.from({ length: state.dimensions }, (_, at) => (at === 0 ? 1 : 0))),
  };
}

/** Every operation fails, at once or later. */
function failingVectors(when: "at once" | "later"): VectorStore {
  const fail = (): never => {
    throw new Error("the store of vectors is down");
  };
  const operation = when === "at once" ? fail : async () => fail();
  return { name: "chaos", put: operation, nearest: operation, delete: operation, stats: operation, close() {} };
}

describe("R17: the store of vectors", () => {
  it.each(["at once", "later"] as const)("R17: is down and fails %s: exact works, and it is counted", async (when) => {
    const options = { embedder: embedderOf({ name: "m", dimensions: 8 }), vectors: failingVectors(when) };
    const { say, lastLook, origin, eventsOf } = await setUpSemantic(serve, options);
    const answer = await say(first);
    expect(answer.outcome).toBe("MISS");
    expect(answeredBy(await say(first))).toBe("exact");
    expect((await say(like)).outcome).toBe("MISS");
    expect(lastLook()?.reason).toBe("vectors_unavailable");
    expect(origin.callCount).toBe(2);
    expect(eventsOf("vector-fault").map(({ operation }) => operation)).toEqual(["nearest", "put", "nearest", "put"]);
  });

  it("R17: hangs: the call goes on after the look-up budget", async () => {
    const hanging: VectorStore = { ...failingVectors("at once"), nearest: () => new Promise(() => {}) };
    const options = { embedder: embedderOf({ name: "m", dimensions: 8 }), vectors: hanging };
    const { say, clock, lastLook, origin, eventsOf } = await setUpSemantic(serve, options);
    const asked = say(first);
    await turns();
    expect(origin.callCount).toBe(0);
    clock.advance(25);
    expect((await asked).outcome).toBe("MISS");
    expect(lastLook()?.reason).toBe("vectors_unavailable");
    expect(eventsOf("vector-fault")).toMatchObject([{ operation: "nearest", kind: "timeout" }, { operation: "put" }]);
  });
});

describe("R17: the model of the embedder", () => {
  /** Remembers which spaces were looked into. */
  function watchedVectors() {
    const vectors = embedded({ clock: new ManualClock() });
    const looked: VectorSpace[] = [];
    const watched: VectorStore = {
      name: vectors.name,
      put: (space, item) => vectors.put(space, item),
      nearest(space, vector, count) {
        looked.push(space);
        expect(vector.length).toBe(space.dimensions);
        return vectors.nearest(space, vector, count);
      },
      delete: (where) => vectors.delete(where),
      stats: () => vectors.stats(),
      close: () => vectors.close(),
    };
    return { vectors: watched, looked };
  }

  it.each([
    ["answers in another dimension", { name: "m", dimensions: 768 }],
    ["is another one", { name: "n", dimensions: 384 }],
    ["is another one, of another dimension", { name: "n", dimensions: 768 }],
  ])("R17: %s: what it said before is never compared, and it starts anew", async (_what, changed) => {
    const state = { name: "m", dimensions: 384 };
    const { vectors, looked } = watchedVectors();
    const { say } = await setUpSemantic(serve, { embedder: embedderOf(state), vectors });
    await say(first);
    expect(answeredBy(await say(like))).toBe("semantic");
    Object.assign(state, changed);
    looked.length = 0;
    expect(answeredBy(await say(first))).toBe("exact");
    expect(answeredBy(await say("How do I clean the oil filter of a motorbike?"))).toBe("MISS");
    expect(answeredBy(await say("How do I clean the oil filter of my motorbike?"))).toBe("semantic");
    for (const space of looked) expect(space).toMatchObject({ model: state.name, dimensions: state.dimensions });
    expect(looked.length).toBeGreaterThan(0);
  });
});

interface Provided extends SemanticHarness {
  readonly provider: ScriptedOrigin;
}

/** A cache whose vectors come from a server, which is another scripted origin. */
async function setUpProvider(reply?: PlannedReply | ((count: number) => PlannedReply)): Promise<Provided> {
  const provider = await startScriptedOrigin({ models: ["scripted-embedder"] });
  let count = 0;
  if (reply !== undefined) provider.plan(() => (typeof reply === "function" ? reply(count++) : reply));
  onTestFinished(() => provider.close());
  // The harness makes the clock, which the embedder needs before.
  let harness: SemanticHarness | undefined;
  const embedder = openAiCompatible({
    url: provider.url,
    model: "scripted-embedder",
    clock: {
      now: () => harness?.clock.now() ?? 0,
      monotonic: () => harness?.clock.monotonic() ?? 0,
      after: (delayMs, action) => harness?.clock.after(delayMs, action) ?? (() => {}),
    },
  });
  harness = await setUpSemantic(serve, { embedder });
  return { ...harness, provider };
}

describe("R18: the server of the embedder", () => {
  it("R18: answers 429: the call goes upstream, it is counted, and nobody asks until Retry-After has passed", async () => {
    const { say, provider, clock, lastLook, eventsOf } = await setUpProvider((count) =>
      count === 0 ? { status: 429, headers: { "retry-after": "30" } } : {},
    );
    expect((await say(first)).outcome).toBe("MISS");
    expect(lastLook()?.reason).toBe("embedder_unavailable");
    expect(eventsOf("embedder-fault").at(0)?.kind).toBe("error");
    expect(answeredBy(await say(first))).toBe("exact");
    clock.advance(29_000);
    expect((await say(like)).outcome).toBe("MISS");
    expect(provider.callCount).toBe(1);
    clock.advance(1_000);
    await say("What is a torque wrench for?");
    expect(provider.callCount).toBe(2);
  });

  it.each([
    ["hangs", undefined],
    ["takes 300 ms", 300],
  ])("R18: %s: the call goes upstream when the budget has passed, and it is counted", async (_what, latencyMs) => {
    const gate = new Gate();
    onTestFinished(() => gate.release());
    const { say, provider, origin, clock, lastLook, eventsOf } = await setUpProvider(
      latencyMs === undefined ? { holds: [{ at: "headers", gate }] } : { latencyMs },
    );
    const asked = say(first);
    await provider.waitForCalls(1);
    clock.advance(budgetMs - 1);
    await turns();
    expect(origin.callCount).toBe(0);
    clock.advance(1);
    expect((await asked).outcome).toBe("MISS");
    expect(lastLook()?.reason).toBe("embedder_slow");
    expect(lastLook()?.durationMs).toBe(budgetMs);
    expect(eventsOf("embedder-fault").at(0)?.kind).toBe("timeout");
    await until(() => provider.calls[0]?.aborted === true, "that it is told that nobody waits");
    expect(answeredBy(await say(first))).toBe("exact");
    // What is done in the background gives up as well, only later.
    clock.advance(10 * budgetMs);
  });

  it("R18: fails again and again: it is left alone, and asked again later", async () => {
    let isDown = true;
    const { say, provider, clock } = await setUpProvider(() => (isDown ? { status: 500 } : {}));
    for (const thing of ["tyre", "chain", "clutch", "brake", "mirror", "saddle", "horn", "lamp"]) {
      await say(`How do I fit the ${thing} of a motorbike?`);
      clock.advance(100);
    }
    const { callCount } = provider;
    expect(callCount).toBeLessThanOrEqual(8);
    await say("How do I fit the pedal of a motorbike?");
    expect(provider.callCount).toBe(callCount);
    isDown = false;
    clock.advance(10_000);
    await say("How do I fit the wheel of a motorbike?");
    expect(provider.callCount).toBe(callCount + 1);
  });
});

describe("a server of embeddings", () => {
  it("is asked for a text once, and paid once", async () => {
    const { say, provider, origin, cache, eventsOf } = await setUpProvider();
    await say(first);
    expect(provider.callCount).toBe(1);
    expect(provider.calls[0]?.path).toBe("/v1/embeddings");
    expect(provider.calls[0]?.json).toEqual({ model: "scripted-embedder", input: [first] });
    // Another context, so another question; the text is the same.
    await say(first, { temperature: 0.5 });
    expect(origin.callCount).toBe(2);
    expect(provider.callCount).toBe(1);
    const spent = eventsOf("spending").filter(({ overhead }) => overhead === "embedding");
    expect(spent).toMatchObject([
      { protocol: "openai-embeddings", model: "scripted-embedder", originId: provider.url },
    ]);
    expect(cache.stats().overhead.tokens.inputTokens).toBeGreaterThan(0);
    expect(cache.stats().requests).toMatchObject({ miss: 2 });
  });

  it("is asked anew for another tenant: nobody learns from the time it takes what others asked", async () => {
    const { say, provider } = await setUpProvider();
    await say(first);
    await say(first, {}, { headers: { authorization: "Bearer two" } });
    expect(provider.callCount).toBe(2);
  });
});
