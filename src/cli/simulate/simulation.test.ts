import { Readable } from "node:stream";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { describe, expect, test } from "vitest";
import { readSettings } from "../../options.ts";
import { sourceOf } from "./log-records.ts";
import type { Figures } from "./measures.ts";
import type { Setting } from "./replay.ts";
import { type Simulation, simulate } from "./simulation.ts";

setFlagsFromString("--expose-gc");
const collect = runInNewContext("gc") as () => void;

const noon = Date.UTC(2026, 4, 1, 12);
const second = 1_000;

function setting(options: object = {}, name = "one"): Setting {
  const reading = readSettings(options);
  if (!reading.ok) throw new Error(JSON.stringify(reading.mistakes));
  return { name, settings: reading.settings };
}

const exact = { layers: { semantic: { mode: "off" }, exact: { ttlJitter: 0 } } };

function play(records: Iterable<object>, ...settings: readonly Setting[]): Promise<Simulation> {
  const text = Readable.from(linesOf(records), { objectMode: false });
  const source = sourceOf("log", undefined, () => text);
  const options = { format: undefined, model: undefined };
  return simulate(source, options, settings.length === 0 ? [setting(exact)] : settings);
}

function* linesOf(records: Iterable<object>): Generator<Buffer> {
  for (const record of records) yield Buffer.from(`${JSON.stringify(record)}\n`);
}

async function playOne(records: Iterable<object>, options: object = exact): Promise<Figures> {
  const { settings } = await play(records, setting(options));
  return settings[0] as Figures;
}

interface Said {
  readonly at?: number;
  readonly tookMs?: number;
  readonly answer?: string;
  readonly fields?: object;
  readonly model?: string;
}

function call(
  content: string,
  { at = 0, tookMs = 500, answer = "An answer.", fields, model = "gpt-4o-mini" }: Said = {},
) {
  const message = { role: "assistant", content: answer };
  return {
    request: { model, temperature: 0, messages: [{ role: "user", content }], ...fields },
    response: {
      ...{ id: "a", object: "chat.completion", created: 1, model },
      choices: [{ index: 0, message, finish_reason: "stop" }],
      usage: { prompt_tokens: 1_000, completion_tokens: 100, total_tokens: 1_100 },
    },
    time: (noon + at) / 1_000,
    duration_ms: tookMs,
  };
}

describe("calls come at their time", () => {
  test("those that overlap share one answer, later ones have the stored one", async () => {
    const figures = await playOne([
      call("one", { tookMs: 500 }),
      call("one", { at: 100, fields: { stream: true } }),
      call("one", { at: 499 }),
      call("one", { at: 501 }),
      call("other", { at: 600 }),
    ]);
    expect(figures.outcomes).toMatchObject({ miss: 2, coalesced: 2, hit: 1 });
    expect(figures.originCalls).toBe(2);
    expect(figures.layers).toMatchObject([
      { layer: "exact", answers: 1, tokens: 1_100 },
      { layer: "coalescing", answers: 2, tokens: 2_200 },
    ]);
    // 0.15 and 0.60 dollars for a million tokens.
    expect(figures.money).toEqual({
      without: "0.00105",
      spent: "0.00042",
      saved: "0.00063",
      overhead: "0",
      net: "0.00063",
    });
    // The followers waited for the rest of the first one: 400 and 1 ms in place of 500.
    expect(figures.timeSavedMs).toBeCloseTo(100 + 499 + 500, 6);
  });

  test("a clock that was thousands of years ahead for a moment holds up nothing", async () => {
    const future = { ...call("one"), time: Date.UTC(9999, 11, 31) / 1_000 };
    const never = { ...call("one"), time: 1e300 };
    const figures = await playOne([call("one"), future, never, call("one", { at: second })]);
    expect(figures.calls).toBe(4);
    expect(figures.originCalls).toBe(2);
  });

  test("answers age, and what is stale is refreshed behind it", async () => {
    const rule = {
      ...exact,
      layers: { ...exact.layers, exact: { ttl: "10s", staleWhileRevalidate: "1h", ttlJitter: 0 } },
    };
    const at = [0, 5, 12, 12.2, 14, 40].map((seconds) => seconds * second);
    const figures = await playOne(
      at.map((at) => call("one", { at })),
      rule,
    );
    expect(figures.outcomes).toMatchObject({ miss: 1, hit: 2, stale: 3 });
    expect(figures.originCalls).toBe(3);
  });

  test("an origin that fails is asked again, and what fails is not stored", async () => {
    const failing = { ...call("one"), response: { status_code: 503, body: { error: { message: "away" } } } };
    const figures = await playOne([failing, { ...call("one", { at: 5 * second }) }, call("one", { at: 9 * second })]);
    expect(figures.outcomes).toMatchObject({ miss: 2, hit: 1 });
  });

  test("without times they follow one another", async () => {
    const { time: _, duration_ms: __, ...untimed } = call("one");
    const simulation = await play([untimed, untimed, untimed]);
    expect(simulation.settings[0]?.outcomes).toMatchObject({ miss: 1, hit: 2 });
    expect(simulation.unknownDurations).toBe(3);
  });
});

test("several settings hear the same calls, each for itself", async () => {
  const records = [0, 20, 40].map((seconds) => call("one", { at: seconds * second }));
  const short = { layers: { semantic: { mode: "off" }, exact: { ttl: "10s", ttlJitter: 0 } } };
  const { settings } = await play(records, setting(exact, "long"), setting(short, "short"));
  expect(settings.map(({ name, outcomes }) => [name, outcomes.miss, outcomes.hit])).toEqual([
    ["long", 1, 2],
    ["short", 3, 0],
  ]);
});

