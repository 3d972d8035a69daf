import OpenAI from "openai";
import type { Completion, CompletionChoice, CompletionCreateParamsNonStreaming } from "openai/resources/completions";
import { describe, expect, test } from "vitest";
import type { PlannedReply } from "../../src/testing/scripted-plan.ts";
import { type RunningGateway, runBoth } from "./running-gateway.ts";

/** OpenAI's official SDK and its older completions, pointed at the gateway and otherwise unaware of it. */

type Request = Omit<CompletionCreateParamsNonStreaming, "stream">;
const base: Request = { model: "scripted-large", prompt: "Where is the 🌊 bay?" };

const cases: Readonly<Record<string, readonly [request: Request, choices: number, plan?: PlannedReply]>> = {
  text: [base, 1],
  "several prompts": [{ ...base, prompt: ["Where is\nthe bay?", "Πού;"] }, 2],
  tokens: [{ ...base, prompt: [1, 15, 2_000] }, 1],
  "several prompts in tokens": [{ ...base, prompt: [[1, 15], [2_000]] }, 2],
  "no prompt": [{ ...base, prompt: null }, 1],
  "several prompts and choices": [{ ...base, prompt: ["One", "Two"], n: 3, best_of: 3 }, 6],
  "the prompt and log probabilities": [{ ...base, echo: true, logprobs: 3 }, 1],
  "log probabilities of several choices": [{ ...base, logprobs: 0, n: 2 }, 2],
  "everything else": [
    { ...base, suffix: " …", seed: 7, stop: ["\n\n"], temperature: 0.2, logit_bias: { "50256": -100 } },
    1,
    { reasoning: "Hm 🤔, the bay." },
  ],
};

/** All ways to get one answer with the SDK, which puts nothing together itself. */
const ways: Readonly<Record<string, (client: OpenAI, request: Request) => Promise<unknown>>> = {
  "create()": (client, request) => client.completions.create(request),
  "async iteration": async (client, request) =>
    joined(await client.completions.create({ ...request, stream: true, stream_options: { include_usage: true } })),
  "async iteration without usage": async (client, request) => {
    const { usage, ...answer } = await joined(await client.completions.create({ ...request, stream: true }));
    expect(usage).toBeUndefined();
    return answer;
  },
};

async function joined(chunks: AsyncIterable<Completion>): Promise<Completion> {
  let answer: Completion | undefined;
  const choices: CompletionChoice[] = [];
  for await (const { choices: pieces, usage, ...rest } of chunks) {
    answer = { ...rest, choices, ...(usage ? { usage } : {}) };
    for (const piece of pieces) {
      const known = choices[piece.index];
      choices[piece.index] = known === undefined ? structuredClone(piece) : continued(known, piece);
    }
  }
  return answer ?? expect.fail("a stream without chunks");
}

function continued(choice: CompletionChoice, piece: CompletionChoice): CompletionChoice {
  const lists = ["tokens", "token_logprobs", "top_logprobs", "text_offset"] as const;
  const logprobs = Object.fromEntries(
    lists.map((name) => [name, [choice, piece].flatMap((one) => (one.logprobs?.[name] ?? []) as unknown[])]),
  );
  const reasoning = [choice, piece].map((one) => (one as { reasoning?: string }).reasoning ?? "").join("");
  return {
    ...choice,
    text: choice.text + piece.text,
    logprobs: choice.logprobs === null && piece.logprobs === null ? null : logprobs,
    ...(reasoning === "" ? {} : { reasoning }),
    finish_reason: piece.finish_reason ?? choice.finish_reason,
  };
}

function clientOf(gateway: RunningGateway, apiKey = "sk-e2e"): OpenAI {
  return new OpenAI({ logLevel: "off", apiKey, baseURL: `${gateway.url}/v1`, maxRetries: 0 });
}

async function ask(client: OpenAI, request: Request) {
  const { data, response } = await client.completions.create(request).withResponse();
  return {
    data,
    status: response.headers.get("x-ai-cache-status"),
    reason: response.headers.get("x-ai-cache-reason"),
  };
}

describe.each(Object.entries(cases))("S16: %s with OpenAI's SDK", (_, [request, choices, plan = {}]) => {
  test.each(Object.keys(ways))("filled by %s, is the same in every form", async (filling) => {
    const { origin, gateway } = await runBoth();
    origin.plan(plan);
    const client = clientOf(gateway);
    const filled = await ways[filling]!(client, request);
    const { data: whole, status } = await ask(client, request);
    expect([status, whole.choices.length, whole.object]).toEqual(["HIT", choices, "text_completion"]);
    expect(whole.usage?.completion_tokens).toBeGreaterThan(1);
    const { usage, ...without } = whole;
    expect(filled).toEqual(filling === "async iteration without usage" ? without : whole);
    for (const [way, read] of Object.entries(ways)) {
      expect(await read(client, request)).toEqual(way === "async iteration without usage" ? without : whole);
    }
    expect([origin.callCount, origin.calls[0]?.path]).toEqual([1, "/v1/completions"]);
    expect(origin.calls[0]?.json).toMatchObject(request);
  });
});

