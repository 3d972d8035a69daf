import type { LanguageModelV4CallOptions, SharedV4ProviderOptions } from "@ai-sdk/provider";
import { fromPlain, serializeJson } from "../core/canonical-json.ts";
import type { Duration } from "../core/duration.ts";
import { InvalidOptionError } from "../core/errors.ts";
import { contentDigest } from "../core/fingerprint.ts";
import type { WrapOptions } from "../library/wrap.ts";
import { classifyHeader } from "../policy/scope.ts";
import { toTagged } from "./tagged-json.ts";

/**
 * What a call to a model depends on. Everything in its parameters counts but what only steers this one call: the
 * signal, header fields that cannot change an answer, and what is said to the cache in `providerOptions.reprise`.
 */

/** What can be said for all calls, and for one in `providerOptions.reprise`. */
export interface CallWishes {
  /** `false`: neither look up nor store. */
  readonly cache?: boolean;
  /** Compute anew and store, whatever is there. */
  readonly refresh?: boolean;
  readonly ttl?: Duration;
  readonly tags?: readonly string[];
  readonly namespace?: string;
  readonly version?: string;
}

const wishNames: ReadonlySet<string> = new Set([
  "cache",
  "refresh",
  "ttl",
  "tags",
  "namespace",
  "version",
] satisfies (keyof CallWishes)[]);

export interface KeyedModel {
  readonly provider: string;
  readonly modelId: string;
}

type Params = Partial<Omit<LanguageModelV4CallOptions, "headers">> & {
  readonly headers?: Readonly<Record<string, string | undefined>>;
};

/** How to look the call up, or `undefined` when it cannot be keyed or is not to be cached. */
export function wrapOptionsOf(
  what: string,
  params: Params,
  model: KeyedModel,
  defaults: CallWishes,
): WrapOptions | undefined {
  const { abortSignal: _, includeRawChunks, headers, providerOptions, ...counted } = params;
  const { own, others } = wishesIn(providerOptions);
  const { cache = true, tags = [], ...wishes } = { ...defaults, ...own };
  if (!cache) return undefined;
  const key = digestOf({
    what,
    provider: model.provider,
    model: model.modelId,
    ...counted,
    providerOptions: others,
    headers: countedHeaders(headers),
    rawChunks: includeRawChunks === true ? true : undefined,
  });
  if (key === undefined) return undefined;
  return { ...wishes, key, tags: [...(defaults.tags ?? []), ...tags] };
}

function wishesIn(options: SharedV4ProviderOptions | undefined): {
  readonly own: CallWishes;
  readonly others: SharedV4ProviderOptions | undefined;
} {
  if (options?.["reprise"] === undefined) return { own: {}, others: options };
  const { reprise, ...rest } = options;
  const unknown = Object.keys(reprise).find((name) => !wishNames.has(name));
  if (unknown !== undefined) {
    const path = `providerOptions.reprise.${unknown}`;
    const remedy = `Use ${[...wishNames].join(", ")}.`;
    throw new InvalidOptionError(path, { message: `${path} is not an option.`, remedy });
  }
  return { own: reprise as CallWishes, others: Object.keys(rest).length === 0 ? undefined : rest };
}

function countedHeaders(headers: Params["headers"]): Record<string, string> | undefined {
  const counted = Object.entries(headers ?? {}).flatMap(([given, value]) => {
    const name = given.toLowerCase();
    const use = classifyHeader(name, []);
    return value === undefined || use === "neutral" || use === "drop" ? [] : [[name, value] as const];
  });
  return counted.length === 0 ? undefined : Object.fromEntries(counted);
}

/** A digest of its own, so that a long prompt is not remembered with its key. */
function digestOf(value: unknown): string | undefined {
  try {
    return contentDigest(serializeJson(fromPlain(toTagged(value))));
  } catch {
    return undefined;
  }
}
