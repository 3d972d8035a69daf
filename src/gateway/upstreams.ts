import { isDeepStrictEqual } from "node:util";
import type { Clock } from "../core/clock.ts";
import { defined } from "../core/defined.ts";
import { RequestRejectedError } from "../core/errors.ts";
import { glob } from "../core/glob.ts";
import type { Protocol } from "../core/protocol.ts";
import { type UpstreamSettings, upstreamSchema, urlOf } from "../upstream-options.ts";
import type { PoolTalk } from "./pool/pool-gossip.ts";
import { PoolUpstream } from "./pool/pool-upstream.ts";
import type { ReplicaNotice } from "./pool/replica-error.ts";
import { credentialField } from "./upstream-credential.ts";
import { type Reach, type Upstream, upstreamOrigin, withoutVersion } from "./upstream-origin.ts";
import { UpstreamTroubles } from "./upstream-troubles.ts";

/** Which upstream serves a path or a model, and where on it a path of the gateway leads. */

/** By the name of each. */
export type UpstreamsSettings = Readonly<Record<string, UpstreamSettings>>;

export const defaultUpstreams: UpstreamsSettings = Object.fromEntries(
  [
    { name: "openai", url: "https://api.openai.com/v1", protocol: "openai" as const },
    { name: "anthropic", url: "https://api.anthropic.com", protocol: "anthropic" as const },
    { name: "gemini", url: "https://generativelanguage.googleapis.com", protocol: "gemini" as const },
  ].map(({ name, ...given }) => [name, upstreamSchema.parse(given)]),
);

export type Family = "openai" | "anthropic" | "gemini";

interface Entry {
  readonly upstream: Upstream;
  readonly protocol: Family;
  readonly settings: UpstreamSettings & Omit<Reach, "onRefused">;
  /** Whether this tenant may use it; `undefined`: everybody may. */
  readonly admits: ((tenant: string) => boolean) | undefined;
}

export interface Route {
  readonly upstream: Upstream;
  /** Scheme, host and port. */
  readonly origin: string;
  /** Path and query, character for character as the client wrote what lies below the base URL. */
  readonly path: string;
}

interface UpstreamsSurroundings {
  readonly before?: Upstreams | undefined;
  readonly talk?: PoolTalk | undefined;
  readonly notice?: ReplicaNotice | undefined;
  readonly reach?: Reach;
}

/** For a `tenant` there are only those that it may use; without one, as for the gateway itself, all. */
export class Upstreams {
  readonly #entries: ReadonlyMap<string, Entry>;
  readonly #models: readonly { readonly fits: (model: string) => boolean; readonly entry: Entry }[];