test("log probabilities come with their tokens, whichever form was stored", async () => {
  const { gateway } = await runBoth();
  const client = clientOf(gateway);
  const request = { ...base, echo: true, logprobs: 1 };
  const whole = await client.completions.create(request);
  const tokens: string[] = [];
  for await (const { choices } of await client.completions.create({ ...request, stream: true })) {
    for (const { text, logprobs } of choices) {
      expect((logprobs?.tokens ?? []).join("")).toBe(text);
      tokens.push(...(logprobs?.tokens ?? []));
    }
  }
  expect(tokens).toEqual(whole.choices[0]?.logprobs?.tokens);
});

test("a version of the model in the answer is no other model", async () => {
  const { origin, gateway } = await runBoth();
  origin.plan({ model: "gpt-3.5-turbo-instruct:20230824-v2" });
  const client = clientOf(gateway);
  const request = { ...base, model: "gpt-3.5-turbo-instruct" };
  expect([(await ask(client, request)).status, (await ask(client, request)).status]).toEqual(["MISS", "HIT"]);
  expect(origin.callCount).toBe(1);
});

test.each([
  ["length", "finish_length"],
  ["content_filter", "content_filter"],
])("an answer that ended by %s is not stored, and says so", async (finishReason, reason) => {
  const { origin, gateway } = await runBoth();
  origin.plan({ finishReason });
  const client = clientOf(gateway);
  for (let call = 1; call <= 2; call++) {
    const { data, status, reason: told } = await ask(client, base);
    expect([data.choices[0]?.finish_reason, status, told, origin.callCount]).toEqual([
      finishReason,
      "MISS",
      reason,
      call,
    ]);
  }
});

test("the scores of a text are stored where a rule keeps answers at their limit, as the docs say", async () => {
  const { origin, gateway } = await runBoth({ rules: [{ match: { model: "davinci-*" }, storeTruncated: true }] });
  origin.plan({ content: "", finishReason: "length" });
  const client = clientOf(gateway);
  const scoring = { ...base, model: "davinci-002", echo: true, logprobs: 1, max_tokens: 0 };
  const first = await ask(client, scoring);
  expect(first.data.choices[0]?.logprobs?.tokens?.join("")).toBe(base.prompt);
  expect(await ask(client, scoring)).toMatchObject({ status: "HIT", data: first.data });
  expect([(await ask(client, { ...scoring, model: "other" })).reason, origin.callCount]).toEqual(["finish_length", 2]);
});

test("S6: the SDK rejects a stream that broke off and one that reports an error; neither is stored", async () => {
  const { origin, gateway } = await runBoth({ coalescing: { errorBackoff: "0s" } });
  const client = clientOf(gateway);
  const stream = async () => joined(await client.completions.create({ ...base, stream: true }));
  origin.plan({ cut: { afterChunks: 6, how: "fin" } });
  await expect(stream()).rejects.toThrow();
  origin.plan({ errorEvent: { atChunk: 5 } });
  await expect(stream()).rejects.toThrow("The scripted origin answers 503");
  origin.plan({});
  expect((await stream()).choices[0]?.finish_reason).toBe("stop");
  expect(origin.callCount).toBe(3);
});

test("I1: two credentials never share", async () => {
  const { origin, gateway } = await runBoth();
  const clients = ["one", "two"].map((key) => clientOf(gateway, key));
  const answers = await Promise.all(clients.map((client) => client.completions.create(base)));
  expect(answers[0]?.choices[0]?.text).not.toBe(answers[1]?.choices[0]?.text);
  for (const [index, client] of clients.entries()) {
    expect(await client.completions.create(base)).toEqual(answers[index]);
  }
  expect(origin.callCount).toBe(2);
});

test("chat completions and completions are told apart by their paths", async () => {
  const { origin, gateway } = await runBoth();
  const client = clientOf(gateway);
  const chat = await client.chat.completions.create({
    model: base.model,
    messages: [{ role: "user", content: "Where is the 🌊 bay?" }],
  });
  const { data, status } = await ask(client, base);
  expect([chat.object, data.object, status, origin.callCount]).toEqual([
    "chat.completion",
    "text_completion",
    "MISS",
    2,
  ]);
});
