import type { JsonObject, JsonValue } from "../core/canonical-json.ts";
import type { ReplayView } from "../core/protocol.ts";
import { streamOf } from "./chunk-stream.ts";
import { isObject } from "./json-fields.ts";
import { isReasoning } from "./openai-completions-assembly.ts";
import { textPieces } from "./text-pieces.ts";

/**
 * Plays a completion of text as the stream that the same request would have got with `stream`: for each choice its text
 * in several pieces and a chunk with the finish reason; then usage, for those who asked, and `[DONE]`. Where there are
 * log probabilities, a piece is a token and has its own, as from the API; where the tokens do not make up the text
 * (OpenAI writes half a character as `bytes:\xf0`), all of them come with the first piece. Fields that the API's
 * description does not know travel too: those of a choice about its prompt and its reasoning ahead of the text, the
 * others beside the finish reason, those at the top on the first chunk.
 *
 * What the stream cannot say, and therefore comes back in one normal form from `openai-completions-assembly.ts`:
 * `object` is the API's own name; a missing `text`, `finish_reason` or choice `index` is written out; choices are in the
 * order of their index; a top-level `obfuscation` and a `usage` that is neither object nor null are dropped.
 */
export function textChunksOf(completion: JsonObject, view: ReplayView): string {
  return streamOf(completion, view, "text_completion", chunksOfChoice);
}

/** So that a long text with log probabilities does not become countless events; each has an envelope of its own. */
const mostPieces = 1_000;

function* chunksOfChoice(choice: JsonObject, index: JsonValue): Iterable<JsonObject> {
  const given = choice.get("text");
  const text = typeof given === "string" ? given : "";
  const logprobs = choice.get("logprobs");
  const chunk = (piece: string, itsLogprobs: JsonValue | undefined, more: readonly Field[] = []) => {
    const fields = new Map<string, JsonValue>([
      ["text", piece],
      ["index", index],
    ]);
    if (logprobs !== undefined) fields.set("logprobs", itsLogprobs ?? null);
    for (const [name, value] of more) fields.set(name, value);
    return fields.set("finish_reason", null);
  };
  const others = [...choice].filter(([name]) => !ownNames.has(name));
  const ahead = others.filter(([name]) => isAhead(name));
  if (ahead.length > 0) yield chunk("", null, ahead);
  for (const [piece, itsLogprobs] of pieces(text, logprobs)) yield chunk(piece, itsLogprobs);
  const last = chunk(
    "",
    text === "" ? logprobs : null,
    others.filter(([name]) => !isAhead(name)),
  );
  yield last.set("finish_reason", choice.get("finish_reason") ?? null);
}

type Field = readonly [name: string, value: JsonValue];

const ownNames: ReadonlySet<string> = new Set(["index", "text", "logprobs", "finish_reason"]);

/** vLLM's `prompt_logprobs` and `prompt_token_ids`, and what was thought, come before what was written. */
function isAhead(name: string): boolean {
  return name.startsWith("prompt_") || isReasoning(name);
}

/** None for a text without a character. */
function* pieces(text: string, logprobs: JsonValue | undefined): Iterable<readonly [string, JsonValue | undefined]> {
  const tokens = isObject(logprobs) && text !== "" ? tokensOf(text, logprobs) : undefined;
  if (tokens !== undefined) {
    const step = Math.ceil(tokens.length / mostPieces);
    for (let from = 0; from < tokens.length; from += step) {
      yield [tokens.slice(from, from + step).join(""), portion(logprobs as JsonObject, from, from + step)];
    }
    return;
  }
  let left = logprobs;
  for (const piece of textPieces(text)) {
    yield [piece, left];
    left = undefined;
  }
}

/** The tokens of the text, if they make it up and every list of the log probabilities has an element for each of them. */
function tokensOf(text: string, logprobs: JsonObject): readonly string[] | undefined {
  const tokens = logprobs.get("tokens");
  if (!Array.isArray(tokens) || tokens.join("") !== text) return undefined;
  const lists = [...logprobs.values()].filter((value) => Array.isArray(value));
  const fits = lists.every((list) => list.length === tokens.length) && tokens.every((one) => typeof one === "string");
  return fits ? tokens : undefined;
}

/** The log probabilities of some tokens; what is no list comes with the first. */
function portion(logprobs: JsonObject, from: number, to: number): JsonObject {
  const fields = new Map<string, JsonValue>();
  for (const [name, value] of logprobs) {
    if (Array.isArray(value)) fields.set(name, value.slice(from, to));
    else if (from === 0 || value === null) fields.set(name, value);
  }
  return fields;
}
