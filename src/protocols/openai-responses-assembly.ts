import type { JsonObject, JsonValue } from "../core/canonical-json.ts";
import { isIndex, isObject, objectAt, objectsIn, textOf } from "./json-fields.ts";

/**
 * Makes the events of a stream into the response that the same request would have got without `stream`. The terminal
 * event carries it whole; where a server leaves its output out or lacks items there, those of `response.output_item.done`
 * take their place. What was said in pieces must be what stands in the end, or the stream has lost something on its way:
 * types of items, texts, refusals, arguments and inputs are compared. Reasoning is not, since it may be told in other
 * words than it was thought.
 */

export const terminalTypes: ReadonlySet<string> = new Set([
  "response.completed",
  "response.incomplete",
  "response.failed",
]);

/** The `type` of an event, which servers repeat as the name of its block. */
export function typeOf(data: JsonObject, name: string): string {
  return textOf(data.get("type")) ?? name;
}

/** Where each event with a piece of text says it, by the field of the finished item or part. */
const pieceFields: Readonly<Record<string, string>> = {
  "response.output_text.delta": "text",
  "response.refusal.delta": "refusal",
  "response.function_call_arguments.delta": "arguments",
  "response.custom_tool_call_input.delta": "input",
};

interface Said {
  readonly outputIndex: number;
  /** `undefined` where the field belongs to the item itself. */
  readonly contentIndex: number | undefined;
  readonly field: string;
  text: string;
}

export class ResponseAssembly {
  readonly #items = new Map<number, JsonObject>();
  readonly #said = new Map<string, Said>();
  #response: JsonObject | undefined;

  /** Takes one event; false when it does not fit its schema. */
  add(type: string, data: JsonObject): boolean {
    if (terminalTypes.has(type)) {
      this.#response = objectAt(data, "response");
      return this.#response !== undefined;
    }
    if (type === "response.output_item.done") return this.#addItem(data);
    const field = Object.hasOwn(pieceFields, type) ? pieceFields[type] : undefined;
    return field === undefined || this.#addPiece(field, data);
  }

  #addItem(data: JsonObject): boolean {
    const index: JsonValue | undefined = data.get("output_index");
    const item = objectAt(data, "item");
    if (!isIndex(index) || item === undefined) return false;
    this.#items.set(index, item);
    return true;
  }

  #addPiece(field: string, data: JsonObject): boolean {
    const outputIndex = data.get("output_index");
    const contentIndex = data.get("content_index");
    const delta = data.get("delta");
    const ofPart = field === "text" || field === "refusal";
    if (!isIndex(outputIndex) || typeof delta !== "string" || (ofPart && !isIndex(contentIndex))) return false;
    const key = `${outputIndex}/${ofPart ? contentIndex : ""}/${field}`;
    const said = this.#said.get(key);
    if (said !== undefined) said.text += delta;
    else {
      const place = { outputIndex, contentIndex: ofPart ? (contentIndex as number) : undefined };
      this.#said.set(key, { ...place, field, text: delta });
    }
    return true;
  }

  /** The whole response; `undefined` before the terminal event. */
  response(): JsonObject | undefined {
    if (this.#response === undefined || this.#hasAllItems(this.#response)) return this.#response;
    return new Map(this.#response).set("output", this.#itemsInOrder());
  }

  #hasAllItems(response: JsonObject): boolean {
    const output = response.get("output");
    return Array.isArray(output) && output.length >= this.#items.size;
  }

  #itemsInOrder(): readonly JsonObject[] {
    return [...this.#items].sort(([one], [other]) => one - other).map(([, item]) => item);
  }

  /** Whether the end agrees with what was said before it. */
  agrees(): boolean {
    const response = this.response();
    if (response === undefined) return false;
    const given = response === this.#response;
    const output = response.get("output");
    const final = (index: number): JsonObject | undefined => {
      const item: JsonValue | undefined = given && Array.isArray(output) ? output[index] : this.#items.get(index);
      return isObject(item) ? item : undefined;
    };
    const sameTypes = [...this.#items].every(([index, item]) => final(index)?.get("type") === item.get("type"));
    return sameTypes && [...this.#said.values()].every((said) => textAt(final(said.outputIndex), said) === said.text);
  }
}

function textAt(item: JsonObject | undefined, said: Said): JsonValue | undefined {
  if (said.contentIndex === undefined) return item?.get(said.field);
  return objectsIn(item?.get("content"))[said.contentIndex]?.get(said.field);
}
