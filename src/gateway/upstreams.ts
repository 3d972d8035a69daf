import { RequestRejectedError } from "../core/errors.ts";
import { glob } from "../core/glob.ts";
import type { Protocol } from "../core/protocol.ts";
import type { Settings } from "../options.ts";
import { type Upstream, upstreamOrigin } from "./upstream-origin.ts";

/** Which upstream serves a path or a model, and where on it a path of the gateway leads. */

export const defaultUpstreams: NonNullable<Settings["upstreams"]> = Object.fromEntries(
  [
    { name: "openai", url: "https://api.openai.com/v1", protocol: "openai" as const },
    { name: "anthropic", url: "https://api.anthropic.com", protocol: "anthropic" as const },
    { name: "gemini", url: "https://generativelanguage.googleapis.com", protocol: "gemini" as const },
  ].map(({ name, url, protocol }) => [
    name,
    { url, protocol, connectTimeout: 5_000, firstByteTimeout: 300_000, idleTimeout: 120_000 },
  ]),
);

type Family = "openai" | "anthropic" | "gemini";

interface Entry {
  readonly upstream: Upstream;
  readonly protocol: Family;
}

export interface Route {
  readonly upstream: Upstream;
  /** Scheme, host and port. */
  readonly origin: string;
  /** Path and query, character for character as the client wrote what lies below the base URL. */
  readonly path: string;
}

export class Upstreams {
  readonly #entries: ReadonlyMap<string, Entry>;
  readonly #models: readonly { readonly fits: (model: string) => boolean; readonly upstream: Upstream }[];

  /** `models`: patterns to upstream names, the first that fits decides. Names are known to exist. */
  constructor(settings: NonNullable<Settings["upstreams"]>, models: Readonly<Record<string, string>>) {
    this.#entries = new Map(
      Object.entries(settings).map(([name, { url, protocol, connectTimeout, firstByteTimeout, idleTimeout }]) => {
        const timeouts = {
          connectTimeoutMs: connectTimeout,
          firstByteTimeoutMs: firstByteTimeout,
          idleTimeoutMs: idleTimeout,
        };
        return [name, { upstream: upstreamOrigin(name, url, timeouts), protocol }];
      }),
    );
    this.#models = Object.entries(models).map(([pattern, name]) => ({
      fits: glob(pattern),
      upstream: (this.#entries.get(name) as Entry).upstream,
    }));
  }

  get all(): readonly Upstream[] {
    return [...this.#entries.values()].map((entry) => entry.upstream);
  }

  named(name: string): Upstream | undefined {
    return this.#entries.get(name)?.upstream;
  }

  /** The upstream for calls of `protocol` that name `model`; without one of its family the first of OpenAI's, since many such servers speak several. */
  forModel(protocol: Pick<Protocol, "name">, model: string): Upstream {
    const chosen =
      this.#models.find((one) => one.fits(model))?.upstream ??
      (this.#first(familyOf(protocol.name)) ?? this.#first("openai"))?.upstream;
    if (chosen !== undefined) return chosen;
    throw new RequestRejectedError({
      status: 502,
      code: "unknown_upstream",
      param: "model",
      message: `No configured upstream speaks ${protocol.name}.`,
      remedy: "Add one under `upstreams`, or start with --upstream URL.",
    });
  }

  /** Where a path that is not a cached route leads; `undefined` when there is no upstream at all. */
  route(path: string): Route | undefined {
    const entry = this.#first(familyOfPath(path)) ?? this.#entries.values().next().value;
    return entry === undefined ? undefined : routeOf(entry.upstream, target(entry, path));
  }

  /** Where `/u/{name}{path}` leads: below the base URL, with or without its `/v1`. */
  routeTo(upstream: Upstream, path: string): Route {
    return routeOf(upstream, upstream.id + belowBase(this.#entries.get(upstream.name) as Entry, path));
  }

  async close(): Promise<void> {
    await Promise.all(this.all.map((upstream) => upstream.close()));
  }

  #first(family: Family): Entry | undefined {
    for (const entry of this.#entries.values()) if (entry.protocol === family) return entry;
    return undefined;
  }
}

/** `/v1` of the gateway stands for the base URL, as it does for the SDKs that are pointed at it. */
function target(entry: Entry, path: string): string {
  const { id } = entry.upstream;
  return isBelowV1(path) ? id + belowBase(entry, path) : id.replace(/\/v1$/, "") + path;
}

/** Splits without parsing: a parser of URLs would resolve dots and encode characters that are the upstream's to read. */
function routeOf(upstream: Upstream, url: string): Route {
  const [, path = ""] = /^https?:\/\/[^/?]+(.*)$/is.exec(url) ?? [];
  return { upstream, origin: new URL(upstream.id).origin, path: path.startsWith("/") ? path : `/${path}` };
}

/** The SDKs of Anthropic and Google write the version themselves, so their paths keep it unless the base URL already has it. */
function belowBase(entry: Entry, path: string): string {
  const keeps = entry.protocol !== "openai" && !entry.upstream.id.endsWith("/v1");
  return !keeps && isBelowV1(path) ? path.slice(3) : path;
}

function isBelowV1(path: string): boolean {
  return /^\/v1(?=[/?]|$)/.test(path);
}

function familyOf(protocolName: string): Family {
  if (protocolName.startsWith("anthropic")) return "anthropic";
  return protocolName.startsWith("gemini") ? "gemini" : "openai";
}

/** The Gemini API, its uploads, and Vertex AI; `/v1/models` alone is OpenAI's as well. */
const geminiPath =
  /^(?:\/upload)?\/v\d+(?:alpha|beta)\d*\/|^\/v1\/(?:(?:models|tunedModels)\/[^/?]+:|cachedContents|projects\/)/;

function familyOfPath(path: string): Family {
  if (/^\/v1\/(?:messages|complete)(?=[/?]|$)/.test(path)) return "anthropic";
  return geminiPath.test(path) ? "gemini" : "openai";
}
