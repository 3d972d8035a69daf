import { type JsonObject, type JsonValue, serializeJson } from "../core/canonical-json.ts";
import { finishOf, indexOf } from "./gemini-facts.ts";
import { addParts } from "./gemini-parts.ts";
import { isObject } from "./json-fields.ts";
import { type MergeManner, type Mutable, type MutableObject, mergeMember, mergeObject } from "./merge-pieces.ts";

/**
 * Makes the chunks of a stream into the response that the same request would have got from `generateContent`. Each chunk
 * is a response of its own that brings the parts written since the last one; see `gemini-parts.ts`. Of all else the last
 * value stands, member by member, since the API repeats it as it grows (`usageMetadata`, `safetyRatings`) or sends it
 * once, with the last text or long before it (`groundingMetadata`). Only lists that belong to a stretch of text are put
 * together: log probabilities, and citations, which some models send as they come and others all over again.
 */

const lastStands: MergeManner = { strings: "last", arrays: "last" };
const listsJoin: MergeManner = { strings: "last", arrays: "join" };

interface Candidate {
  readonly fields: MutableObject;
  readonly content: MutableObject;
  parts: JsonValue[] | undefined;
  hasContent: boolean;
}

export class ResponseAssembly {
  readonly #fields: MutableObject = new Map();
  readonly #candidates = new Map<number, Candidate>();
  #hasCandidates = false;

  /** Takes one chunk; false when it does not fit the schema of a response. */
  add(chunk: JsonObject): boolean {
    for (const [name, value] of chunk) {
      if (name !== "candidates") mergeMember(this.#fields, name, value, lastStands);
    }
    const candidates: JsonValue | undefined = chunk.get("candidates") ?? undefined;
    if (candidates === undefined) return true;
    if (!Array.isArray(candidates)) return false;
    this.#hasCandidates = true;
    return candidates.map((candidate: JsonValue) => this.#addCandidate(candidate)).every(Boolean);
  }

  #addCandidate(piece: JsonValue): boolean {
    const index = isObject(piece) ? indexOf(piece) : undefined;
    if (!isObject(piece) || index === undefined || finishOf(piece) === undefined) return false;
    const candidate = this.#candidate(index);
    for (const [name, value] of piece) {
      if (name === "citationMetadata" && isObject(value)) addCitations(candidate.fields, value);
      else if (name === "logprobsResult") mergeMember(candidate.fields, name, value, listsJoin);
      else if (name !== "content") mergeMember(candidate.fields, name, value, lastStands);
    }
    return addContent(candidate, piece.get("content") ?? undefined);
  }

  #candidate(index: number): Candidate {
    const known = this.#candidates.get(index);
    if (known !== undefined) return known;
    const candidate: Candidate = { fields: new Map(), content: new Map(), parts: undefined, hasContent: false };
    this.#candidates.set(index, candidate);
    return candidate;
  }

  /** What has come so far, candidates in the order of their indexes. */
  response(): JsonObject {
    const candidates = [...this.#candidates].sort(([one], [other]) => one - other);
    const first: [string, JsonValue][] = this.#hasCandidates
      ? [["candidates", candidates.map(([, candidate]) => completed(candidate))]]
      : [];
    return new Map<string, JsonValue>([...first, ...this.#fields]);
  }
}

function addContent(candidate: Candidate, content: JsonValue | undefined): boolean {
  if (content === undefined) return true;
  if (!isObject(content)) return false;
  candidate.hasContent = true;
  for (const [name, value] of content) {
    if (name !== "parts") mergeMember(candidate.content, name, value, lastStands);
  }
  const parts: JsonValue | undefined = content.get("parts") ?? undefined;
  if (parts === undefined) return true;
  if (!Array.isArray(parts)) return false;
  candidate.parts ??= [];
  addParts(candidate.parts, parts);
  return true;
}

function completed({ fields, content, parts, hasContent }: Candidate): JsonObject {
  const ofParts: [string, JsonValue][] = parts === undefined ? [] : [["parts", parts]];
  const ofContent: [string, JsonValue][] = hasContent ? [["content", new Map([...ofParts, ...content])]] : [];
  return new Map<string, JsonValue>([...ofContent, ...fields]);
}

/** Citations are known by their place in the text and their source, so one that comes again is the same. */
function addCitations(fields: MutableObject, value: JsonObject): void {
  const held = fields.get("citationMetadata");
  const target: MutableObject = held instanceof Map ? held : new Map();
  fields.set("citationMetadata", target);
  for (const [name, list] of value) {
    const known = target.get(name);
    if (Array.isArray(known) && Array.isArray(list)) {
      const texts = new Set(known.map((citation: Mutable) => serializeJson(citation)));
      mergeObject(target, new Map([[name, list.filter((citation) => !texts.has(serializeJson(citation)))]]), listsJoin);
    } else mergeMember(target, name, list, lastStands);
  }
}
