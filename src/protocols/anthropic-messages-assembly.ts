import type { JsonObject, JsonValue } from "../core/canonical-json.ts";
import { mergeUsage, usageCopy } from "./anthropic-messages-usage.ts";
import { isObject, parsedOrNothing, textOf } from "./json-fields.ts";
import { copied, type MergeManner, type MutableObject, mergeMember } from "./merge-pieces.ts";

/**
 * Makes the events of a stream into the message that the same request would have got without `stream`. Source:
 * Anthropic's documentation of streaming messages, and the accumulation of the official SDK, whose result it equals.
 *
 * `message_start` has the message without its content; each block is begun, grows by deltas and is ended; then
 * `message_delta` brings the reason of the end and the final usage. Counts of usage are for the whole message so far
 * (see `mergeUsage`). The input of a tool comes as pieces of JSON text: at the end of its block it is parsed, and where
 * it does not parse it stays the text that it is, so that nobody takes half an input for a whole one. A block's index
 * is its place, so an index out of turn does not fit, nor does a delta for a block that is not open or of another type.
 *
 * Fields that the API's description does not know are kept: those of an event belong to the message or to the block
 * that it is about, and a delta of an unknown type is put together by the rules of `merge-pieces.ts`. An event of an
 * unknown type says nothing that a message has a place for.
 */

const last: MergeManner = { strings: "last", arrays: "last" };
const joined: MergeManner = { strings: "join", arrays: "join" };

interface Block {
  readonly fields: MutableObject;
  /** The input of a tool as far as it has come; `undefined` before its first piece. */
  input: string | undefined;
  open: boolean;
}

export class MessageAssembly {
  #fields: MutableObject | undefined;
  #blocks: Block[] | undefined = [];

