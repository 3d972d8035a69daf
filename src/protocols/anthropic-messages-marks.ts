import type { JsonObject, JsonValue } from "../core/canonical-json.ts";
import { isObject } from "./json-fields.ts";

/**
 * Leaves the `cache_control` marks out of the key. A mark says up to where the provider may keep the prompt's prefix
 * and for how long. It does not change the answer: by Anthropic's documentation caching has no effect on the tokens that
 * are generated (platform.claude.com/docs, "Prompt caching", section "Cache storage and sharing", output token generation).
 * What differs is the price, and with it some counts of `usage`: a hit shows those of the call that was made. Clients
 * move their marks from call to call, so that keyed marks would make equal questions miss.
 *
 * Only marks where the API has them are left out: on a tool, on a block of `system` or of a message, and on blocks
 * within a tool result, a search result or a document. Anywhere else, such as in the schema of a tool or in the input
 * of a tool call, a field of that name is like any other and counts.
 */

/** The members of `body` that have marks, without them. `texts`: each member's own text. */
export function withoutMarks(body: JsonObject, texts: ReadonlyMap<string, string>): ReadonlyMap<string, JsonValue> {
  const unmarked = new Map<string, JsonValue>();
  for (const [name, without] of Object.entries(places)) {
    const value = body.get(name);
    if (value !== undefined && texts.get(name)?.includes('"cache_control"') === true)
      unmarked.set(name, without(value));
  }
  return unmarked;
}

const places: Readonly<Record<string, (value: JsonValue) => JsonValue>> = {
  tools: (tools) => each(tools, withoutMark),
  system: unmarkedBlocks,
  messages: (messages) => each(messages, (message) => withMember(message, "content", unmarkedBlocks)),
};

function unmarkedBlocks(value: JsonValue): JsonValue {
  return each(value, (block) => {
    const inner = withMember(withoutMark(block), "content", unmarkedBlocks);
    return withMember(inner, "source", (source) =>
      isObject(source) ? withMember(source, "content", unmarkedBlocks) : source,
    );
  });
}

function withoutMark(object: JsonObject): JsonObject {
  const left = new Map(object);
  left.delete("cache_control");
  return left;
}

function withMember(object: JsonObject, name: string, change: (value: JsonValue) => JsonValue): JsonObject {
  const value = object.get(name);
  return value === undefined ? object : new Map(object).set(name, change(value));
}

/** Changes the objects of an array and leaves everything else as it is. */
function each(value: JsonValue, change: (element: JsonObject) => JsonValue): JsonValue {
  if (!Array.isArray(value)) return value;
  return (value as readonly JsonValue[]).map((element) => (isObject(element) ? change(element) : element));
}
