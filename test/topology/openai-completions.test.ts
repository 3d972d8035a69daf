import { describe, expect, it } from "vitest";
import type { CacheOptions } from "../../src/cache.ts";
import { Gate } from "../../src/testing/gate.ts";
import type { PlannedReply } from "../../src/testing/scripted-plan.ts";
import { canaryOf, isWhole } from "../../src/testing/scripted-text.ts";
import { type Harness, readResponse, setUp, until } from "./cache-harness.ts";

/** OpenAI's older completions through a library cache: forms, refusals, cuts, tenants, followers, usage. */

const question = { model: "scripted-small", prompt: "Where? 🌊" };
const asStream = { stream: true };
const withUsage = { stream: true, stream_options: { include_usage: true } };

interface Choice {
  readonly index: number;
  readonly text: string;
  readonly reasoning?: string;
  readonly finish_reason: string | null;
  readonly logprobs: Readonly<Record<string, unknown[]>> | null;
}

interface Reading extends Omit<Awaited<ReturnType<typeof readResponse>>, "text"> {
  readonly choices: readonly Choice[];
  readonly usage: Readonly<Record<string, number>> | undefined;
  /** Of the first choice. */
  readonly text: string;
}

interface Ask {
  readonly key?: string;
  readonly base?: string;
}

type Complete = (body?: object, ask?: Ask) => Promise<Reading>;

async function setUpCompletions(options?: CacheOptions): Promise<Harness & { readonly complete: Complete }> {
  const harness = await setUp(options);
  const complete: Complete = async (body = {}, { key = "one", base = harness.origin.url } = {}) => {
    const response = await harness.cache.fetch(`${base}/completions`, {
      method: "POST",
      headers: { authorization: `Bearer ${key}`, "content-type": "application/json" },
      body: JSON.stringify({ ...question, ...body }),
    });
    const reading = await readResponse(response);
    return { ...reading, ...answerIn(reading.raw) };
  };
  return { ...harness, complete };
}

/** What a client puts together from either form. */
function answerIn(raw: string): Pick<Reading, "choices" | "usage" | "text"> {
  const choices: Choice[] = [];
  let usage: Reading["usage"];
  for (const answer of documentsIn(raw)) {
    usage = answer.usage ?? usage;
    for (const piece of answer.choices ?? []) {
      const { text, logprobs, reasoning = "", ...rest } = piece;
      const known = choices[piece.index];
      const lists = Object.entries(logprobs ?? {}).map(([name, list]) => [
        name,
        [...(known?.logprobs?.[name] ?? []), ...list],
      ]);
      const both = logprobs === null ? (known?.logprobs ?? null) : Object.fromEntries(lists);
      const joined = { text: (known?.text ?? "") + text, reasoning: (known?.reasoning ?? "") + reasoning };
      choices[piece.index] = { ...rest, ...joined, logprobs: both };
    }
  }
  return { choices, usage, text: choices[0]?.text ?? "" };
}

interface Document {
  readonly choices?: readonly Choice[];
  readonly usage?: Readonly<Record<string, number>>;
  readonly error?: { readonly code: unknown; readonly message: string };
}

function documentsIn(raw: string): readonly Document[] {
  if (!raw.startsWith("data: ")) return raw.startsWith("{") ? [JSON.parse(raw)] : [];
  return [...raw.matchAll(/^data: (\{.*\})\n\n/gm)].map(([, data]) => JSON.parse(data as string));
}

const cases: Readonly<Record<string, readonly [body: object, plan: PlannedReply, choices: number]>> = {
  text: [{}, {}, 1],
  "prompts in tokens, two choices each": [{ prompt: [[1, 2], [3]], n: 2 }, {}, 4],
  "the prompt and log probabilities": [{ echo: true, logprobs: 2, n: 2 }, {}, 2],
  reasoning: [{}, { reasoning: "Hm 🤔." }, 1],
  "choices that say different things": [{ n: 2 }, { choices: [{ content: "Yes." }, { content: "ναί" }] }, 2],
  "a structured output": [{ response_format: { type: "json_object" } }, { content: '{"a": [1]}' }, 1],
};

