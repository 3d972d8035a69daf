import type { PlannedReply, ReceivedCall } from "../../src/testing/index.ts";
import { costOf, noTokens, type Tokens } from "./prices.ts";
import { answerTo, textTokens } from "./questions.ts";

/**
 * What the scripted models say, what it takes them, and what they write on their own bill. In the day that is played they
 * answer at once over loopback, and the day lets `durationMs` pass before; afterwards they really wait.
 */

/** How long the instructions and the rental conditions are that go in front of each question. */
const promptTokens = 3_840;
/** Of those, what OpenAI's models read from their own cache when they saw them lately. */
const cachedPrefix = 3_072;

export class Model {
  isLive = false;
  readonly #isBusy: () => boolean;
  answers = 0;
  billed = 0n;

  /** `isBusy`: whether the provider turns requests down for a while. */
  constructor(isBusy: () => boolean) {
    this.#isBusy = isBusy;
  }

  readonly plan = (call: ReceivedCall): PlannedReply => {
    if (!this.isLive && this.#isBusy()) return { status: 429, headers: { "retry-after": "20" } };
    const request = call.json as ModelRequest;
    const isVectors = request.input !== undefined;
    const question = questionIn(request);
    const content = answerTo(question);
    const tokens = isVectors ? vectorTokens(request.input) : tokensOf(call, question, content);
    if (!this.isLive) {
      this.answers++;
      this.billed += costOf(modelIn(request, call.path), tokens);
    }
    const delays = this.isLive ? { latencyMs: durationMs(request), paceMs: 8 } : {};
    return isVectors ? delays : { content, usage: usageOf(call.path, tokens), ...delays };
  };
}

/** Some questions take longer than others, in whatever form they are sent; vectors are quick, however many are wanted. */
export function durationMs(request: ModelRequest): number {
  return request.input === undefined ? 500 + spreadOf(questionIn(request)) * 1.8 : 110;
}

/** The same for a question in either form: what a background refresh was answered stands in no log. */
function tokensOf({ path }: ReceivedCall, question: string, content: string): Tokens {
  const isWarm = path.includes("/chat/") && spreadOf(question) < 700;
  return {
    input: promptTokens + textTokens(question),
    cached: isWarm ? cachedPrefix : 0,
    output: textTokens(content),
  };
}

/** From 0 to 999, of the same text always the same. */
function spreadOf(text: string): number {
  return Buffer.from(text).reduce((sum, byte) => (sum * 31 + byte) % 1_000, 7);
}

/** As much of a request as the models look at. */
export interface ModelRequest {
  readonly model?: string;
  readonly input?: string | readonly string[];
  readonly messages?: readonly { readonly content: string }[];
  readonly contents?: readonly { readonly parts: readonly { readonly text: string }[] }[];
}

function questionIn({ messages, contents }: ModelRequest): string {
  return messages?.at(-1)?.content ?? contents?.at(-1)?.parts[0]?.text ?? "";
}

/** Gemini's stands in the path. */
function modelIn({ model }: ModelRequest, path: string): string {
  return model ?? /models\/([^:]+):/.exec(path)?.[1] ?? "";
}

function vectorTokens(input: ModelRequest["input"] = []): Tokens {
  const texts = typeof input === "string" ? [input] : input;
  return { ...noTokens, input: texts.reduce((sum, text) => sum + textTokens(text), 0) };
}

function usageOf(path: string, { input, cached, output }: Tokens): Readonly<Record<string, unknown>> {
  if (path.includes("/messages")) return { input_tokens: input, output_tokens: output };
  const totals = input + output;
  if (path.includes(":generateContent"))
    return { promptTokenCount: input, candidatesTokenCount: output, totalTokenCount: totals };
  const details = { prompt_tokens_details: { cached_tokens: cached } };
  return { prompt_tokens: input, completion_tokens: output, total_tokens: totals, ...details };
}
