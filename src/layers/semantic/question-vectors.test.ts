import { describe, expect, it } from "vitest";
import { ManualClock } from "../../core/clock.ts";
import type { TraceEvent } from "../../core/trace.ts";
import { type QuestionEmbedder, QuestionVectors } from "./question-vectors.ts";

function setUp(embed: QuestionEmbedder["embed"]) {
  const clock = new ManualClock();
  const faults: string[] = [];
  const trace = (event: TraceEvent) => {
    if (event.type === "embedder-fault") faults.push(`${event.embedder} ${event.kind}`);
  };
  const embedder = { name: "test-1", embed };
  return { clock, faults, questions: new QuestionVectors({ embedder, budgetMs: 250, clock, trace }) };
}

const unit = Float32Array.of(0.6, 0.8);

describe("the vector of a question", () => {
  it.each<[string, QuestionEmbedder["embed"]]>([
    ["at once", () => [unit]],
    ["later", async () => [unit]],
  ])("comes %s as the embedder gave it", async (_, embed) => {
    const { questions, faults } = setUp(embed);
    expect(await questions.of("t", "How?")).toEqual({ vector: unit });
    expect(questions.model).toBe("test-1");
    expect(faults).toEqual([]);
  });

  it("is made one of unit length", async () => {
    const { questions } = setUp(() => [Float32Array.of(3, 4)]);
    const embedded = await questions.of("t", "How?");
    const vector = "vector" in embedded ? [...embedded.vector] : [];
    expect(vector.map((value) => value.toFixed(6))).toEqual(["0.600000", "0.800000"]);
  });

  it.each<[string, unknown]>([
    ["no vector", []],
    ["two vectors", [unit, unit]],
    ["an empty one", [new Float32Array()]],
    ["one without a direction", [Float32Array.of(0, 0)]],
    ["NaN", [Float32Array.of(Number.NaN, 1)]],
    ["an infinite one", [Float32Array.of(Number.POSITIVE_INFINITY, 1)]],
    ["a list of numbers", [[0.6, 0.8]]],
    ["nothing in a list", [undefined]],
    ["null", null],
    ["undefined", undefined],
  ])("is refused when the embedder returns %s", async (_, vectors) => {
    const { questions, faults } = setUp(() => vectors as Float32Array[]);
    expect(await questions.of("t", "How?")).toEqual({ refusal: "vector_invalid" });
    expect(faults).toEqual(["test-1 invalid"]);
  });

  it.each<[string, QuestionEmbedder["embed"]]>([
    ["throws", () => expect.fail("down")],
    ["rejects", () => Promise.reject(new Error("down"))],
  ])("is not there when the embedder %s", async (_, embed) => {
    const { questions, faults } = setUp(embed);
    expect(await questions.of("t", "How?")).toEqual({ refusal: "embedder_unavailable" });
    expect(faults).toEqual(["test-1 error"]);
  });

  it("of another length than before is refused once, and is the measure from then on", async () => {
    let vector = unit;
    const { questions, faults } = setUp(() => [vector]);
    await questions.of("t", "How?");
    vector = Float32Array.of(1, 0, 0);
    expect(await questions.of("t", "How?")).toEqual({ refusal: "vector_invalid" });
    expect(await questions.of("t", "How?")).toEqual({ vector });
    expect(faults).toEqual(["test-1 invalid"]);
  });
});

describe("an embedder that hangs", () => {
  it.each([
    ["budget", 250],
    ["patient", 2_500],
  ] as const)("is left after its time (%s), and told to stop", async (patience, limitMs) => {
    const signals: AbortSignal[] = [];
    const { clock, faults, questions } = setUp((_tenant, _texts, signal) => {
      signals.push(signal);
      return new Promise(() => {});
    });
    let answer: unknown;
    const asking = questions.of("t", "How?", patience).then((embedded) => (answer = embedded));
    clock.advance(limitMs - 1);
    await Promise.resolve();
    expect([answer, signals[0]?.aborted]).toEqual([undefined, false]);
    clock.advance(1);
    await asking;
    expect(answer).toEqual({ refusal: "embedder_slow" });
    expect([signals[0]?.aborted, faults]).toEqual([true, ["test-1 timeout"]]);
  });

  it("and fails later disturbs nobody", async () => {
    const late = Promise.withResolvers<readonly Float32Array[]>();
    const { clock, faults, questions } = setUp(() => late.promise);
    const asking = questions.of("t", "How?");
    clock.advance(250);
    await asking;
    late.reject(new Error("too late"));
    await new Promise((resolve) => setImmediate(resolve));
    expect(faults).toEqual(["test-1 timeout"]);
  });
});
