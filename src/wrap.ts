import { LRUCache } from "lru-cache";
import { fromPlain, serializeJson } from "./core/canonical-json.ts";
import type { Clock } from "./core/clock.ts";
import { defaultDirectives } from "./core/directives.ts";
import { type Duration, durationMs } from "./core/duration.ts";
import { InvalidOptionError } from "./core/errors.ts";
import { type FingerprintKey, fingerprint, keyVersion, lengthPrefixed } from "./core/fingerprint.ts";
import type { AnswerLayer, FoundEntry, Keyed, Lookup } from "./core/layer.ts";
import { chain } from "./core/maybe-promise.ts";
import type { Outcome, Stored } from "./core/outcome.ts";
import type { CallPolicy } from "./core/policy.ts";
import { SingleFlight } from "./core/single-flight.ts";
import type { MaybePromise } from "./core/store.ts";
import type { Trace } from "./core/trace.ts";

/**
 * `cache.wrap`: any computation behind the exact layer, with the same freshness, generations and coalescing as model
 * calls. A value travels as JSON and comes back deep-frozen, the same whether it was computed or found, so that no
 * caller can change what the next one gets. What JSON cannot carry (undefined, dates, class instances) is handed to
 * the callers of that one computation as it is, and not kept.
 */

export interface WrapOptions {
  /** What the value depends on: a string or any JSON value. Key order does not matter. */
  readonly key: unknown;
  /** How long the value is fresh; default the policy's `ttl`. */
  readonly ttl?: Duration;
  readonly tags?: readonly string[];
  readonly namespace?: string;
  /** A new version label is a new key space. */
  readonly version?: string;
  /** Compute anew and store, whatever is there. */
  readonly refresh?: boolean;
}

export interface Wrapped<T> {
  readonly value: T;
  readonly outcome: Outcome;
}

export type Wrap = <T>(options: WrapOptions, compute: () => T | Promise<T>) => Promise<Wrapped<T>>;

export interface WrapParts {
  readonly exact: AnswerLayer;
  readonly secret: FingerprintKey;
  readonly policy: CallPolicy;
  readonly clock: Clock;
  readonly trace: Trace;
  readonly backoffMs: number;
  readonly tenant: string;
}

interface Computed {
  readonly value: unknown;
  readonly stored: Stored;
}

interface Computation {
  readonly result: Promise<Computed>;
}

/** What parsed values may take in memory, reckoned at four times their text. */
const valueBytes = 32 * 1024 * 1024;

type Miss = Extract<Lookup, { kind: "miss" }>;

export function createWrap(parts: WrapParts): Wrap {
  return new Wrapper(parts).wrap;
}

class Wrapper {
  readonly #parts: WrapParts;
  readonly #computations: SingleFlight<Computation, { readonly error: unknown }>;
  readonly #keyed = new LRUCache<string, Keyed>({ max: 10_000 });
  /** Values read from stored bytes; an entry that stays in memory is parsed once. */
  readonly #values = new LRUCache<Uint8Array, { readonly value: unknown }>({ maxSize: valueBytes });

  constructor(parts: WrapParts) {
    this.#parts = parts;
    this.#computations = new SingleFlight(parts.clock, parts.backoffMs);
  }