test("the same log gives the same figures", async () => {
  const records = Array.from({ length: 300 }, (_, index) => call(`q ${(index * index) % 40}`, { at: index * 700 }));
  const jittering = { layers: { semantic: { mode: "serve" }, exact: { ttl: "1m", ttlJitter: 0.2 } } };
  expect(await playOne(records, jittering)).toEqual(await playOne(records, jittering));
});

describe("like questions", () => {
  const serve = { layers: { semantic: { mode: "serve" } } };
  const observe = { layers: { semantic: { mode: "observe" } } };
  const [one, other] = ["How do I reset my password?", "how do i reset my password"];

  test("are served, and right where the log holds the same answer", async () => {
    const records = [call(one), call(other, { at: 5 * second })];
    const figures = await playOne(records, serve);
    expect(figures.layers).toMatchObject([{ layer: "semantic", answers: 1 }]);
    expect(figures.wrongHits).toEqual({ right: 1, wrong: 0, unknown: 0 });
    const observed = await playOne(records, observe);
    expect(observed.outcomes).toMatchObject({ miss: 2, hit: 0 });
    expect(observed.observed).toMatchObject({ wouldHit: 1, usd: figures.money.saved });
  });

  test("are observed to be right or wrong only where they would have been served", async () => {
    const slip = "how do i reset my pasword";
    const served = await playOne([call(one), call(slip, { at: 5 * second, answer: "No." })], observe);
    expect(served.observed).toMatchObject({ wouldHit: 1, right: 0, wrong: 1 });
    const cautious = { layers: { semantic: { mode: "observe", target: 0.0001 } } };
    const refused = await playOne([call(one), call(slip, { at: 5 * second, answer: "No." })], cautious);
    expect(refused.observed).toMatchObject({ wouldHit: 0, right: 0, wrong: 0 });
  });

  test("are wrong where it holds another short one, and unknown where nobody can tell", async () => {
    const long = `${"A long answer that says a lot. ".repeat(5)}`;
    const differing = await playOne([call(one), call(other, { at: 5 * second, answer: "No." })], serve);
    expect(differing.wrongHits).toEqual({ right: 0, wrong: 1, unknown: 0 });
    const worded = await playOne([call(one), call(other, { at: 5 * second, answer: long })], serve);
    expect(worded.wrongHits).toEqual({ right: 0, wrong: 0, unknown: 1 });
  });
});

test("vectors are of the number that was asked for, and their tokens are counted", async () => {
  const asked = (input: readonly string[], at: number) => ({
    ...{ request: { model: "text-embedding-3-small", input }, url: "/v1/embeddings", time: (noon + at) / 1_000 },
    ...{ duration_ms: 50, usage: { prompt_tokens: 10 * input.length } },
  });
  const figures = await playOne([asked(["a", "b"], 0), asked(["a", "b"], second), asked(["b", "c"], 2 * second)]);
  expect(figures.outcomes).toMatchObject({ miss: 2, hit: 1 });
  expect(figures.layers).toMatchObject([{ layer: "embedding", tokens: 30 }]);
});

test("models without a price are counted and named", async () => {
  const records = [call("one", { model: "house-model" }), call("one", { model: "house-model", at: second })];
  const figures = await playOne(records);
  expect(figures.unpriced).toEqual([{ model: "house-model", answers: 2 }]);
  expect(figures.money).toMatchObject({ spent: "0", saved: "0" });
});

test("requests that no protocol takes are errors and end nothing", async () => {
  const odd = [{ messages: [] }, { model: 7, messages: ["x"] }, { input: {} }, { contents: 1 }, { prompt: null }];
  const records = [...odd.map((request) => ({ request, time: noon / 1_000 })), call("one")];
  const { settings, reading } = await play(records);
  expect(reading.calls).toBe(records.length);
  expect(settings[0]?.calls).toBe(records.length);
  expect(settings[0]?.outcomes.miss).toBeGreaterThan(0);
});

test("a log without a call is an error that names the first line", async () => {
  await expect(play([{ nothing: 1 }])).rejects.toMatchObject({
    code: "no_calls",
    message: expect.stringMatching(
      /^None of the 1 records of log is a call that can be replayed; line 1 is of no format/,
    ),
  });
});

test("the memory that a log takes does not grow with it", async () => {
  const small = { ...exact, store: { memoryBytes: "2mb" } };
  const filler = "word ".repeat(1_000);
  function* records(count: number): Generator<object> {
    // Ten minutes of calls wait for those that may have begun before them.
    for (let index = 0; index < count; index++) yield call(`${index} ${filler}`, { at: 10 * index * second });
  }
  const peak = async (count: number): Promise<number> => {
    let [most, heard] = [0, 0];
    const source = sourceOf("log", undefined, () => Readable.from(linesOf(records(count)), { objectMode: false }));
    await simulate(source, { format: undefined, model: undefined }, [setting(small)], () => {
      if (heard++ % 250 !== 0) return;
      collect();
      most = Math.max(most, process.memoryUsage().heapUsed);
    });
    return most;
  };
  const few = await peak(1_000);
  // Three thousand more are fifteen megabytes.
  expect(await peak(4_000)).toBeLessThan(few + 5 * 1024 * 1024);
});
