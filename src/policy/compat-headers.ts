import { parseJson, serializeJson } from "../core/canonical-json.ts";
import type { LayerName } from "../core/directives.ts";
import { layerNames } from "../core/directives.ts";
import { durationMs } from "../core/duration.ts";
import { secondsToMs } from "./cache-control.ts";
import { type Draft, type FieldReader, joinNamespace, narrowTtl, readThreshold, reject } from "./directives.ts";

/**
 * The cache fields of other gateways, in our own terms. Each alias says what an own field could have said, so nothing
 * but the translation is new: the server's policy stands above them, and of two wishes the one that caches less wins.
 *
 * What would let unlike requests share an answer (a key of the caller's own, names of body fields to leave out of it) is
 * not believed: its text becomes a further part of the key, so that it can only keep requests apart.
 *
 * Sources: https://developers.cloudflare.com/ai-gateway/features/caching/,
 * https://docs.helicone.ai/features/advanced-usage/caching,
 * https://portkey.ai/docs/product/ai-gateway/cache-simple-and-semantic,
 * https://docs.getbifrost.ai/features/semantic-caching, https://openrouter.ai/docs/guides/features/response-caching. LiteLLM
 * has a field of the body instead: see litellm-cache.ts.
 */

export const compatGateways = ["cloudflare", "helicone", "portkey", "bifrost", "openrouter", "litellm"] as const;
export type CompatGateway = (typeof compatGateways)[number];

interface Vocabulary {
  /** What begins so is for a cache and never for the origin, also where it says nothing to ours. */
  readonly prefixes: readonly string[];
  readonly asks: readonly (readonly [field: string, read: FieldReader])[];
  /** Their text is a part of the key. */
  readonly partitions: readonly string[];
}

const config = "x-portkey-config";

const vocabularies: Readonly<Record<CompatGateway, Vocabulary>> = {
  cloudflare: {
    prefixes: ["cf-aig-cache", "cf-aig-skip-cache", "cf-cache-ttl", "cf-skip-cache"],
    asks: [
      ["cf-aig-cache-ttl", readTtl],
      ["cf-cache-ttl", readTtl],
      ["cf-aig-skip-cache", whenTrue(avoidStore)],
      ["cf-skip-cache", whenTrue(avoidStore)],
    ],
    partitions: ["cf-aig-cache-key"],
  },
  helicone: {
    prefixes: ["helicone-cache-"],
    asks: [
      ["Helicone-Cache-Enabled", readHeliconeEnabled],
      ["Helicone-Cache-Save", readHeliconeHalf("helicone-cache-read", "read")],
      ["Helicone-Cache-Read", readHeliconeHalf("helicone-cache-save", "write")],
      ["Helicone-Cache-Bucket-Max-Size", checkBucketSize],
    ],
    partitions: ["helicone-cache-seed", "helicone-cache-ignore-keys"],
  },
  portkey: {
    prefixes: ["x-portkey-cache"],
    asks: [
      ["x-portkey-cache-force-refresh", whenTrue(refresh)],
      ["x-portkey-cache-namespace", joinNamespace],
      [
        "x-portkey-cache",
        (draft, value, field) => readPortkeyCache(draft, parsedWhereJson(value, field), field, value),
      ],
      [config, readPortkeyConfig],
    ],
    partitions: [],
  },
  bifrost: {
    prefixes: ["x-bf-cache-"],
    asks: [
      ["x-bf-cache-ttl", readBifrostTtl],
      ["x-bf-cache-threshold", readThreshold],
      ["x-bf-cache-type", readBifrostType],
      // By its documentation what is stored may still be served.
      ["x-bf-cache-no-store", whenTrue(avoidWrite)],
    ],
    partitions: ["x-bf-cache-key"],
  },
  openrouter: {
    prefixes: ["x-openrouter-cache"],
    asks: [
      ["X-OpenRouter-Cache", whenFalse(avoidStore)],
      ["X-OpenRouter-Cache-TTL", readTtl],
      ["X-OpenRouter-Cache-Clear", whenTrue(refresh)],
    ],
    partitions: [],
  },
  litellm: { prefixes: [], asks: [], partitions: [] },
};

/** Reads, keys and strips the fields of the gateways that it was made for. */
export class CompatHeaders {
  readonly asks: readonly (readonly [string, FieldReader])[];
  readonly #prefixes: readonly string[];
  readonly #partitions: ReadonlySet<string>;
  readonly #readsConfig: boolean;

  constructor(gateways: readonly CompatGateway[]) {
    const spoken = gateways.map((gateway) => vocabularies[gateway]);
    this.asks = spoken.flatMap(({ asks }) => asks);
    this.#prefixes = spoken.flatMap(({ prefixes }) => prefixes);
    this.#partitions = new Set(spoken.flatMap(({ partitions }) => partitions));
    this.#readsConfig = gateways.includes("portkey");
  }

  /** Whether a header (lower-case name) is for the cache alone. */
  isForCache(name: string): boolean {
    return this.#prefixes.some((prefix) => name.startsWith(prefix));
  }

  /** Whether its text belongs to the key. */
  isPartition(name: string): boolean {
    return this.#partitions.has(name);
  }

