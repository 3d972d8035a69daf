import { LRUCache } from "lru-cache";
import { fromPlain, serializeJson } from "../core/canonical-json.ts";
import type { Clock } from "../core/clock.ts";
import { defaultDirectives } from "../core/directives.ts";
import { type Duration, durationMs } from "../core/duration.ts";
import { entryId } from "../core/entry-id.ts";
import { InvalidOptionError } from "../core/errors.ts";
import { type FingerprintKey, fingerprint, keyVersion, lengthPrefixed } from "../core/fingerprint.ts";
import type { AnswerLayer, FoundEntry, Keyed, Lookup, RecordTicket } from "../core/layer.ts";
import { isPromise } from "../core/maybe-promise.ts";
import type { Outcome, Stored } from "../core/outcome.ts";
import type { StoreRefusal } from "../core/outcome-reasons.ts";
import type { CallPolicy } from "../core/policy.ts";
import type { MaybePromise } from "../core/store.ts";
import type { Trace } from "../core/trace.ts";
import { record } from "../flights/settlement.ts";
import { kindsInRequest } from "../policy/personal-data/found-kinds.ts";
import { heldCallPolicy, heldPolicy, isWithheld, personalDataOf } from "../policy/personal-data/held-policy.ts";
import { deepFreeze, throughJson } from "./plain-value.ts";

/**
 * Values of a program in the exact layer: how they are keyed, looked up, read and kept. `cache.wrap` computes what is
 * missing; `cache.values` leaves the computing to its caller. A value travels as JSON and comes back deep-frozen, the
 * same whether it was computed or found, so that no caller can change what the next one gets.
 */

export interface ValueOptions {
  /** What the value depends on: a string or any JSON value. Key order does not matter. */
  readonly key: unknown;
  /** How long the value is fresh; default the policy's `ttl`. */
  readonly ttl?: Duration;
  readonly tags?: readonly string[];
  readonly namespace?: string;
  /** A new version label is a new key space. */
  readonly version?: string;
}

export interface ShelfParts {
  readonly exact: AnswerLayer;
  readonly secret: FingerprintKey;
  readonly policy: CallPolicy;
  readonly clock: Clock;
  readonly trace: Trace;
  readonly backoffMs: number;
  readonly tenant: string;
}

/** A value that was found, and how. */
export interface FoundValue {
  readonly value: unknown;
  readonly outcome: Extract<Outcome, { kind: "hit" | "stale" }>;
}

/** A value as its callers get it, and what became of it. */
export interface KeptValue {
  readonly value: unknown;
  readonly stored: Stored;
}

/** What parsed values may take in memory, reckoned at four times their text. */
const valueBytes = 32 * 1024 * 1024;

export class ValueShelf {
  readonly parts: ShelfParts;
  /** Keyed lately: by the key alone where that is all there is, and by all that was given. */
  readonly #plainKeys = new LRUCache<string, Keyed>({ max: 10_000 });
  readonly #fullKeys = new LRUCache<string, Keyed>({ max: 10_000 });
  /** Values read from stored bytes; an entry that stays in memory is parsed once. */
  readonly #values = new LRUCache<Uint8Array, { readonly value: unknown }>({ maxSize: valueBytes });

  constructor(parts: ShelfParts) {
    this.parts = parts;
  }

  keyed(options: ValueOptions): Keyed {
    const { key, namespace = "", version = "", tags = [], ttl } = options;
    const plain =
      typeof key === "string" && namespace === "" && version === "" && tags.length === 0 && ttl === undefined;
    const keys = plain ? this.#plainKeys : this.#fullKeys;
    const name = plain ? key : lengthPrefixed([keyText(key), namespace, version, String(ttl), ...tags]);
    const known = keys.get(name);
    if (known !== undefined) return known;
    const { secret, policy: ruled, tenant } = this.parts;
    const personal = personalDataOf(ruled.personalData, kindsInRequest(keyText(key), ruled));
    const policy = personal === undefined ? ruled : heldCallPolicy(ruled, personal);
    const wishedMs = ttl === undefined ? undefined : ttlMs(ttl);
    const keyed: Keyed = {
      key: fingerprint(secret, lengthPrefixed([keyVersion, tenant, "value", namespace, version, keyText(key)])),
      principal: { tenant, user: undefined },
      directives: {
        ...defaultDirectives,
        namespace,
        version,
        tags: [...new Set(tags)].sort(),
        ttlMs: wishedMs,
        write: wishedMs !== 0,
      },
      policy,
      personal,
      variants: 1,
    };
    keys.set(name, keyed);
    return keyed;
  }

