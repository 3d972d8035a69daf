import type { JsonObject, JsonValue } from "../core/canonical-json.ts";
import type { Expectations } from "../core/protocol.ts";
import type { Demand, Question } from "../core/question.ts";
import { isObject, objectsIn } from "./json-fields.ts";

/** The text that ends a conversation, and the request as it would be without it. */

export interface LastWords {
  readonly text: string;
  /** The body with `null` in the place of the text. */
  readonly without: JsonObject;
  /** Whether something of the conversation is not text. */
  readonly media: boolean;
}

/** How a protocol writes down what was said. */
export interface MessageShape {
  /** The field of a message that holds a text, or the parts of one. */
  readonly parts: string;
  readonly isText: (part: JsonObject) => boolean;
}

/**
 * The last of the messages of `field`, where it is the user's and says one text: as a string, or as the only part.
 * What several parts say together depends on how they are joined, so they are no question.
 */
export function lastMessage(body: JsonObject, field: string, shape: MessageShape): LastWords | undefined {
  const messages = body.get(field);
  if (!Array.isArray(messages)) return undefined;
  const all = messages as readonly JsonValue[];
  const last = all.at(-1);
  if (!isObject(last) || (last.get("role") ?? "user") !== "user") return undefined;
  const said = textIn(last, shape);
  if (said === undefined) return undefined;
  const without = new Map(body).set(field, [...all.slice(0, -1), said.without]);
  return { text: said.text, without, media: all.some((message) => hasMedia(message, shape)) };
}

function textIn(message: JsonObject, { parts, isText }: MessageShape) {
  const content = message.get(parts);
  if (typeof content === "string") return { text: content, without: new Map(message).set(parts, null) };
  const [part, ...others] = Array.isArray(content) ? (content as readonly JsonValue[]) : [];
  if (!isObject(part) || others.length > 0 || !isText(part)) return undefined;
  const text = part.get("text");
  if (typeof text !== "string") return undefined;
  return { text, without: new Map(message).set(parts, [new Map(part).set("text", null)]) };
}

function hasMedia(message: JsonValue, { parts, isText }: MessageShape): boolean {
  return isObject(message) && objectsIn(message.get(parts)).some((part) => !isText(part));
}

/** `canonicalOf`: the keyed form of a body. */
export function questionOf(
  words: LastWords | undefined,
  { tools, json, schema }: Expectations,
  canonicalOf: (body: JsonObject) => string,
): Question | undefined {
  if (words === undefined) return undefined;
  const demands: Demand[] = [];
  if (tools.size > 0) demands.push("tools");
  if (words.media) demands.push("media");
  if (json !== false || schema !== undefined) demands.push("structured");
  return { text: words.text, context: canonicalOf(words.without), demands };
}