  readonly wrap: Wrap = async (options, compute) => {
    const startedAt = this.#parts.clock.monotonic();
    const answered = this.#answer(this.#key(options), options.refresh === true, compute);
    const wrapped = answered instanceof Promise ? await answered : answered;
    this.#parts.trace({
      type: "call-end",
      outcome: wrapped.outcome,
      protocol: "value",
      model: "",
      originId: "",
      stream: false,
      durationMs: this.#parts.clock.monotonic() - startedAt,
    });
    return wrapped as Wrapped<Awaited<ReturnType<typeof compute>>>;
  };

  #answer(keyed: Keyed, refresh: boolean, compute: () => unknown): MaybePromise<Wrapped<unknown>> {
    if (!this.#parts.policy.enabled) return this.#bypass(compute);
    if (refresh)
      return this.#compute(keyed, { kind: "miss", reason: "refresh", slot: keyed.key, reserve: undefined }, compute);
    return chain(this.#parts.exact.lookup(keyed), (lookup) => {
      if (lookup.kind === "miss") return this.#compute(keyed, lookup, compute);
      if (lookup.kind === "hit") return this.#found(lookup.found, undefined);
      if (
        lookup.why === "swr" &&
        this.#computations.current(keyed.key) === undefined &&
        this.#computations.failure(keyed.key) === undefined
      ) {
        const { result } = this.#begin(keyed, compute);
        result.catch((error: unknown) => this.#computations.share(keyed.key, { error }));
      }
      return this.#found(lookup.found, lookup.why);
    });
  }

  async #bypass(compute: () => unknown): Promise<Wrapped<unknown>> {
    return { value: await compute(), outcome: { kind: "bypass", reason: "not_cacheable" } };
  }

  async #compute(keyed: Keyed, miss: Miss, compute: () => unknown): Promise<Wrapped<unknown>> {
    const standing = this.#computations.failure(keyed.key);
    if (standing !== undefined) return this.#failed(standing.error, miss);
    const underWay = this.#computations.current(keyed.key);
    const computation = underWay ?? this.#begin(keyed, compute);
    try {
      const { value, stored } = await computation.result;
      if (underWay !== undefined) return { value, outcome: { kind: "coalesced", stored } };
      return {
        value,
        outcome:
          miss.reason === "refresh" ? { kind: "refresh", stored } : { kind: "miss", reason: miss.reason, stored },
      };
    } catch (error) {
      if (underWay !== undefined || miss.reserve !== undefined) this.#computations.share(keyed.key, { error });
      return this.#failed(error, miss);
    }
  }

  #failed(error: unknown, miss: Miss): Wrapped<unknown> {
    if (miss.reserve === undefined) throw error;
    return this.#found(miss.reserve, "sie");
  }

  #begin(keyed: Keyed, compute: () => unknown): Computation {
    const computation: Computation = {
      result: this.#run(keyed, compute).finally(() => this.#computations.release(keyed.key, computation)),
    };
    this.#computations.begin(keyed.key, computation);
    return computation;
  }

  async #run(keyed: Keyed, compute: () => unknown): Promise<Computed> {
    const { exact, trace } = this.#parts;
    const ticket = await exact.prepare(keyed).catch(() => undefined);
    const computed = await compute();
    const text = asJson(computed);
    if (text === undefined) return { value: computed, stored: { state: "refused", reason: "invalid_json" } };
    const body = Buffer.from(text, "utf8");
    const value = deepFreeze(JSON.parse(text));
    if (ticket === undefined) return { value, stored: { state: "refused", reason: "store_unavailable" } };
    try {
      const result = await exact.record(
        keyed,
        keyed.key,
        ticket,
        { form: "json", body, model: undefined, usage: undefined },
        "value",
      );
      if (result.kind === "stored") return { value, stored: { state: "stored", entry: result.id } };
      if (result.kind === "refused") return { value, stored: { state: "refused", reason: result.reason } };
    } catch {
      trace({ type: "entry-write", layer: exact.name, result: "failed", bytes: body.length });
    }
    return { value, stored: { state: "refused", reason: "store_unavailable" } };
  }

  #found(found: FoundEntry, stale: "swr" | "sie" | "max_stale" | undefined): Wrapped<unknown> {
    const { lifetime } = found.entry;
    const now = this.#parts.clock.now();
    const times = {
      layer: "exact",
      entry: found.id,
      ageMs: Math.max(0, now - lifetime.createdAt),
      ttlMs: lifetime.staleAt - now,
    } as const;
    return {
      value: this.#value(found),
      outcome: stale === undefined ? { kind: "hit", ...times } : { kind: "stale", why: stale, ...times },
    };
  }

  #value({ entry: { body } }: FoundEntry): unknown {
    const known = this.#values.get(body);
    if (known !== undefined) return known.value;
    const value = deepFreeze(JSON.parse(Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString("utf8")));
    this.#values.set(body, { value }, { size: 4 * body.length + 100 });
    return value;
  }

  #key(options: WrapOptions): Keyed {
    const { key, namespace = "", version = "", tags = [], ttl } = options;
    const plain =
      typeof key === "string" && namespace === "" && version === "" && tags.length === 0 && ttl === undefined;
    const name = plain ? key : lengthPrefixed(["key", keyText(key), namespace, version, String(ttl), ...tags]);
    const known = this.#keyed.get(name);
    if (known !== undefined) return known;
    const { secret, policy, tenant } = this.#parts;
    const keyed: Keyed = {
      key: fingerprint(secret, lengthPrefixed([keyVersion, tenant, "value", namespace, version, keyText(key)])),
      principal: { tenant, user: undefined },
      directives: {
        ...defaultDirectives,
        namespace,
        version,
        tags: [...new Set(tags)].sort(),
        ttlMs: ttl === undefined ? undefined : ttlMs(ttl),
      },
      policy,
      variants: 1,
    };
    this.#keyed.set(name, keyed);
    return keyed;
  }
}

function keyText(key: unknown): string {
  if (typeof key === "string") return JSON.stringify(key);
  try {
    return serializeJson(fromPlain(key));
  } catch (error) {
    throw new InvalidOptionError("key", {
      message: `key must be a JSON value: ${(error as Error).message}`,
      cause: error,
      remedy: "Use strings, numbers, booleans, null, arrays and plain objects.",
    });
  }
}

function ttlMs(ttl: Duration): number {
  const parsed = durationMs(ttl);
  if (parsed === undefined)
    throw new InvalidOptionError("ttl", {
      message: `ttl must be a duration such as "90s", "10m" or "1h", not ${JSON.stringify(ttl)}.`,
    });
  return parsed;
}

/** The value as JSON, or `undefined` when JSON would not bring the same value back. */
function asJson(value: unknown): string | undefined {
  try {
    fromPlain(value);
  } catch {
    return undefined;
  }
  return value === undefined ? undefined : JSON.stringify(value);
}

function deepFreeze<T>(value: T): T {
  if (typeof value === "object" && value !== null) {
    for (const member of Object.values(value)) deepFreeze(member);
    Object.freeze(value);
  }
  return value;
}