  /** Takes one event; false when it does not fit the schema, or comes out of turn. */
  add(type: string, event: JsonObject): boolean {
    if (type === "message_start") return this.#begin(event);
    if (this.#fields === undefined) return !Object.hasOwn(handlers, type);
    const handle = Object.hasOwn(handlers, type) ? handlers[type] : undefined;
    return handle === undefined || handle(this.#fields, this.#blocks, event);
  }

  /** From now on there is no content. */
  dropContent(): void {
    this.#blocks = undefined;
  }

  /** What has come so far; `undefined` before the message has begun. */
  message(): JsonObject | undefined {
    if (this.#fields === undefined) return undefined;
    const content = (this.#blocks ?? []).map(({ fields }) => fields);
    return new Map<string, JsonValue>(this.#fields).set("content", content);
  }

  #begin(event: JsonObject): boolean {
    const message = event.get("message");
    if (this.#fields !== undefined || !isObject(message)) return false;
    const fields = copied(message) as MutableObject;
    this.#fields = fields;
    noteOthers(fields, event, ["message"]);
    const content: JsonValue = message.get("content") ?? [];
    fields.set("content", []);
    if (!Array.isArray(content)) return false;
    // Nothing comes before its first event, but where something does, it stands first.
    for (const block of content as readonly JsonValue[]) {
      if (!isObject(block)) return false;
      this.#blocks?.push({ fields: copied(block) as MutableObject, input: undefined, open: false });
    }
    return true;
  }
}

type Handler = (message: MutableObject, blocks: Block[] | undefined, event: JsonObject) => boolean;

const handlers: Readonly<Record<string, Handler>> = {
  content_block_start(message, blocks, event) {
    const block = event.get("content_block");
    if (!isObject(block)) return false;
    // Another model goes on with the message, and it is its message then.
    const successor = block.get("type") === "fallback" ? block.get("to") : undefined;
    const model = isObject(successor) ? textOf(successor.get("model")) : undefined;
    if (model !== undefined) message.set("model", model);
    if (blocks === undefined) return true;
    if (event.get("index") !== blocks.length) return false;
    const fields = copied(block) as MutableObject;
    noteOthers(fields, event, ["index", "content_block"]);
    blocks.push({ fields, input: undefined, open: true });
    return true;
  },
  content_block_delta(_, blocks, event) {
    const delta = event.get("delta");
    if (!isObject(delta)) return false;
    if (blocks === undefined) return true;
    const block = openBlock(blocks, event);
    if (block === undefined) return false;
    noteOthers(block.fields, event, ["index", "delta"]);
    return addDelta(block, delta);
  },
  content_block_stop(_, blocks, event) {
    if (blocks === undefined) return true;
    const block = openBlock(blocks, event);
    if (block === undefined) return false;
    noteOthers(block.fields, event, ["index"]);
    block.open = false;
    if (block.input !== undefined && block.input !== "")
      block.fields.set("input", copied(parsedOrNothing(block.input) ?? block.input));
    return true;
  },
  message_delta(message, _, event) {
    const delta = event.get("delta") ?? new Map();
    const usage = event.get("usage") ?? new Map();
    if (!isObject(delta) || !isObject(usage)) return false;
    noteUsage(message, usage);
    noteOthers(message, event, ["delta", "usage"]);
    noteOthers(message, delta, []);
    return true;
  },
  message_stop(message, blocks, event) {
    noteOthers(message, event, []);
    return (blocks ?? []).every((block) => !block.open);
  },
};

function noteUsage(message: MutableObject, usage: JsonObject): void {
  const held = message.get("usage");
  if (held instanceof Map) mergeUsage(held, usage);
  else if (usage.size > 0) message.set("usage", usageCopy(usage));
}

/** What every message and every block has from its first event on, and no later event changes. */
const settled: ReadonlySet<string> = new Set(["id", "type", "role", "content", "usage"]);

function noteOthers(target: MutableObject, event: JsonObject, own: readonly string[]): void {
  for (const [name, value] of event) {
    if (!settled.has(name) && !own.includes(name)) mergeMember(target, name, value, last);
  }
}

function openBlock(blocks: readonly Block[], event: JsonObject): Block | undefined {
  const index = event.get("index");
  const block = typeof index === "number" ? blocks[index] : undefined;
  return block?.open === true ? block : undefined;
}

/** Takes one delta; false when it does not fit the block. */
function addDelta(block: Block, delta: JsonObject): boolean {
  const type = delta.get("type");
  if (typeof type !== "string") return false;
  const known = Object.hasOwn(deltas, type) ? deltas[type] : undefined;
  if (known === undefined) {
    for (const [name, value] of delta) if (name !== "type") mergeMember(block.fields, name, value, joined);
    return true;
  }
  return known.of.test(String(block.fields.get("type"))) && known.add(block, delta);
}

interface DeltaKind {
  /** The types of block that it is for. */
  readonly of: RegExp;
  add(block: Block, delta: JsonObject): boolean;
}

const deltas: Readonly<Record<string, DeltaKind>> = {
  text_delta: { of: /^text$/, add: (block, delta) => append(block.fields, "text", delta) },
  thinking_delta: { of: /^thinking$/, add: (block, delta) => append(block.fields, "thinking", delta) },
  signature_delta: {
    of: /^thinking$/,
    add({ fields }, delta) {
      const signature = delta.get("signature");
      if (typeof signature === "string") fields.set("signature", signature);
      return typeof signature === "string";
    },
  },
  input_json_delta: {
    of: /_use$/,
    add(block, delta) {
      const piece = delta.get("partial_json");
      if (typeof piece === "string") block.input = (block.input ?? "") + piece;
      return typeof piece === "string";
    },
  },
  citations_delta: {
    of: /^text$/,
    add({ fields }, delta) {
      const citation = delta.get("citation");
      if (citation === undefined) return false;
      const held = fields.get("citations") ?? [];
      if (!Array.isArray(held)) return false;
      held.push(copied(citation));
      fields.set("citations", held);
      return true;
    },
  },
  // It has the whole of the block, not a piece.
  compaction_delta: {
    of: /^compaction$/,
    add({ fields }, delta) {
      for (const [name, value] of delta) if (name !== "type") fields.set(name, copied(value));
      return delta.has("content");
    },
  },
};

function append(fields: MutableObject, name: string, delta: JsonObject): boolean {
  const held = fields.get(name) ?? "";
  const piece = delta.get(name);
  if (typeof held !== "string" || typeof piece !== "string") return false;
  fields.set(name, held + piece);
  return true;
}