describe.each(Object.entries(cases))("%s", (_, [body, plan, count]) => {
  it.each([{}, asStream, withUsage])("filled by %j is read in every form, of one call", async (filling) => {
    const { origin, complete } = await setUpCompletions();
    origin.plan(plan);
    const filled = await complete({ ...body, ...filling });
    expect(filled).toMatchObject({ status: 200, outcome: "MISS", error: undefined });
    expect(filled.choices.map(({ index, finish_reason }) => [index, finish_reason])).toEqual(
      Array.from({ length: count }, (_, index) => [index, "stop"]),
    );
    for (const form of [{}, asStream, withUsage]) {
      const hit = await complete({ ...body, ...form });
      expect(hit.outcome).toBe("HIT");
      expect(hit.choices).toEqual(filled.choices);
      if (form === asStream) expect(hit.raw).not.toContain('"usage"');
      else expect(hit.usage?.["completion_tokens"]).toBeGreaterThan(0);
      expect(hit.raw.endsWith("data: [DONE]\n\n")).toBe("stream" in form);
    }
    expect(origin.callCount).toBe(1);
  });
});

describe("a hit", () => {
  it.each([{}, asStream, withUsage])(
    "is byte for byte what was answered, where the form is the same: %j",
    async (form) => {
      const { complete } = await setUpCompletions();
      const filled = await complete({ ...form, logprobs: 1 });
      expect(isWhole(filled.text)).toBe(true);
      expect((await complete({ ...form, logprobs: 1 })).raw).toBe(filled.raw);
    },
  );

  it("reports no tokens where the policy says so", async () => {
    const { complete } = await setUpCompletions({ policy: { hitUsage: "zero" } });
    expect((await complete()).usage?.["total_tokens"]).toBeGreaterThan(1);
    for (const form of [{}, withUsage]) {
      expect((await complete(form)).usage).toEqual({ prompt_tokens: 0, completion_tokens: 0, total_tokens: 0 });
    }
  });

  it("is for what differs only in fields that cannot matter, and for nothing else", async () => {
    const { origin, complete } = await setUpCompletions();
    const outcome = async (body: object) => (await complete(body)).outcome;
    expect(await outcome({})).toBe("MISS");
    for (const body of [asStream, withUsage, { user: "u" }, { stream: false, metadata: { team: "a" } }]) {
      expect(await outcome(body), JSON.stringify(body)).toBe("HIT");
    }
    const others = [
      ...[{ field_of_tomorrow: 1 }, { seed: 1 }, { suffix: "." }, { best_of: 2 }, { echo: true }, { stop: "." }],
      ...[{ prompt: ["Where? 🌊"] }, { prompt: [1] }, { prompt: null }, { model: "scripted-large" }, { logprobs: 0 }],
    ];
    for (const body of others) expect(await outcome(body), JSON.stringify(body)).toBe("MISS");
    expect(origin.callCount).toBe(1 + others.length);
  });

  it("is of this API and this base URL", async () => {
    const { origin, complete, read } = await setUpCompletions();
    await complete();
    expect((await read({ prompt: question.prompt })).outcome).toBe("MISS");
    const other = await complete({}, { base: `${new URL(origin.url).origin}/other/v1` });
    expect([other.outcome, origin.calls.at(-1)?.path]).toEqual(["MISS", "/other/v1/completions"]);
  });
});

