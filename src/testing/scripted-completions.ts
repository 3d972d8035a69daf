import { type ChatContext, isRecord, type JsonRecord, piecesOf } from "./scripted-chat.ts";
import { digestOf, requestDigest, scriptedText } from "./scripted-text.ts";

/**
 * The answers of a scripted origin in the shapes of OpenAI's older completions: one JSON document, or the chunks of a
 * stream that say the same. There are as many choices as prompts times `n`. There are no tools and no refusals in this
 * API; planned ones are left out. Source: the API reference of completions, "The completion object".
 */

interface Choice {
  /** The prompt first, where the request wants it back. */
  readonly tokens: readonly string[];
  /** Where the tokens begin, counted from the beginning of the prompt. */
  readonly offset: number;
  readonly echoes: boolean;
  readonly reasoning: readonly string[];
  readonly finishReason: string | null;
}

interface Completion {
  readonly base: JsonRecord;
  readonly choices: readonly Choice[];
  readonly usage: JsonRecord | undefined;
  readonly logprobs: boolean;
}

/** The answer as one document. */
export function textCompletion(context: ChatContext): JsonRecord {
  const { base, choices, usage, logprobs } = completion(context);
  return {
    ...base,
    choices: choices.map((choice, index) => ({
      text: choice.tokens.join(""),
      index,
      logprobs: logprobs ? logprobsOf(choice, 0, choice.tokens.length) : null,
      ...reasoningOf(choice.reasoning.join("")),
      finish_reason: choice.finishReason,
    })),
    ...(usage === undefined ? {} : { usage }),
  };
}

/** The answer as the chunks of a stream, without the terminal `[DONE]`. */
export function textCompletionChunks(context: ChatContext): readonly JsonRecord[] {
  const { base, choices, usage, logprobs } = completion(context);
  const options = context.request["stream_options"];
  const includeUsage = isRecord(options) && options["include_usage"] === true;
  const chunk = (choices: readonly JsonRecord[], used: JsonRecord | null = null) => ({
    ...base,
    choices,
    ...(includeUsage ? { usage: used } : {}),
  });
  const lists = choices.map((choice, index) => [
    ...choice.reasoning.map((piece) => ({ text: "", index, logprobs: null, ...reasoningOf(piece) })),
    ...choice.tokens.map((text, at) => ({ text, index, logprobs: logprobs ? logprobsOf(choice, at, at + 1) : null })),
  ]);
  const chunks: JsonRecord[] = [];
  // The choices take turns, as they do when a model computes them side by side.
  for (let turn = 0; turn < Math.max(...lists.map((list) => list.length)); turn++) {
    for (const list of lists) {
      const piece = list[turn];
      if (piece !== undefined) chunks.push(chunk([{ ...piece, finish_reason: null }]));
    }
  }
  choices.forEach(({ finishReason }, index) => {
    if (finishReason !== null) chunks.push(chunk([{ text: "", index, logprobs: null, finish_reason: finishReason }]));
  });
  if (includeUsage && usage !== undefined) chunks.push(chunk([], usage));
  return chunks;
}

function completion({ request, plan, canary, generation }: ChatContext): Completion {
  const model = plan.model ?? String(request["model"] ?? "");
  const digest = requestDigest(request, plan.salt ?? "");
  const prompts = promptsOf(request["prompt"]);
  const each = typeof request["n"] === "number" ? request["n"] : 1;
  const choices = prompts.flatMap((prompt, promptAt) =>
    Array.from({ length: each }, (_, at): Choice => {
      const choice = promptAt * each + at;
      const planned = { ...plan, ...plan.choices?.[choice] };
      const words = plan.words ?? 12;
      const derived = () => scriptedText({ question: prompt, model, digest, canary, generation, words, choice });
      const echoes = request["echo"] === true;
      return {
        tokens: [...(echoes ? piecesOf(prompt) : []), ...piecesOf(planned.content ?? derived())],
        offset: echoes ? 0 : prompt.length,
        echoes,
        reasoning: piecesOf(planned.reasoning ?? ""),
        finishReason: planned.finishReason === undefined ? "stop" : planned.finishReason,
      };
    }),
  );
  const count = (texts: readonly (readonly string[])[]) => texts.reduce((sum, text) => sum + text.length, 0);
  const asked = count(prompts.map(piecesOf));
  const written = count(choices.flatMap(({ tokens, reasoning }) => [tokens, reasoning]));
  return {
    base: {
      id: `cmpl-${digest.slice(0, 29)}`,
      object: "text_completion",
      created: 1_767_225_600 + (Number.parseInt(digest.slice(0, 6), 16) % 86_400),
      model,
      system_fingerprint: `fp_${digestOf(model).slice(0, 10)}`,
    },
    choices,
    usage:
      plan.usage === null
        ? undefined
        : { prompt_tokens: asked, completion_tokens: written, total_tokens: asked + written, ...plan.usage },
    logprobs: plan.logprobs ?? typeof request["logprobs"] === "number",
  };
}

/** One string and one list of tokens are one prompt each; no prompt is an empty one. */
function promptsOf(prompt: unknown): readonly string[] {
  if (!Array.isArray(prompt)) return [typeof prompt === "string" ? prompt : ""];
  if (typeof prompt[0] === "number") return [`tokens ${prompt.join()}`];
  return prompt.map((one) => (typeof one === "string" ? one : `tokens ${String(one)}`));
}

function reasoningOf(text: string): JsonRecord {
  return text === "" ? {} : { reasoning: text };
}

/** A model has no probability for the token that everything begins with. */
function logprobsOf({ tokens, offset, echoes }: Choice, from: number, to: number): JsonRecord {
  const some = tokens.slice(from, to);
  const isFirst = (at: number) => echoes && from + at === 0;
  const offsets = some.map((_, at) => offset + tokens.slice(0, from + at).join("").length);
  return {
    tokens: some,
    token_logprobs: some.map((_, at) => (isFirst(at) ? null : -0.25)),
    top_logprobs: some.map((token, at) => (isFirst(at) ? null : { [token]: -0.25, index: -3.5 })),
    text_offset: offsets,
  };
}