  /** What the origin gets of a header; `undefined` for nothing. */
  forwarded(name: string, value: string): string | undefined {
    if (this.isForCache(name)) return undefined;
    return this.#readsConfig && name === config ? configWithoutCache(value) : value;
  }
}

/** One that understands no other gateway. */
export const noCompatHeaders = new CompatHeaders([]);

function avoidStore(draft: Draft): void {
  draft.noStore = true;
}

function avoidWrite(draft: Draft): void {
  draft.write = false;
}

function refresh(draft: Draft): void {
  draft.refresh = true;
}

function flagOf(value: string, field: string): boolean {
  const flag = value.toLowerCase();
  if (flag !== "true" && flag !== "false") reject(field, "must be true or false", value);
  return flag === "true";
}

function whenTrue(ask: (draft: Draft) => void): FieldReader {
  return (draft, value, field) => void (flagOf(value, field) && ask(draft));
}

function whenFalse(ask: (draft: Draft) => void): FieldReader {
  return (draft, value, field) => void (flagOf(value, field) || ask(draft));
}

function readTtl(draft: Draft, value: string, field: string): void {
  narrowTtl(draft, secondsToMs(value) ?? reject(field, "must be a whole number of seconds, 0 or more", value));
}

/** There `max-age` in `Cache-Control` is how long the answer is kept; here it also bounds what is served, which is less. */
function readHeliconeEnabled(draft: Draft, value: string, field: string): void {
  if (!flagOf(value, field)) draft.noStore = true;
  else if (draft.maxAgeMs !== undefined) narrowTtl(draft, draft.maxAgeMs);
}

/** `Save` alone asks for storing without serving, `Read` alone for the other; both together, or `Enabled`, for both. */
function readHeliconeHalf(other: string, given: "read" | "write"): FieldReader {
  return (draft, value, field, headers) => {
    const isTrue = (name: string): boolean => headers[name]?.trim().toLowerCase() === "true";
    if (flagOf(value, field) && !isTrue(other) && !isTrue("helicone-cache-enabled")) draft[given] = false;
  };
}

/** How many answers are kept is a matter of policy (`variants`), since each of them is paid for. */
function checkBucketSize(_draft: Draft, value: string, field: string): void {
  if (!/^[1-9][0-9]{0,2}$/.test(value)) reject(field, "must be a whole number from 1 to 999", value);
}

function readBifrostTtl(draft: Draft, value: string, field: string): void {
  const ms = /^[0-9]+$/.test(value) ? secondsToMs(value) : durationMs(value);
  narrowTtl(draft, ms ?? reject(field, 'must be a number of seconds or a duration such as "30s"', value));
}

/** An answer to the very same request is also the nearest one, so `semantic` shuts nothing out. */
function readBifrostType(draft: Draft, value: string, field: string): void {
  if (value === "direct") exceptSemantic(draft);
  else if (value !== "semantic") reject(field, "must be direct or semantic", value);
}

function exceptSemantic(draft: Draft): void {
  const layers: ReadonlySet<LayerName> = draft.layers ?? new Set(layerNames);
  draft.layers = new Set([...layers].filter((layer) => layer !== "semantic"));
}

/** The object, where the field has one, else its text: the id of a stored config, or the bare name of a mode. */
function parsedWhereJson(value: string, field: string): ReadonlyMap<string, unknown> | string {
  if (!value.startsWith("{")) return value;
  try {
    return parseJson(value) as ReadonlyMap<string, unknown>;
  } catch {
    return reject(field, "must be strict JSON where it begins with a brace", value);
  }
}

function readPortkeyConfig(draft: Draft, value: string, field: string): void {
  const parsed = parsedWhereJson(value, field);
  const cache = typeof parsed === "string" ? null : (parsed.get("cache") ?? null);
  if (cache !== null) readPortkeyCache(draft, cache, field, value);
}

function readPortkeyCache(draft: Draft, cache: unknown, field: string, value: string): void {
  const mode = cache instanceof Map ? (cache.get("mode") ?? null) : cache;
  if (mode === "simple") exceptSemantic(draft);
  else if (mode !== "semantic" && !(mode === null && cache instanceof Map))
    reject(field, "must have simple or semantic for the mode of its cache", value);
  const maxAge = cache instanceof Map ? (cache.get("max_age") ?? null) : null;
  if (maxAge === null) return;
  const ms = typeof maxAge === "number" ? secondsToMs(String(maxAge)) : undefined;
  narrowTtl(draft, ms ?? reject(field, "must have whole seconds, 0 or more, for the max_age of its cache", value));
}

/** All else in a config is for a gateway behind us. */
function configWithoutCache(value: string): string | undefined {
  const parsed = parsedWhereJson(value, config);
  if (typeof parsed === "string" || !parsed.has("cache")) return value;
  const others = new Map(parsed as ReadonlyMap<string, never>);
  others.delete("cache");
  return others.size === 0 ? undefined : asciiJson(serializeJson(others, true));
}

/** A header field holds no characters beyond ASCII that all readers would decode alike. */
function asciiJson(json: string): string {
  return json.replace(/[^ -~]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`);
}
