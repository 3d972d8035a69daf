import type { JsonObject, JsonValue } from "../core/canonical-json.ts";
import { isObject } from "./json-fields.ts";
import { textPieces } from "./text-pieces.ts";

/**
 * How the parts of a candidate travel in a stream. Only plain text comes in pieces: what a chunk begins with goes on with
 * the text that the chunk before it ended with. Answer and thoughts are kept apart. A part that carries anything else than
 * its text, such as a thought signature, is whole as it is: the API wants signatures back in the parts that they came in
 * (Gemini API, "Thought signatures"). Two parts that stand in one chunk are two parts, which is how a replay says that
 * two texts are not one.
 */

/** Adds the parts of the next chunk to those that have come so far. */
export function addParts(target: JsonValue[], chunk: readonly JsonValue[]): void {
  const [first, ...rest] = chunk;
  if (first === undefined) return;
  const last = target.at(-1);
  if (goesOn(last, first)) target[target.length - 1] = joinedText(last, first);
  else target.push(first);
  target.push(...rest);
}

/** The parts in the portions that chunks bring. `addParts` makes the same parts of them. */
export function* partPortions(parts: readonly JsonValue[]): Iterable<readonly JsonValue[]> {
  let portion: JsonValue[] = [];
  for (const part of parts) {
    const [first, ...rest] = piecesOf(part);
    if (portion.length > 0 && !goesOn(portion.at(-1), first as JsonValue)) {
      yield portion;
      portion = [];
    }
    portion.push(first as JsonValue);
    for (const piece of rest) {
      yield portion;
      portion = [piece];
    }
  }
  if (portion.length > 0) yield portion;
}

function isPlainText(part: JsonValue | undefined): part is JsonObject {
  if (!isObject(part) || typeof part.get("text") !== "string") return false;
  return part.size === 1 || (part.size === 2 && typeof part.get("thought") === "boolean");
}

function goesOn(last: JsonValue | undefined, next: JsonValue): last is JsonObject {
  return isPlainText(last) && isPlainText(next) && last.get("thought") === next.get("thought");
}

function joinedText(last: JsonObject, next: JsonValue): JsonObject {
  return new Map(last).set("text", `${last.get("text")}${(next as JsonObject).get("text")}`);
}

function piecesOf(part: JsonValue): readonly JsonValue[] {
  if (!isPlainText(part) || part.get("text") === "") return [part];
  return [...textPieces(part.get("text") as string)].map((piece) => new Map(part).set("text", piece));
}
