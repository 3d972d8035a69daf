import {
  type Directives,
  defaultDirectives,
  directiveHeaders,
  isTag,
  type LayerName,
  layerNames,
  mostTags,
  tagsRule,
} from "../core/directives.ts";
import { RequestRejectedError } from "../core/errors.ts";
import { printable } from "../core/printable.ts";
import { parseCacheControl, secondsToMs } from "./cache-control.ts";

/**
 * Reads what a request asks of the cache. Two families of fields may ask at once, and one field several times; of two
 * wishes the one that caches less wins. So permissions are joined with AND (`read`, `write`), prohibitions and wishes for
 * a new answer with OR, ages with the smaller bound, and freshness that must remain with the larger. A wish to refresh
 * survives only while the answer may be stored.
 *
 *                            read  write  refresh  noStore
 *   nothing                  yes   yes
 *   no-cache                 no    yes    yes
 *   no-store                 no    no              yes
 *   X-AI-Cache: off          no    no              yes
 *   X-AI-Cache: read         yes   no
 *   X-AI-Cache: write        no    yes
 *   X-AI-Cache: read-write   yes   yes
 *   X-AI-Cache: refresh      no    yes    yes
 *   X-AI-Cache-TTL: 0        yes   no
 *   no-cache and `read`      no    no
 *
 * `Cache-Control` follows RFC 9111 section 5.2.1; unknown directives are ignored, and so is `Pragma` (deprecated by
 * section 5.4), though it is not sent on either. Every other field is wrong when it is empty.
 */

type Headers = Readonly<Record<string, string | undefined>>;
export type Draft = { -readonly [Name in keyof Directives]: Directives[Name] };
/** Reads one field, which is named as a person would write it; `headers` has all of them. */
export type FieldReader = (draft: Draft, value: string, field: string, headers: Headers) => void;

/**
 * `headers` has lower-case names; repeated fields are joined by ", ". Returns the frozen default when nothing is asked.
 * `others`: fields that are understood besides ours. Throws `RequestRejectedError` (400, `invalid_header`, `param` the field) for a field that breaks its rule.
 */
export function readDirectives(headers: Headers, others: readonly (readonly [string, FieldReader])[] = []): Directives {
  const isGiven = ([field]: readonly [string, FieldReader]): boolean => headers[field.toLowerCase()] !== undefined;
  if (directiveHeaders.every((name) => headers[name] === undefined) && !others.some(isGiven)) return defaultDirectives;
  return narrowed(defaultDirectives, (draft) => {
    readCacheControl(draft, headers["cache-control"]);
    for (const [field, read] of [...fields, ...others]) {
      const value = headers[field.toLowerCase()];
      if (value !== undefined) read(draft, trimmed(value), field, headers);
    }
  });
}

/** `directives` with what else is asked; frozen. `ask` only takes away, and so cannot undo what they say. */
export function narrowed(directives: Directives, ask: (draft: Draft) => void): Directives {
  const draft: Draft = { ...directives };
  ask(draft);
  if (draft.noStore || draft.ttlMs === 0) draft.write = false;
  if (draft.noStore || draft.refresh) draft.read = false;
  if (!draft.write) draft.refresh = false;
  return Object.freeze(draft);
}

function readCacheControl(draft: Draft, value: string | undefined): void {
  if (value === undefined) return;
  const field = "Cache-Control";
  const directives = parseCacheControl(value);
  if (directives === undefined) reject(field, "must be a list of directives, as RFC 9111 has it", value);
  for (const { name, argument } of directives) {
    const seconds = (): number =>
      secondsToMs(argument) ?? reject(field, `has ${name}, which takes a whole number of seconds, 0 or more`, value);
    if (name === "no-store") draft.noStore = true;
    else if (name === "no-cache") draft.refresh = true;
    else if (name === "only-if-cached") draft.onlyIfCached = true;
    else if (name === "max-age") draft.maxAgeMs = Math.min(draft.maxAgeMs ?? Number.POSITIVE_INFINITY, seconds());
    else if (name === "min-fresh") draft.minFreshMs = Math.max(draft.minFreshMs ?? 0, seconds());
    else if (name === "max-stale") {
      const allowed = argument === undefined ? Number.POSITIVE_INFINITY : seconds();
      draft.maxStaleMs = Math.min(draft.maxStaleMs ?? Number.POSITIVE_INFINITY, allowed);
    }
  }
}

