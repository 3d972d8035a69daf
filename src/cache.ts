import type { Answer } from "./core/answer.ts";
import type { Bus } from "./core/bus.ts";
import type { Caller } from "./core/call.ts";
import { type Clock, type Random, systemClock, systemRandom } from "./core/clock.ts";
import { isEmbeddingProtocol } from "./core/embedding-protocol.ts";
import { InvalidOptionError, RepriseError } from "./core/errors.ts";
import type { Leases } from "./core/lease.ts";
import { OpenedEntries } from "./core/opened-entries.ts";
import type { CallPolicy } from "./core/policy.ts";
import { systemTenant } from "./core/scopes.ts";
import type { SharedStore } from "./core/shared-store.ts";
import { SingleFlight } from "./core/single-flight.ts";
import type { MaybePromise, Store } from "./core/store.ts";
import { silentTrace, type Trace } from "./core/trace.ts";
import { Costs } from "./costs.ts";
import { EmbeddingBatches } from "./embeddings/embedding-batches.ts";
import { EmbeddingIntake, type IncomingCall } from "./embeddings/embedding-intake.ts";
import { EmbeddingPath } from "./embeddings/embedding-path.ts";
import { RenderedReplies } from "./embeddings/rendered-replies.ts";
import { type CacheFetch, createFetch } from "./fetch.ts";
import type { Flight } from "./flights/flight.ts";
import { type IncomingRequest, Intake } from "./intake/intake.ts";
import { EmbeddingLayer } from "./layers/embedding/embedding-layer.ts";
import { ExactLayer } from "./layers/exact/exact-layer.ts";
import { Replayer } from "./layers/exact/replay.ts";
import { createEmbeddings, type Embeddings, type EmbeddingsParts } from "./library/library-embeddings.ts";
import { type ShelfParts, ValueShelf } from "./library/value-shelf.ts";
import { createValues, type Values } from "./library/values.ts";
import { createWrap, type Wrap } from "./library/wrap.ts";
import {
  type CoalescingInput,
  type CompatInput,
  type PolicyInput,
  type PolicySettings,
  policyOf,
  type RuleInput,
  readSettings,
  type Settings,
} from "./options.ts";
import { type FlightFailure, Pipeline } from "./pipeline.ts";
import { PolicyRules } from "./policy/rules.ts";
import { RepeatWatch } from "./policy/stochastic.ts";
import { protocols } from "./protocols/all.ts";
import { embeddingProtocols } from "./protocols/all-embeddings.ts";
import type { Invalidated } from "./storage/invalidation.ts";
import type { Invalidation } from "./storage/invalidation-wish.ts";
import { obtainMasterKey } from "./storage/master-key.ts";
import { memoryShares } from "./storage/memory-shares.ts";
import { assembleStorage, type GuardedStores } from "./storage/storage.ts";
import { Ledger, type LedgerTotals } from "./telemetry/ledger.ts";
import { Prices, type TokenPrices } from "./telemetry/prices.ts";

/** The composition root: options to stores, layers and pipeline. The gateway builds on the same core as the library. */

export interface CacheOptions {
  /** Where answers are kept, behind a tier in memory. Default: memory alone. */
  readonly store?: SharedStore;
  /** Bound of everything that is kept in memory; default `"256mb"`. */
  readonly memoryBytes?: number | string;
  /** Freshness, admission and the rest, for every call; see docs/reference/options.md, section `layers.exact`. */
  readonly policy?: PolicyInput;
  /** Overrides for the calls they match; the first rule that names a setting decides. */
  readonly rules?: readonly RuleInput[];
  /** What becomes of calls that nobody waits for any more, and of failures; see docs/reference/options.md, section `coalescing`. */
  readonly coalescing?: CoalescingInput;
  /** Cache fields of other gateways that `cache.fetch` understands besides ours; see docs/compatibility.md. */
  readonly compat?: CompatInput;
  /** Your own prices by pattern for the model, in US dollars for a million tokens; others are the published ones. */
  readonly prices?: Readonly<Record<string, TokenPrices>>;
  /** The secret from which keys are derived. Default: made once and kept in the store. */
  readonly masterKey?: string;
  /** What `cache.fetch` calls the origin with; default the global `fetch`. */
  readonly fetch?: typeof globalThis.fetch;
  /** The tenant of `cache.wrap`, `cache.values` and `cache.embeddings`; `cache.fetch` derives tenants from the credentials in each request. Default `"library"`. */
  readonly tenant?: string;
  /** Hears every decision. */
  readonly onEvent?: Trace;
  readonly clock?: Clock;
  readonly random?: Random;
}

