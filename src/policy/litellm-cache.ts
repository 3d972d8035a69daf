import { JsonError, type JsonValue, parseJson, serializeJson } from "../core/canonical-json.ts";
import { RequestRejectedError } from "../core/errors.ts";
import { secondsToMs } from "./cache-control.ts";
import type { CompatGateway } from "./compat-headers.ts";
import { type Draft, isLabel, labelRule, narrowTtl } from "./directives.ts";

/**
 * The field `cache` that clients of LiteLLM write into the body of a request, in our own terms
 * (https://docs.litellm.ai/docs/proxy/caching_controls). It speaks to the cache alone, so it is taken out of the body
 * before anything else reads it: neither the key nor the origin ever sees it. `no-cache` and `no-store` are taken for
 * what RFC 9111 means by them, since that page gives both nearly the same sentence.
 */

export interface OpenedBody {
  /** Without the field. */
  readonly body: Uint8Array;
  /** What it asks; `undefined` when the body has none. */
  readonly ask: ((draft: Draft) => void) | undefined;
}

/** What becomes of each body where these gateways are understood. */
export function bodyOpener(gateways: readonly CompatGateway[]): (body: Uint8Array) => OpenedBody {
  return gateways.includes("litellm") ? takeLiteLlmCache : (body) => ({ body, ask: undefined });
}

/** Values and keys of a body: what any of the protocols takes at most. */
const maxValues = 400_000;

/** Throws `RequestRejectedError` for a field that breaks its rule. A body that is not JSON is left for others to refuse. */
export function takeLiteLlmCache(body: Uint8Array): OpenedBody {
  const untouched = { body, ask: undefined };
  if (!mayHoldCache(body)) return untouched;
  let parsed: JsonValue;
  try {
    parsed = parseJson(body, { maxValues });
  } catch (error) {
    if (error instanceof JsonError) return untouched;
    throw error;
  }
  if (!(parsed instanceof Map) || !parsed.has("cache")) return untouched;
  const others = new Map(parsed as ReadonlyMap<string, JsonValue>);
  others.delete("cache");
  const ask = asked(parsed.get("cache") as JsonValue);
  return { body: Buffer.from(serializeJson(others, true), "utf8"), ask };
}

/** Far quicker than to parse; a name may also be written in escapes. */
function mayHoldCache(body: Uint8Array): boolean {
  const bytes = Buffer.from(body.buffer, body.byteOffset, body.byteLength);
  return bytes.includes('"cache"') || bytes.includes("\\u00");
}

function asked(cache: JsonValue): (draft: Draft) => void {
  if (cache === null) return () => {};
  if (!(cache instanceof Map)) return reject("cache", "must be an object");
  const read = cache as ReadonlyMap<string, JsonValue>;
  const noStore = flag(read, "no-store") === true || flag(read, "use-cache") === false;
  const noCache = flag(read, "no-cache") === true;
  const ttlMs = milliseconds(read, "ttl");
  const ages = [milliseconds(read, "s-maxage"), milliseconds(read, "s-max-age")].filter((age) => age !== undefined);
  const namespace = read.get("namespace") ?? undefined;
  if (namespace !== undefined && !isLabel(namespace)) reject("cache.namespace", labelRule);
  return (draft) => {
    if (noStore) draft.noStore = true;
    if (noCache) draft.refresh = true;
    if (ttlMs !== undefined) narrowTtl(draft, ttlMs);
    for (const age of ages) draft.maxAgeMs = Math.min(draft.maxAgeMs ?? Number.POSITIVE_INFINITY, age);
    if (namespace === undefined) return;
    if (draft.namespace !== "" && draft.namespace !== namespace)
      reject("cache.namespace", "must not differ from the namespace that the header fields name");
    draft.namespace = namespace as string;
  };
}

function flag(cache: ReadonlyMap<string, JsonValue>, name: string): boolean | undefined {
  const value = cache.get(name) ?? undefined;
  if (value !== undefined && typeof value !== "boolean") reject(`cache.${name}`, "must be true, false or null");
  return value;
}

function milliseconds(cache: ReadonlyMap<string, JsonValue>, name: string): number | undefined {
  const value = cache.get(name) ?? undefined;
  if (value === undefined) return undefined;
  const ms = typeof value === "number" ? secondsToMs(String(value)) : undefined;
  return ms ?? reject(`cache.${name}`, "must be a whole number of seconds, 0 or more, or null");
}

function reject(param: string, rule: string): never {
  throw new RequestRejectedError({
    message: `'${param}' ${rule}.`,
    param,
    remedy: "Correct the field `cache` of the request body, or leave it out.",
  });
}
