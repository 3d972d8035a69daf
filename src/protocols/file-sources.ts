import { type JsonValue, parseJson } from "../core/canonical-json.ts";
import { isObject } from "./json-fields.ts";

/**
 * The files that a request gives the model to read, by the names that its provider knows them by: `file:` and an id
 * (`file_id` of OpenAI and Anthropic, `fileUri` of Gemini), or `url:` and where it lies. They are looked for wherever they
 * may stand, since a source that is overlooked could not be taken back.
 */

const idFields = new Set(["file_id", "fileUri", "file_uri"]);
const urlFields = new Set(["file_url"]);
/** Most requests have none of these, and are not read again for it. A name may also be written in escapes of its letters. */
const traces = [
  ...["file_id", "fileUri", "file_uri", "file_url", '"url"'],
  ...["\\u004", "\\u005", "\\u006", "\\u007"],
].map((text) => Buffer.from(text));
/** A schema in JSON is as deep as this at most where strict reading has let it pass. */
const deepest = 64;

/** In the order of their names, each once. Empty for what is no JSON. */
export function fileSourcesOf(body: Uint8Array): readonly string[] {
  const bytes = Buffer.from(body.buffer, body.byteOffset, body.byteLength);
  if (!traces.some((trace) => bytes.includes(trace))) return [];
  const found = new Set<string>();
  try {
    collect(parseJson(body, { maxValues: 400_000 }), found, 0);
  } catch {
    return [];
  }
  return [...found].sort();
}

function collect(value: JsonValue, found: Set<string>, depth: number): void {
  if (depth > deepest) return;
  if (Array.isArray(value)) {
    for (const one of value) collect(one, found, depth + 1);
    return;
  }
  if (!isObject(value)) return;
  for (const [name, member] of value) {
    if (typeof member !== "string") collect(member, found, depth + 1);
    else if (member === "") continue;
    else if (idFields.has(name)) found.add(`file:${member}`);
    else if (urlFields.has(name) || (name === "url" && value.get("type") === "url")) found.add(`url:${member}`);
  }
}