export interface Cache {
  /** Takes the place of `fetch` in any SDK: calls to a known model API are answered from the cache, all others pass. */
  readonly fetch: CacheFetch;
  /** Answers from the cache or computes, once for all who ask at the same time. */
  readonly wrap: Wrap;
  /** Puts a function that computes vectors behind the cache: it is only asked for texts that are new. */
  readonly embeddings: Embeddings;
  /** Looks up and stores in two steps, for those who cannot hand over the computing. */
  readonly values: Values;
  /**
   * Takes back what was stored, by tag, user, model and more: nothing that was computed before is served any more.
   *
   * @throws InvalidOptionError naming what is wrong with the wish.
   * @throws StoreUnavailableError when the store did not take it, and nothing is known to be invalidated.
   * @example
   * await cache.invalidate({ tags: ["doc:42"] });
   */
  invalidate(wish: Invalidation): Promise<Invalidated>;
  /** What was spent at origins and what was saved, in tokens and in money, since the cache was made. */
  stats(): LedgerTotals;
  /** Writes what is pending and frees the store. */
  close(): Promise<void>;
}

/**
 * Makes a cache.
 *
 * @throws InvalidOptionError naming the option, its rule and the remedy.
 * @example
 * const cache = await createCache({ store: sqlite("./.reprise"), policy: { ttl: "10m" } });
 * const openai = new OpenAI({ fetch: cache.fetch });
 */
export async function createCache(options: CacheOptions = {}): Promise<Cache> {
  const { store, clock, fetch, onEvent, random, tenant = "library" } = options;
  const trace = onEvent === undefined ? undefined : harmless(onEvent);
  assertOptions(options);
  const reading = readSettings({
    store: options.memoryBytes === undefined ? {} : { memoryBytes: options.memoryBytes },
    layers: { exact: options.policy ?? {} },
    rules: options.rules ?? [],
    coalescing: options.coalescing ?? {},
    compat: options.compat ?? {},
    prices: options.prices ?? {},
    security: options.masterKey === undefined ? {} : { masterKey: options.masterKey },
  });
  if (!reading.ok) {
    const [first] = reading.mistakes as [(typeof reading.mistakes)[0], ...typeof reading.mistakes];
    const path = first.path.replace(/^(layers\.exact|store|security)\b\.?/, (section) => optionPaths[section] ?? "");
    throw new InvalidOptionError(path, { message: `${path} ${first.rule}.`, remedy: first.remedy });
  }
  if (tenant === systemTenant) {
    const remedy = 'Name it, or leave it out for "library".';
    throw new InvalidOptionError("tenant", { message: "tenant must not be empty.", remedy });
  }
  const core = await assembleCore({ settings: reading.settings, ...defined({ store, clock, random, trace }) });
  const shelf = new ValueShelf({ ...core.wrapParts, tenant });
  return {
    fetch: createFetch({ core, protocols: [...protocols, ...embeddingProtocols], ...defined({ fetch }) }),
    wrap: createWrap(shelf),
    embeddings: createEmbeddings({ ...core.vectorParts, tenant }),
    values: createValues(shelf),
    invalidate: (wish) => core.invalidate(wish),
    stats: () => core.ledger.totals(),
    close: () => core.close(),
  };
}