  /** A store that fails is a miss: it never fails the call. */
  lookup(keyed: Keyed): MaybePromise<Lookup> {
    const absent: Lookup = { kind: "miss", reason: "store_unavailable", slot: keyed.key, reserve: undefined };
    try {
      const lookup = this.parts.exact.lookup(keyed);
      return isPromise(lookup) ? lookup.catch(() => absent) : lookup;
    } catch {
      return absent;
    }
  }

  /** To be taken before a value is computed, so that an invalidation during the computing wins. */
  ticket(keyed: Keyed): Promise<RecordTicket | undefined> {
    return this.parts.exact.prepare(keyed).catch(() => undefined);
  }

  found(found: FoundEntry, stale: "swr" | "sie" | "max_stale" | undefined): FoundValue {
    const { lifetime } = found.entry;
    const now = this.parts.clock.now();
    const times = {
      layer: "exact",
      entry: entryId(this.parts.tenant, found.id),
      ageMs: Math.max(0, now - lifetime.createdAt),
      ttlMs: lifetime.staleAt - now,
    } as const;
    return {
      value: this.#value(found),
      outcome: stale === undefined ? { kind: "hit", ...times } : { kind: "stale", why: stale, ...times },
    };
  }

  /** Keeps `computed`, unless there is a reason not to; `refusal` is the one that the caller has. */
  async keep(
    keyed: Keyed,
    ticket: RecordTicket | undefined,
    computed: unknown,
    refusal: StoreRefusal | undefined,
  ): Promise<KeptValue> {
    const { exact, policy, trace } = this.parts;
    const refused = (value: unknown, reason: StoreRefusal): KeptValue => {
      trace({ type: "entry-refuse", layer: exact.name, reason });
      return { value, stored: { state: "refused", reason } };
    };
    const json = throughJson(computed);
    if (json === undefined) return refused(computed, refusal ?? "invalid_json");
    const body = Buffer.from(json.text, "utf8");
    const value = deepFreeze(json.copy);
    if (refusal !== undefined) return refused(value, refusal);
    if (!keyed.directives.write || policy.ttlMs === 0) return refused(value, "no_store");
    if (body.length > policy.maxEntryBytes) return refused(value, "too_large");
    const held = this.#heldFor(keyed, json.text);
    if (isWithheld(held)) return refused(value, "personal_data");
    if (ticket === undefined) return refused(value, "store_unavailable");
    const recording = { form: "json", body, model: undefined, usage: undefined } as const;
    return { value, stored: await record({ layer: exact, trace }, held, held.key, ticket, recording, "value") };
  }

  /** Values have no user: what is for its user alone is for nobody. */
  #heldFor(keyed: Keyed, text: string): Keyed {
    const kinds = kindsInRequest(text, keyed.policy);
    const all = [...new Set([...(keyed.personal?.kinds ?? []), ...kinds])];
    for (const kind of all) this.parts.trace({ type: "personal-data", kind });
    const personal = personalDataOf(keyed.policy.personalData, all);
    return personal === undefined ? keyed : { ...keyed, personal, policy: heldPolicy(keyed.policy, personal) };
  }

  /** One event for each call, when it has been answered. */
  tell(outcome: Outcome, startedAt: number): void {
    const { clock, trace } = this.parts;
    const durationMs = clock.monotonic() - startedAt;
    trace({ type: "call-end", outcome, protocol: "value", model: "", originId: "", stream: false, durationMs });
  }

  #value({ entry: { body } }: FoundEntry): unknown {
    const known = this.#values.get(body);
    if (known !== undefined) return known.value;
    const value = deepFreeze(JSON.parse(Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString("utf8")));
    this.#values.set(body, { value }, { size: 4 * body.length + 100 });
    return value;
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
