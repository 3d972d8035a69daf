import { LRUCache } from "lru-cache";
import { fromPlain, serializeJson } from "./core/canonical-json.ts";
import type { Clock } from "./core/clock.ts";
import { defaultDirectives } from "./core/directives.ts";
import { type Duration, durationMs } from "./core/duration.ts";
import { InvalidOptionError } from "./core/errors.ts";
import { type FingerprintKey, fingerprint, keyVersion, lengthPrefixed } from "./core/fingerprint.ts";
import type { AnswerLayer, FoundEntry, Keyed, Lookup, RecordTicket } from "./core/layer.ts";
import { chain, isPromise } from "./core/maybe-promise.ts";
import type { Outcome, Stored } from "./core/outcome.ts";
import type { StoreRefusal } from "./core/outcome-reasons.ts";
import type { CallPolicy } from "./core/policy.ts";
import { SingleFlight } from "./core/single-flight.ts";
import type { MaybePromise } from "./core/store.ts";
import type { Trace } from "./core/trace.ts";
import { record } from "./settlement.ts";
import { isStillCurrent } from "./still-current.ts";

/**
 * `cache.wrap`: any computation behind the exact layer, with the same freshness, generations and coalescing as model
 * calls. A value travels as JSON and comes back deep-frozen, the same whether it was computed or found, so that no
 * caller can change what the next one gets. What JSON does not bring back equal (undefined, dates, class
 * instances) is handed to the callers of that one computation as it is, and not kept.
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
  readonly keyed: Keyed;
  readonly ticket: Promise<RecordTicket | undefined>;
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
  /** Keyed lately: by the key alone where that is all there is, and by all that was given. */
  readonly #plainKeys = new LRUCache<string, Keyed>({ max: 10_000 });
  readonly #fullKeys = new LRUCache<string, Keyed>({ max: 10_000 });
  /** Values read from stored bytes; an entry that stays in memory is parsed once. */
  readonly #values = new LRUCache<Uint8Array, { readonly value: unknown }>({ maxSize: valueBytes });

  constructor(parts: WrapParts) {
    this.#parts = parts;
    this.#computations = new SingleFlight(parts.clock, parts.backoffMs);
  }

  readonly wrap: Wrap = async (options, compute) => {
    const startedAt = this.#parts.clock.monotonic();
    const keyed = this.#key(options);
    let outcome: Outcome = { kind: "error", code: "compute_failed" };
    try {
      const answered = this.#answer(keyed, options.refresh === true, compute);
      const wrapped = isPromise(answered) ? await answered : answered;
      outcome = wrapped.outcome;
      return wrapped as Wrapped<Awaited<ReturnType<typeof compute>>>;
    } finally {
      const durationMs = this.#parts.clock.monotonic() - startedAt;
      this.#parts.trace({
        type: "call-end",
        outcome,
        protocol: "value",
        model: "",
        originId: "",
        stream: false,
        durationMs,
      });
    }
  };

  #answer(keyed: Keyed, refresh: boolean, compute: () => unknown): MaybePromise<Wrapped<unknown>> {
    if (!this.#parts.policy.enabled) return this.#bypass(compute);
    if (refresh)
      return this.#compute(keyed, { kind: "miss", reason: "refresh", slot: keyed.key, reserve: undefined }, compute);
    return chain(this.#lookup(keyed), (lookup) => {
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

  /** A store that fails is a miss: it never fails the call. */
  #lookup(keyed: Keyed): MaybePromise<Lookup> {
    const absent: Lookup = { kind: "miss", reason: "store_unavailable", slot: keyed.key, reserve: undefined };
    try {
      const lookup = this.#parts.exact.lookup(keyed);
      return isPromise(lookup) ? lookup.catch(() => absent) : lookup;
    } catch {
      return absent;
    }
  }

  async #bypass(compute: () => unknown): Promise<Wrapped<unknown>> {
    return { value: await compute(), outcome: { kind: "bypass", reason: "not_cacheable" } };
  }

  async #compute(keyed: Keyed, miss: Miss, compute: () => unknown): Promise<Wrapped<unknown>> {
    const standing = this.#computations.failure(keyed.key);
    if (standing !== undefined) return this.#failed(standing.error, miss);
    const { computation, joined } = await this.#board(keyed, compute);
    try {
      const { value, stored } = await computation.result;
      if (joined) return { value, outcome: { kind: "coalesced", stored } };
      return {
        value,
        outcome:
          miss.reason === "refresh" ? { kind: "refresh", stored } : { kind: "miss", reason: miss.reason, stored },
      };
    } catch (error) {
      if (joined || miss.reserve !== undefined) this.#computations.share(keyed.key, { error });
      return this.#failed(error, miss);
    }
  }

  #failed(error: unknown, miss: Miss): Wrapped<unknown> {
    if (miss.reserve === undefined) throw error;
    return this.#found(miss.reserve, "sie");
  }

  /** The computation under way, or a new one. */
  async #board(keyed: Keyed, compute: () => unknown): Promise<{ computation: Computation; joined: boolean }> {
    const computations = this.#computations;
    for (let found = computations.current(keyed.key); found !== undefined; found = computations.current(keyed.key)) {
      if (await isStillCurrent(this.#parts.exact, found.keyed, found.ticket))
        return { computation: found, joined: true };
      if (computations.current(keyed.key) === found) break;
    }
    return { computation: this.#begin(keyed, compute), joined: false };
  }

  #begin(keyed: Keyed, compute: () => unknown): Computation {
    const ticket = this.#parts.exact.prepare(keyed).catch(() => undefined);
    const computation: Computation = {
      keyed,
      ticket,
      result: this.#run(keyed, ticket, compute).finally(() => this.#computations.release(keyed.key, computation)),
    };
    this.#computations.begin(keyed.key, computation);
    return computation;
  }

  async #run(keyed: Keyed, taken: Promise<RecordTicket | undefined>, compute: () => unknown): Promise<Computed> {
    const { exact, policy, trace } = this.#parts;
    const ticket = await taken;
    const computed = await compute();
    const json = throughJson(computed);
    const refused = (value: unknown, reason: StoreRefusal): Computed => {
      trace({ type: "entry-refuse", layer: exact.name, reason });
      return { value, stored: { state: "refused", reason } };
    };
    if (json === undefined) return refused(computed, "invalid_json");
    const body = Buffer.from(json.text, "utf8");
    const value = deepFreeze(json.copy);
    if (keyed.directives.ttlMs === 0 || policy.ttlMs === 0) return refused(value, "no_store");
    if (body.length > policy.maxEntryBytes) return refused(value, "too_large");
    if (ticket === undefined) return refused(value, "store_unavailable");
    const recording = { form: "json", body, model: undefined, usage: undefined } as const;
    return { value, stored: await record({ layer: exact, trace }, keyed, keyed.key, ticket, recording, "value") };
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
    const keys = plain ? this.#plainKeys : this.#fullKeys;
    const name = plain ? key : lengthPrefixed([keyText(key), namespace, version, String(ttl), ...tags]);
    const known = keys.get(name);
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
    keys.set(name, keyed);
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
      remedy: "Correct the ttl, or leave it out for that of the policy.",
    });
  return parsed;
}