const optionNames: ReadonlySet<string> = new Set([
  "store",
  "memoryBytes",
  "policy",
  "rules",
  "coalescing",
  "compat",
  "prices",
  "masterKey",
  "fetch",
  "tenant",
  "onEvent",
  "clock",
  "random",
] satisfies (keyof CacheOptions)[]);

/** What the type says, for those who write JavaScript. */
function assertOptions(options: CacheOptions): void {
  const unknown = Object.keys(options).find((name) => !optionNames.has(name));
  if (unknown !== undefined) {
    const remedy = `Options are ${[...optionNames].join(", ")}.`;
    throw new InvalidOptionError(unknown, { message: `${unknown} is not an option of createCache.`, remedy });
  }
  const { store } = options;
  if (store !== undefined && typeof (store as Partial<Store>).get !== "function") {
    const remedy = 'Pass a store, such as sqlite("./.reprise") of "reprise/stores/sqlite", or leave it out for memory.';
    throw new InvalidOptionError("store", { message: "store must be a store.", remedy });
  }
}

/** Where the library has its options, by the section of the configuration that they are checked against. */
const optionPaths: Readonly<Record<string, string>> = { "layers.exact": "policy", "layers.exact.": "policy." };

/** A listener that throws is its own problem: no call is to fail of it. */
function harmless(listener: Trace): Trace {
  return (event) => {
    try {
      listener(event);
    } catch (error) {
      process.emitWarning(`onEvent threw: ${error instanceof Error ? error.message : String(error)}`, "RepriseWarning");
    }
  };
}

export interface CoreOptions {
  readonly settings: Settings;
  readonly store?: SharedStore;
  /** In place of those of the store. */
  readonly bus?: Bus;
  readonly leases?: Leases;
  readonly clock?: Clock;
  readonly random?: Random;
  readonly trace?: Trace;
}

/** Everything behind the rims: what the gateway and the library share. */
export interface Core {
  /** Throws `RequestRejectedError` for a request that cannot be taken. */
  handle(request: IncomingCall, caller: Caller): MaybePromise<Answer>;
  /** Calls to origins under way. */
  readonly flights: { readonly size: number };
  readonly stores: readonly GuardedStores[];
  /** Takes back what was stored; see `Invalidator`. */
  invalidate(wish: Invalidation): Promise<Invalidated>;
  readonly ledger: Ledger;
  /** From now on calls follow these rules; stores and the secret stay as they are. */
  reconfigure(settings: Settings): void;
  readonly wrapParts: Omit<ShelfParts, "tenant">;
  readonly vectorParts: Omit<EmbeddingsParts, "tenant"> & { readonly layer: EmbeddingLayer };
  close(): Promise<void>;
}

