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

  /** Longer answers take longer, vectors are quick. */
  durationMs(body: Uint8Array): number {
    const spread = spreadOf(body);
    return Buffer.from(body).includes('"input"') ? 60 + spread / 10 : 500 + spread * 1.8;
  }

  readonly plan = (call: ReceivedCall): PlannedReply => {
    if (!this.isLive && this.#isBusy()) return { status: 429, headers: { "retry-after": "20" } };
    const request = call.json as Request;
    const isVectors = request.input !== undefined;
    const question = questionIn(request);
    const content = answerTo(question);
    const tokens = isVectors ? vectorTokens(request.input) : tokensOf(call, question, content);
    if (!this.isLive) {
      this.answers++;
      this.billed += costOf(modelIn(request, call.path), tokens);
    }
    const delays = this.isLive ? { latencyMs: this.durationMs(call.body), paceMs: 8 } : {};
    return isVectors ? delays : { content, usage: usageOf(call.path, tokens), ...delays };
  };
}

/** The same for a question in either form: what a background refresh was answered stands in no log. */
function tokensOf({ path }: ReceivedCall, question: string, content: string): Tokens {
  const isWarm = path.includes("/chat/") && spreadOf(Buffer.from(question)) < 700;
  return {
    input: promptTokens + textTokens(question),
    cached: isWarm ? cachedPrefix : 0,
    output: textTokens(content),
  };
}

/** From 0 to 999, of the same request always the same. */
function spreadOf(body: Uint8Array): number {
  return body.reduce((sum, byte) => (sum * 31 + byte) % 1_000, 7);
}

interface Request {
  readonly model?: string;
  readonly input?: string | readonly string[];
  readonly messages?: readonly { readonly content: string }[];
  readonly contents?: readonly { readonly parts: readonly { readonly text: string }[] }[];
}

function questionIn({ messages, contents }: Request): string {
  return messages?.at(-1)?.content ?? contents?.at(-1)?.parts[0]?.text ?? "";
}

/** Gemini's stands in the path. */
function modelIn({ model }: Request, path: string): string {
  return model ?? /models\/([^:]+):/.exec(path)?.[1] ?? "";
}

function vectorTokens(input: Request["input"] = []): Tokens {
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