describe("a stream that is cut", () => {
  it("at every byte is never stored and ends in an error", async () => {
    const { origin, complete, eventsOf } = await setUpCompletions();
    const short = { content: 'ü🌊 "x"' };
    origin.plan(short);
    const sent = await fetch(`${origin.url}/completions`, {
      method: "POST",
      headers: { authorization: "Bearer one" },
      body: JSON.stringify({ ...question, ...withUsage }),
    });
    const length = (await sent.arrayBuffer()).byteLength;
    // The last line end is not needed: the one before it ends the event.
    for (let afterBytes = 0; afterBytes < length - 1; afterBytes++) {
      origin.plan({ ...short, cut: { afterBytes, how: "fin" } });
      const reading = await complete(asStream);
      expect(reading.outcome, `byte ${afterBytes}`).toBe("MISS");
      expect(reading.error, `byte ${afterBytes}`).toBeInstanceOf(Error);
      expect(documentsIn(reading.raw).at(-1)?.error).toMatchObject({ code: "origin_truncated" });
    }
    expect(eventsOf("entry-write")).toEqual([]);
    expect(new Set(eventsOf("entry-refuse").map(({ reason }) => reason))).toEqual(new Set(["truncated"]));
    origin.plan(short);
    expect(await complete(asStream)).toMatchObject({ outcome: "MISS", error: undefined, text: short.content });
    expect((await complete()).outcome).toBe("HIT");
  });

  it("ends in order, but without [DONE]: an error, and not stored", async () => {
    const { origin, complete } = await setUpCompletions();
    origin.plan({ terminal: false });
    expect((await complete(asStream)).error).toBeInstanceOf(Error);
    expect((await complete(asStream)).outcome).toBe("MISS");
    expect(origin.callCount).toBe(2);
  });

  it("reports an error, which is passed on in the origin's words and not stored", async () => {
    const { origin, complete, eventsOf } = await setUpCompletions();
    origin.plan({ errorEvent: { atChunk: 2 } });
    const failed = await complete(asStream);
    expect(documentsIn(failed.raw).at(-1)?.error?.message).toBe("The scripted origin answers 503");
    origin.plan({});
    expect(await complete(asStream)).toMatchObject({ outcome: "MISS", error: undefined });
    expect(eventsOf("entry-refuse")).toHaveLength(1);
    expect(origin.callCount).toBe(2);
  });
});

describe("what is not stored", () => {
  const refused: Readonly<Record<string, readonly [plan: PlannedReply, reason: string, body?: object]>> = {
    "a token limit": [{ finishReason: "length" }, "finish_length"],
    "one choice of two at its limit": [{ choices: [{}, { finishReason: "length" }] }, "finish_length", { n: 2 }],
    "a filter": [{ finishReason: "content_filter" }, "content_filter"],
    "no ending": [{ finishReason: null }, "truncated"],
    "an unknown ending": [{ finishReason: "eos" }, "schema_mismatch"],
    "no text": [{ content: "" }, "schema_mismatch"],
    "no JSON where it was asked for": [{ content: "{" }, "invalid_json", { response_format: { type: "json_object" } }],
  };
  it.each(Object.entries(refused))("%s", async (_, [plan, reason, body = {}]) => {
    const { origin, complete, eventsOf } = await setUpCompletions();
    origin.plan(plan);
    expect(await complete(body)).toMatchObject({ status: 200, outcome: "MISS", reason });
    await complete({ ...body, ...asStream });
    expect(origin.callCount).toBe(2);
    expect(eventsOf("entry-refuse").map((event) => event.reason)).toEqual([reason, reason]);
  });

  it("an error, which has its status and its words", async () => {
    const { origin, complete } = await setUpCompletions({ coalescing: { errorBackoff: "0s" } });
    origin.plan([{ status: 429 }]);
    const failed = await complete();
    expect([failed.status, documentsIn(failed.raw)[0]?.error?.code]).toEqual([429, "rate_limit_exceeded"]);
    expect((await complete()).outcome).toBe("MISS");
  });

  it("the probabilities of a prompt are stored where the policy keeps answers at their limit", async () => {
    const { origin, complete } = await setUpCompletions({ policy: { storeTruncated: true } });
    origin.plan({ content: "", finishReason: "length" });
    const scoring = { echo: true, logprobs: 1, max_tokens: 0 };
    const filled = await complete(scoring);
    expect([filled.text, filled.choices[0]?.logprobs?.["token_logprobs"]?.[0]]).toEqual([question.prompt, null]);
    const hit = await complete({ ...scoring, ...asStream });
    expect([hit.outcome, hit.choices, origin.callCount]).toEqual(["HIT", filled.choices, 1]);
  });
});

