import { type JsonObject, type JsonValue, serializeJson } from "../core/canonical-json.ts";
import { partPortions } from "./gemini-parts.ts";
import { isObject, objectsIn } from "./json-fields.ts";
import { renderEvent } from "./sse.ts";

/**
 * Plays a response as the stream that the same request would have got from `streamGenerateContent`: chunks with the parts
 * of a candidate, its text in several pieces, the last of them with its finish reason and all else that it has, then the
 * next candidate. Every chunk names the model and the response; the last one has usage. The end of the stream is the end
 * of the body. Fields that the API's description does not know travel too: those of the response on the first chunk,
 * those of a content with its first parts, those of a candidate with its finish reason.
 *
 * What the stream cannot say, and therefore comes back in one normal form from `gemini-assembly.ts`: candidates are in the
 * order of their index, and a member `candidates`, `content` or `parts` that is null is dropped.
 */
export function chunksOf(response: JsonObject): string {
  const envelope = new Map<string, JsonValue>();
  const rest = new Map<string, JsonValue>();
  for (const [name, value] of response) {
    if (envelopeNames.has(name)) envelope.set(name, value);
    else if (name !== "candidates" && name !== "usageMetadata") rest.set(name, value);
  }
  const usage = response.get("usageMetadata");
  const bodies = candidateChunks(response);
  let text = "";
  for (const [position, body] of bodies.entries()) {
    const chunk = new Map(body);
    if (position === 0) for (const [name, value] of rest) chunk.set(name, value);
    if (position === bodies.length - 1 && usage !== undefined) chunk.set("usageMetadata", usage);
    for (const [name, value] of envelope) chunk.set(name, value);
    text += renderEvent(serializeJson(chunk, true));
  }
  return text;
}

const envelopeNames: ReadonlySet<string> = new Set(["modelVersion", "responseId", "createTime"]);

/** The `candidates` of each chunk; a response without any is one chunk. */
function candidateChunks(response: JsonObject): readonly JsonObject[] {
  const candidates = response.get("candidates");
  const chunks = objectsIn(candidates).flatMap((candidate) =>
    chunksOfCandidate(candidate).map((piece) => new Map<string, JsonValue>([["candidates", [piece]]])),
  );
  if (chunks.length > 0) return chunks;
  return [new Map<string, JsonValue>(Array.isArray(candidates) ? [["candidates", []]] : [])];
}

function chunksOfCandidate(candidate: JsonObject): readonly JsonObject[] {
  const content = candidate.get("content");
  const index = candidate.get("index");
  const contents = isObject(content) ? contentPortions(content) : [undefined];
  return contents.map((portion, position) => {
    const chunk = new Map<string, JsonValue>();
    if (portion !== undefined) chunk.set("content", portion);
    if (position === contents.length - 1) {
      for (const [name, value] of candidate) if (name !== "content") chunk.set(name, value);
    }
    return index === undefined ? chunk : chunk.set("index", index);
  });
}

/** The content in portions, each with the role; what else it has stands in the first. */
function contentPortions(content: JsonObject): readonly JsonObject[] {
  const parts = content.get("parts");
  const portions = Array.isArray(parts) ? [...partPortions(parts)] : [];
  const shared = new Map([...content].filter(([name]) => name === "role"));
  const others = [...content].filter(([name]) => name !== "parts");
  if (portions.length === 0) return [new Map([...others, ...(Array.isArray(parts) ? [["parts", []] as const] : [])])];
  return portions.map(
    (portion, position) => new Map<string, JsonValue>([["parts", portion], ...(position === 0 ? others : shared)]),
  );
}