const fields: readonly (readonly [string, FieldReader])[] = [
  ["X-AI-Cache", readSwitch],
  [
    "X-AI-Cache-TTL",
    (draft, value, field) => {
      narrowTtl(draft, secondsToMs(value) ?? reject(field, "must be a whole number of seconds, 0 or more", value));
    },
  ],
  ["X-AI-Cache-Layers", readLayers],
  ["X-AI-Cache-Threshold", readThreshold],
  ["X-AI-Cache-Namespace", joinNamespace],
  [
    "X-AI-Cache-Version",
    (draft, value, field) => {
      draft.version = label(value, field);
    },
  ],
  ["X-AI-Cache-Tags", readTags],
  [
    "X-AI-Cache-Variant",
    (draft, value, field) => {
      if (!/^[0-9]{1,3}$/.test(value)) reject(field, "must be a whole number from 0 to 999", value);
      draft.variant = Number(value);
    },
  ],
  [
    "X-AI-User",
    (draft, value, field) => {
      if (!/^[ -~]{1,256}$/.test(value)) reject(field, "must be 1 to 256 printable ASCII characters", value);
      draft.user = value;
    },
  ],
  // A gateway has put the prompt into the call by now, and taken the field away.
  ["X-AI-Prompt", (_, value, field) => reject(field, "is understood by a gateway, which keeps the prompts", value)],
];

function readSwitch(draft: Draft, value: string, field: string): void {
  switch (value.toLowerCase()) {
    case "off":
      draft.noStore = true;
      return;
    case "read":
      draft.write = false;
      return;
    case "write":
      draft.read = false;
      return;
    case "read-write":
      return;
    case "refresh":
      draft.refresh = true;
      return;
    default:
      reject(field, "must be one of off, read, write, read-write, refresh", value);
  }
}

/** Of two the shorter. */
export function narrowTtl(draft: Draft, ttlMs: number): void {
  draft.ttlMs = Math.min(draft.ttlMs ?? Number.POSITIVE_INFINITY, ttlMs);
}

/** Of two the higher. */
export function readThreshold(draft: Draft, value: string, field: string): void {
  if (!/^(?:0(?:\.[0-9]{1,20})?|1(?:\.0{1,20})?)$/.test(value)) reject(field, "must be a number from 0 to 1", value);
  draft.threshold = Math.max(draft.threshold ?? 0, Number(value));
}

/** Of two namespaces neither can be meant. */
export function joinNamespace(draft: Draft, value: string, field: string): void {
  const namespace = label(value, field);
  if (draft.namespace !== "" && draft.namespace !== namespace)
    reject(field, "must not differ from the namespace that another field names", value);
  draft.namespace = namespace;
}

function readLayers(draft: Draft, value: string, field: string): void {
  const layers = new Set<LayerName>();
  for (const asked of elements(value)) {
    const name = layerNames.find((known) => known === asked.toLowerCase());
    layers.add(name ?? reject(field, `must be a list of layers (${layerNames.join(", ")})`, value));
  }
  if (layers.size === 0) reject(field, `must name at least one layer (${layerNames.join(", ")})`, value);
  draft.layers = layers;
}

function readTags(draft: Draft, value: string, field: string): void {
  const tags = new Set(elements(value));
  for (const tag of tags) {
    if (!isTag(tag)) reject(field, `must be ${tagsRule}`, tag);
  }
  if (tags.size === 0) reject(field, "must name at least one tag", value);
  if (tags.size > mostTags) reject(field, `must name at most ${mostTags} tags, not ${tags.size}`, value);
  draft.tags = Object.freeze([...tags].sort());
}

function elements(list: string): readonly string[] {
  return list
    .split(",")
    .map(trimmed)
    .filter((part) => part !== "");
}

/** Without the optional whitespace of RFC 9110 section 5.6.3, which is less than `trim` takes away. */
function trimmed(text: string): string {
  let start = 0;
  let end = text.length;
  while (start < end && isSpace(text[start])) start++;
  while (end > start && isSpace(text[end - 1])) end--;
  return text.slice(start, end);
}

function isSpace(character: string | undefined): boolean {
  return character === " " || character === "\t";
}

export const labelRule = "must be 1 to 128 of the characters A-Z a-z 0-9 : . _ -";

export function isLabel(value: unknown): value is string {
  return typeof value === "string" && /^[A-Za-z0-9:._-]{1,128}$/.test(value);
}

function label(value: string, field: string): string {
  if (!isLabel(value)) reject(field, labelRule, value);
  return value;
}

export function reject(field: string, rule: string, given: string): never {
  throw new RequestRejectedError({
    code: "invalid_header",
    param: field,
    message: `${field} ${rule}; given: ${shown(given)}.`,
    remedy: `Correct the ${field} header of the request, or leave it out.`,
  });
}

/** What was given, in quotes, short, and without anything that could act on a terminal or in a log. */
function shown(given: string): string {
  const short = given.length > 60 ? `${given.slice(0, 60)}…` : given;
  return `"${printable(short)}"`;
}