  /**
   * `models`: patterns to upstream names, the first that fits decides. Names are known to exist. `before`: those whose
   * place they take; one whose settings are the same stays, with its connections and what it knows. `talk`: with other
   * gateways before the same pools. `notice` hears of replicas that fail, and of upstreams that are one server. `reach`: what holds for all of them.
   */
  constructor(
    settings: UpstreamsSettings,
    models: Readonly<Record<string, string>>,
    clock: Clock,
    { before, talk, notice, reach = {} }: UpstreamsSurroundings = {},
  ) {
    const { onRefused, ...reached } = reach;
    this.#entries = new Map(
      Object.entries(settings).map(([name, given]) => {
        const one = { ...given, ...reached, allowPrivate: given.allowPrivate || reached.allowPrivate === true };
        const there = before === undefined ? undefined : before.#entries.get(name);
        const upstream = isDeepStrictEqual(there?.settings, one)
          ? (there?.upstream as Upstream)
          : upstreamOf(name, one, clock, { talk, notice, onRefused });
        if (upstream instanceof PoolUpstream && there?.upstream instanceof PoolUpstream)
          upstream.takeOver(there.upstream);
        return [name, { upstream, protocol: one.protocol, settings: one, admits: admitting(one.tenants) }];
      }),
    );
    this.#models = Object.entries(models).map(([pattern, name]) => ({
      fits: glob(pattern),
      entry: this.#entries.get(name) as Entry,
    }));
  }

  get all(): readonly Upstream[] {
    return [...this.#entries.values()].map((entry) => entry.upstream);
  }

  namesFor(tenant?: string): readonly string[] {
    return [...this.#entries].flatMap(([name, entry]) => (isFor(entry, tenant) ? [name] : []));
  }

  named(name: string, tenant?: string): Upstream | undefined {
    const entry = this.#entries.get(name);
    return entry !== undefined && isFor(entry, tenant) ? entry.upstream : undefined;
  }

  /** Whose routes it serves. */
  familyOf(name: string): Family | undefined {
    return this.#entries.get(name)?.protocol;
  }

  /** The upstream for calls of `protocol` that name `model`; without one of its family the first of OpenAI's, since many such servers speak several. */
  forModel(protocol: Pick<Protocol, "name">, model: string, tenant?: string): Upstream {
    const chosen =
      this.#models.find((one) => one.fits(model) && isFor(one.entry, tenant))?.entry ??
      this.#first(familyOf(protocol.name), tenant) ??
      this.#first("openai", tenant);
    if (chosen !== undefined) return chosen.upstream;
    throw new RequestRejectedError({
      status: 502,
      code: "unknown_upstream",
      param: "model",
      message: `No configured upstream speaks ${protocol.name}.`,
      remedy: "Add one under `upstreams`, or start with --upstream URL.",
    });
  }

  /** Where a path that is not a cached route leads; `undefined` when there is no upstream at all. */
  route(path: string, tenant?: string): Route | undefined {
    const entry = this.#first(familyOfPath(path), tenant) ?? this.#first(undefined, tenant);
    if (entry === undefined) return undefined;
    const { base } = entry.upstream;
    return routeOf(entry, base, path, base.replace(/\/v1$/, ""));
  }

  /** Where `/u/{name}{path}` leads: below the base URL, with or without its `/v1`. */
  routeTo(upstream: Upstream, path: string): Route {
    const { base } = upstream;
    return routeOf(this.#entries.get(upstream.name) as Entry, base, path, base);
  }

  /** Pools among them, each of several servers. */
  get pools(): readonly PoolUpstream[] {
    return this.all.filter((upstream) => upstream instanceof PoolUpstream);
  }

  /** Others have taken their place. */
  giveWayTo(others: Upstreams): void {
    const staying = new Set(others.all);
    for (const upstream of this.all) if (!staying.has(upstream)) upstream.retire();
  }

  async close(): Promise<void> {
    await Promise.all(this.all.map((upstream) => upstream.close()));
  }

  /** Without a family: of any. */
  #first(family: Family | undefined, tenant: string | undefined): Entry | undefined {
    for (const entry of this.#entries.values())
      if ((family === undefined || entry.protocol === family) && isFor(entry, tenant)) return entry;
    return undefined;
  }
}

function isFor({ admits }: Entry, tenant: string | undefined): boolean {
  return admits === undefined || tenant === undefined || admits(tenant);
}

function admitting(patterns: readonly string[]): Entry["admits"] {
  if (patterns.includes("*")) return undefined;
  const fitting = patterns.map(glob);
  return (tenant) => fitting.some((fits) => fits(tenant));
}

function upstreamOf(
  name: string,
  settings: Entry["settings"],
  clock: Clock,
  { talk, notice, onRefused }: Pick<UpstreamsSurroundings, "talk" | "notice"> & Pick<Reach, "onRefused">,
): Upstream {
  const {
    connectTimeout,
    firstByteTimeout,
    idleTimeout,
    replicas,
    routing,
    cacheBlocks,
    slots,
    salt: takesSalt,
  } = settings;
  const id = urlOf(settings) as string;
  const connection = {
    connectTimeoutMs: connectTimeout,
    firstByteTimeoutMs: firstByteTimeout,
    idleTimeoutMs: idleTimeout,
    ...defined({ allowPrivate: settings.allowPrivate, bounds: settings.bounds, onRefused }),
    passesAccounts: settings.accountFields === "pass",
    ...(settings.apiKey !== undefined && { credential: credentialField(settings, id, settings.apiKey) }),
  };
  const takesMarks = { auto: undefined, always: true, never: false }[settings.breakpoints];
  const { fanOut: mode, fanOutWait: mostWaitMs, fanOutTokens: leastTokens } = settings;
  const fanOut = { mode, mostWaitMs, leastTokens };
  if (replicas.length === 0) {
    const troubles = new UpstreamTroubles(name, id, notice);
    return upstreamOrigin(name, id, { ...connection, troubles }, takesSalt, takesMarks, fanOut);
  }
  const { healthPath: path, healthInterval: intervalMs } = settings;
  const health = path === "off" ? undefined : { path, intervalMs };
  return new PoolUpstream(
    name,
    id,
    { replicas, routing, cacheBlocks, slots, health, takesSalt, takesMarks, fanOut, connection },
    clock,
    talk,
    notice,
  );
}

/** `elsewhere`: what paths without a version are below. Throws for a path that climbs out of where it leads. */
function routeOf({ upstream, protocol }: Entry, url: string, path: string, elsewhere: string): Route {
  const { base, below } = placed(protocol, url, path, elsewhere);
  if (climbs(below)) {
    const message = "The path leads out of the upstream's base URL.";
    throw new RequestRejectedError({ code: "invalid_target", message });
  }
  // Split without parsing: a parser of URLs would resolve dots and encode characters that are the upstream's to read.
  const [, sent = ""] = /^https?:\/\/[^/?]+(.*)$/is.exec(base + below) ?? [];
  return { upstream, origin: new URL(url).origin, path: sent.startsWith("/") ? sent : `/${sent}` };
}

/**
 * `/v1` of the gateway stands for the base URL, as it does for the SDKs of OpenAI that are pointed at it. Those of
 * Anthropic and Google write the version themselves; it stands in the URL once, and theirs is the one that counts.
 */
function placed(protocol: Family, url: string, path: string, elsewhere: string): { base: string; below: string } {
  const family = protocol === "openai" ? familyOfPath(path) : protocol;
  if (family === "openai" && /^\/v1(?=[/?]|$)/.test(path)) return { base: url, below: path.slice(3) };
  if (family !== "openai" && versioned.test(path)) return { base: withoutVersion(url), below: path };
  if (family === "anthropic" && anthropicPath.test(path)) return { base: withoutVersion(url), below: `/v1${path}` };
  return { base: elsewhere, below: path };
}

const versioned = /^(?:\/upload)?\/v\d+(?:alpha|beta)?\d*(?=[/?]|$)/;

/** Whether dot segments lead above where the path begins, also when they are written in escapes (RFC 3986 section 6.2.2). */
function climbs(path: string): boolean {
  if (!/\.|%2e/i.test(path)) return false;
  let depth = 0;
  for (const segment of (path.split(/[?#]/, 1)[0] as string).split(/\/|\\|%2f|%5c/i).slice(1)) {
    const plain = segment.replace(/%2e/gi, ".");
    if (plain === "..") depth--;
    else if (plain !== "." && plain !== "") depth++;
    if (depth < 0) return true;
  }
  return false;
}

function familyOf(protocolName: string): Family {
  if (protocolName.startsWith("anthropic")) return "anthropic";
  return protocolName.startsWith("gemini") ? "gemini" : "openai";
}

/** Messages with what lies below them, and the completions before them. */
const anthropicPath = /^(?:\/v1)?\/messages(?=[/?]|$)|^\/v1\/complete(?=[/?]|$)/;

/**
 * The Gemini API, its uploads, and Vertex AI. `/v1/models` alone is OpenAI's as well, and so is a model with colons in
 * its name (`ft:gpt-4o:team::id`): Google's have one, before the name of a method.
 */
const geminiPath =
  /^(?:\/upload)?\/v\d+(?:alpha|beta)\d*\/|^\/v1\/(?:(?:models|tunedModels)\/[^/?:]+:[A-Za-z]+(?=\?|$)|cachedContents|projects\/)/;

/** Whose routes a path is of, as far as it tells. */
export function familyOfPath(path: string): Family {
  if (anthropicPath.test(path)) return "anthropic";
  return geminiPath.test(path) ? "gemini" : "openai";
}