export async function assembleCore(options: CoreOptions): Promise<Core> {
  const { settings, clock = systemClock, random = systemRandom, trace: listener = silentTrace } = options;
  const ledger = new Ledger();
  const trace: Trace = (event) => {
    ledger.hear(event);
    listener(event);
  };
  const costs = new Costs(new Prices(settings.prices), trace);
  const shares = memoryShares(settings.store.memoryBytes);
  const storage = assembleStorage({ ...options, memoryBytes: shares.answers, clock, random, trace });
  const { store, fleet } = storage;
  const onReplaced = (): void => {
    intake = intakeOf(live);
  };
  const given = settings.security.masterKey;
  const masterKey = await obtainMasterKey({ store: storage.truth, given, random, clock, onReplaced });
  const secret = masterKey.key;

  const { removed } = storage.invalidator;
  const opened = new OpenedEntries(shares.opened);
  const exact = new ExactLayer({
    store,
    copies: storage.copies,
    asked: storage.asked,
    clock,
    random,
    trace,
    removed,
    opened,
  });
  const { errorBackoff: backoffMs, grace, finishDetached, detachedTime, detachedBytes } = settings.coalescing;
  const flights = new SingleFlight<Flight, FlightFailure>(clock, backoffMs);
  const limits = { maxEntryBytes: Number.MAX_SAFE_INTEGER, maxEventBytes: 16 * 1024 * 1024, windowBytes: 1024 * 1024 };
  const pipeline = new Pipeline({
    exact,
    replayer: new Replayer(shares.replays),
    flights,
    repeats: new RepeatWatch(),
    clock,
    trace,
    costs,
    limits,
    store: storage.truth.name,
    lookupBudgetMs: settings.store.lookupBudget,
    patience: { graceMs: grace, finishDetached, detachedMs: detachedTime, detachedBytes },
    fleet,
  });
  const { name: storeName } = storage.truth;
  const { lookupBudget: lookupBudgetMs } = settings.store;
  const layer = new EmbeddingLayer({ store, copies: storage.copies, clock, random, trace, opened });
  const batches = new EmbeddingBatches({ layer, clock, trace, backoffMs, store: storeName, lookupBudgetMs });
  const rendered = new RenderedReplies(shares.renderings);
  const embeddings = new EmbeddingPath({ batches, costs, clock, trace, rendered });
  const intakeOf = (now: Settings) => {
    const [common, rules] = [{ secret, compat: now.compat.headers }, rulesOf(now)];
    return {
      answers: new Intake({ ...common, rules, memoryBytes: shares.readings }),
      vectors: new EmbeddingIntake({ ...common, rules: vectorRulesOf(now), memoryBytes: shares.vectorReadings }),
    };
  };
  let live = settings;
  let intake = intakeOf(live);
  return {
    handle(request, caller) {
      const { protocol } = request;
      try {
        if (isEmbeddingProtocol(protocol))
          return embeddings.handle(intake.vectors.read({ ...request, protocol }), caller);
        return pipeline.handle(intake.answers.read(request as IncomingRequest), caller);
      } catch (error) {
        const code = RepriseError.isInstance(error) ? error.code : "internal";
        trace({
          type: "call-end",
          outcome: { kind: "error", code },
          protocol: protocol.name,
          model: "",
          originId: "",
          stream: false,
          durationMs: 0,
        });
        throw error;
      }
    },
    flights,
    ledger,
    stores: storage.tiers,
    invalidate: (wish) => storage.invalidator.invalidate(wish),
    wrapParts: { exact, secret, policy: defaultPolicy(settings), clock, trace, backoffMs },
    vectorParts: { layer, batches, secret, rules: vectorRulesOf(settings), clock, trace },
    reconfigure(changed) {
      live = changed;
      intake = intakeOf(changed);
      costs.reprice(new Prices(changed.prices));
    },
    close: async () => {
      masterKey.close();
      await Promise.all([pipeline.close(), batches.stored()]);
      await storage.close();
    },
  };
}

function defaultPolicy(settings: Settings): CallPolicy {
  return policyOf(settings.layers.exact) as CallPolicy;
}

/** Vectors do not age, so they have a ttl of their own, and nothing stale to serve. */
function vectorRulesOf(settings: Settings): PolicyRules {
  const { enabled, ttl } = settings.layers.embedding;
  const own = { enabled, ttlMs: ttl, maxTtlMs: ttl, staleWhileRevalidateMs: 0, staleIfErrorMs: 0 };
  return rulesOf(settings, { ...defaultPolicy(settings), ...own });
}

function rulesOf(settings: Settings, defaults = defaultPolicy(settings)): PolicyRules {
  return new PolicyRules(
    defaults,
    settings.rules.map(({ match, tags, ...set }) => ({
      match: defined(match),
      tags,
      set: policyOf(set as Partial<PolicySettings>),
    })),
  );
}

/** Without the members that are undefined, as exact optional properties demand. */
function defined<T extends object>(members: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]: Exclude<T[K], undefined>;
  };
}