/** The value as JSON text and what JSON makes of it, or `undefined` when that is not the same value. */
function throughJson(value: unknown): { readonly text: string; readonly copy: unknown } | undefined {
  try {
    const text = JSON.stringify(value);
    const copy: unknown = JSON.parse(text);
    return isSame(value, copy) ? { text, copy } : undefined;
  } catch {
    return undefined;
  }
}

/** `copy` came from JSON, so only what is plain all through can be the same. */
function isSame(value: unknown, copy: unknown): boolean {
  if (typeof copy !== "object" || copy === null) return value === copy;
  if (typeof value !== "object" || value === null || !(Array.isArray(copy) ? Array.isArray(value) : isPlain(value)))
    return false;
  const names = Object.keys(value);
  if (names.length !== Object.keys(copy).length || Object.getOwnPropertySymbols(value).length > 0) return false;
  return names.every((name) => Object.hasOwn(copy, name) && isSame(value[name as never], copy[name as never]));
}

/** An ordinary object, also one of another realm, or one without a prototype. */
function isPlain(value: object): boolean {
  const prototype: object | null = Object.getPrototypeOf(value);
  return prototype === null || (Object.getPrototypeOf(prototype) === null && Object.hasOwn(prototype, "isPrototypeOf"));
}

function deepFreeze<T>(value: T): T {
  if (typeof value === "object" && value !== null) {
    for (const member of Object.values(value)) deepFreeze(member);
    Object.freeze(value);
  }
  return value;
}