describe("what is asked of the origin", () => {
  it("is a stream with usage, or without where the origin refuses that", async () => {
    const { origin, complete } = await setUpCompletions();
    const wishesOf = () => origin.calls.map(({ json }) => (json as Record<string, unknown>)["stream_options"]);
    await complete(asStream);
    expect(wishesOf()).toEqual([{ include_usage: true }]);
    const error = { message: "Unrecognized request argument supplied: stream_options" };
    origin.plan(({ json }) => (JSON.stringify(json).includes("include_usage") ? { status: 400, body: { error } } : {}));
    const other = { ...asStream, seed: 2 };
    expect(await complete(other)).toMatchObject({ status: 200, outcome: "MISS", error: undefined });
    expect(await complete(other)).toMatchObject({ outcome: "HIT", usage: undefined });
    expect(wishesOf()).toEqual([{ include_usage: true }, { include_usage: true }, undefined]);
  });

  it("has temperature 0 where the policy forces it, since unset it is 1", async () => {
    const { origin, complete } = await setUpCompletions({ policy: { stochastic: "force-zero" } });
    expect((await complete()).outcome).toBe("MISS");
    expect((await complete({ temperature: 0.9 })).outcome).toBe("HIT");
    expect(origin.calls.map(({ json }) => json)).toEqual([{ ...question, temperature: 0 }]);
  });

  it("is stored at temperature 0 only where the policy says so", async () => {
    const { complete } = await setUpCompletions({ policy: { stochastic: "deterministic-only" } });
    for (const [body, outcomes] of [
      [{}, ["MISS", "MISS"]],
      [{ temperature: 1 }, ["MISS", "MISS"]],
      [{ temperature: 0 }, ["MISS", "HIT"]],
    ] as const) {
      expect([(await complete(body)).outcome, (await complete(body)).outcome], JSON.stringify(body)).toEqual(outcomes);
    }
  });
});

describe("callers", () => {
  it("I1: with other credentials never share", async () => {
    const { origin, complete } = await setUpCompletions();
    for (const outcome of ["MISS", "HIT"]) {
      for (const key of ["one", "two"]) {
        for (const form of outcome === "MISS" ? [{}] : [{}, asStream]) {
          const reading = await complete(form, { key });
          expect([reading.outcome, reading.text.includes(canaryOf(`Bearer ${key}`))]).toEqual([outcome, true]);
        }
      }
    }
    expect(origin.callCount).toBe(2);
  });

  it("who come while it is answered get everything, in the form they asked for", async () => {
    const { origin, complete, eventsOf } = await setUpCompletions();
    const gate = new Gate();
    origin.plan({ holds: [{ at: 3, gate }] });
    const body = { echo: true, logprobs: 1, n: 2 };
    const forms = [asStream, asStream, {}, withUsage];
    const readings = forms.map((form) => complete({ ...body, ...form }));
    await until(() => eventsOf("flight-join").length === 3);
    await gate.reached();
    gate.release();
    const [leader, ...followers] = await Promise.all(readings);
    expect(leader).toMatchObject({ outcome: "MISS", error: undefined, usage: undefined });
    for (const follower of followers) {
      expect(follower).toMatchObject({ outcome: "COALESCED", error: undefined });
      expect(follower.choices).toEqual(leader?.choices);
    }
    expect(followers.map(({ usage }) => usage !== undefined)).toEqual([false, true, true]);
    expect(origin.callCount).toBe(1);
    expect((await complete(body)).outcome).toBe("HIT");
  });
});
