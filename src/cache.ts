import { type Clock, type Random, systemClock } from "./core/clock.ts";
import { defined } from "./core/defined.ts";
import type { Embedder } from "./core/embedder.ts";
import { InvalidOptionError } from "./core/errors.ts";
import type { Judge } from "./core/judge.ts";
import type { KeyService } from "./core/key-service.ts";
import { systemTenant } from "./core/scopes.ts";
import type { SharedStore } from "./core/shared-store.ts";
import type { Store } from "./core/store.ts";
import type { Trace } from "./core/trace.ts";
import type { VectorStore } from "./core/vector-store.ts";
import { assembleCore } from "./core-assembly.ts";
import { type CacheFetch, createFetch } from "./fetch.ts";
import { createEmbeddings, type Embeddings } from "./library/library-embeddings.ts";
import { tracedCore, tracedEmbeddings, tracedWrap } from "./library/traced-calls.ts";
import { ValueShelf } from "./library/value-shelf.ts";
import { createValues, type Values } from "./library/values.ts";
import { createWrap, type Wrap } from "./library/wrap.ts";
import { type CoalescingInput, type CompatInput, type PrefixInput, type RuleInput, readSettings } from "./options.ts";
import type { PolicyInput } from "./policy-options.ts";
import type { LintFindings } from "./prompt-lint/lint-findings.ts";
import { protocols } from "./protocols/all.ts";
import { embeddingProtocols } from "./protocols/all-embeddings.ts";
import type { SealingMode } from "./sealing-options.ts";
import type { Feedback, FeedbackTaken } from "./semantic/feedback.ts";
import type { SemanticInput } from "./semantic-options.ts";
import type { Invalidated } from "./storage/invalidation.ts";
import type { Invalidation } from "./storage/invalidation-wish.ts";
import type { LedgerTotals } from "./telemetry/ledger.ts";
import { type CallTracing, createTracing } from "./telemetry/opentelemetry/call-tracing.ts";
import type { TokenPrices } from "./telemetry/prices.ts";
import { version } from "./version.ts";

/** The library: its options, and what a program calls. The gateway builds on the same core (`core-assembly.ts`). */

export interface CacheOptions {
  /** Where answers are kept, behind a tier in memory. Default: memory alone. */
  readonly store?: SharedStore;
  /** Bound of everything that is kept in memory; default `"256mb"`. */
  readonly memoryBytes?: number | string;
  /** Freshness, admission and the rest, for every call; see docs/reference/options.md, section `layers.exact`. */
  readonly policy?: PolicyInput;
  /** Overrides for the calls they match; the first rule that names a setting decides. */
  readonly rules?: readonly RuleInput[];
  /** Answers to questions that ask the same in other words. By default they are counted and not served; see docs/semantic.md. */
  readonly semantic?: SemanticInput;
  /** Where the vectors of questions come from. Default: what comes with the package. */
  readonly embedder?: Embedder;
  /** Where the vectors of questions are kept. Default: in memory. */
  readonly vectors?: VectorStore;
  /** Who is asked in the background whether two questions are one. Default: nobody. */
  readonly judge?: Judge;
  /** Prompts are marked for the caches of providers. Default: they are not; see docs/prefix-breakpoints.md. */
  readonly prefix?: PrefixInput;
  /** What becomes of calls that nobody waits for any more, and of failures; see docs/reference/options.md, section `coalescing`. */
  readonly coalescing?: CoalescingInput;
  /** Cache fields of other gateways that `cache.fetch` understands besides ours; see docs/compatibility.md. */
  readonly compat?: CompatInput;
  /** Your own prices by pattern for the model, in US dollars for a million tokens; others are the published ones. */
  readonly prices?: Readonly<Record<string, TokenPrices>>;
  /** 32 bytes in base64 or hexadecimal; with it, what is stored is sealed. Default: it is not. See docs/sealing.md. */
  readonly masterKey?: string;
  /** Master keys of before, as they were given. */
  readonly previousMasterKeys?: readonly string[];
  /** Keeps the master key in place of `masterKey`, such as a key management service; asked at the start. */
  readonly keyService?: KeyService;
  /** Default `auto`: sealed when there is a master key. `on`: no start without one. */
  readonly sealing?: SealingMode;
  /** Let the numbers of vectors lie unsealed where a server has to compare them; default false. */
  readonly plainVectors?: boolean;
  /** What `cache.fetch` calls the origin with; default the global `fetch`. */
  readonly fetch?: typeof globalThis.fetch;
  /** The tenant of `cache.wrap`, `cache.values` and `cache.embeddings`; `cache.fetch` derives tenants from the credentials in each request. Default `"library"`. */
  readonly tenant?: string;
  /**
   * `traces`: spans of the calls, below whichever span is active, and metrics, by way of `@opentelemetry/api`; see
   * docs/tracing.md. Default: neither.
   */
  readonly telemetry?: { readonly traces?: boolean };
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
  /**
   * Says whether an answer was right for what was asked. A wrong answer to a like question is never served for that
   * question again; a wrong answer to the very same question is removed.
   *
   * @throws InvalidOptionError naming the field that breaks its rule.
   */
  feedback(feedback: Feedback): Promise<FeedbackTaken>;
  /** What keeps prompts of late from sharing their starts, and what that costs; see docs/prefix-lint.md. */
  lint(): LintFindings;
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
  const listener = onEvent === undefined ? undefined : harmless(onEvent);
  assertOptions(options);
  const reading = readSettings({
    store: options.memoryBytes === undefined ? {} : { memoryBytes: options.memoryBytes },
    layers: {
      ...{ exact: options.policy ?? {}, semantic: options.semantic ?? {}, prefix: options.prefix ?? {} },
      // What is said of personal data is said of vectors as well.
      embedding: options.policy?.personalData === undefined ? {} : { personalData: options.policy.personalData },
    },
    rules: options.rules ?? [],
    coalescing: options.coalescing ?? {},
    compat: options.compat ?? {},
    prices: options.prices ?? {},
    telemetry: options.telemetry ?? {},
    security: sealingInput(options),
  });
  if (!reading.ok) {
    const [first] = reading.mistakes as [(typeof reading.mistakes)[0], ...typeof reading.mistakes];
    const path = first.path.replace(
      /^(layers\.exact|layers\.semantic|layers\.prefix|store|security)\b\.?/,
      (section) => optionPaths[section] ?? "",
    );
    throw new InvalidOptionError(path, { message: `${path} ${first.rule}.`, remedy: first.remedy });
  }
  if (tenant === systemTenant) {
    const remedy = 'Name it, or leave it out for "library".';
    throw new InvalidOptionError("tenant", { message: "tenant must not be empty.", remedy });
  }
  const { embedder, vectors, judge, keyService } = options;
  const semantic = defined({ embedder, vectors, judge });
  const tracing = reading.settings.telemetry.traces ? await tracingFor(clock) : undefined;
  const trace = heardBy(tracing?.hear, listener);
  const core = await assembleCore({
    settings: reading.settings,
    semantic,
    tracing,
    ...defined({ store, clock, random, trace, keyService }),
  });
  const shelf = new ValueShelf({ ...core.wrapParts, tenant });
  const wrap = createWrap(shelf);
  const embeddings = createEmbeddings({ ...core.vectorParts, tenant });
  const fetching = tracing === undefined ? core : tracedCore(core, tracing);
  return {
    fetch: createFetch({ core: fetching, protocols: [...protocols, ...embeddingProtocols], ...defined({ fetch }) }),
    wrap: tracing === undefined ? wrap : tracedWrap(wrap, tracing),
    embeddings: tracing === undefined ? embeddings : tracedEmbeddings(embeddings, tracing),
    values: createValues(shelf),
    invalidate: (wish) => core.invalidate(wish),
    feedback: (feedback) => core.feedback(feedback),
    lint: () => core.lint(),
    stats: () => core.ledger.totals(),
    close: () => core.close(),
  };
}

const optionNames: ReadonlySet<string> = new Set([
  "store",
  "memoryBytes",
  "policy",
  "rules",
  "semantic",
  "embedder",
  "vectors",
  "judge",
  "prefix",
  "coalescing",
  "compat",
  "prices",
  "masterKey",
  "previousMasterKeys",
  "keyService",
  "sealing",
  "plainVectors",
  "fetch",
  "tenant",
  "telemetry",
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

function sealingInput({ masterKey, previousMasterKeys, keyService, sealing, plainVectors }: CacheOptions) {
  // A service is a master key, too.
  const mode = sealing === "on" && keyService !== undefined ? "auto" : sealing;
  return defined({ masterKey, previousMasterKeys, sealing: mode, plainVectors });
}

/** Where the library has its options, by the section of the configuration that they are checked against. */
const optionPaths: Readonly<Record<string, string>> = {
  "layers.exact": "policy",
  "layers.exact.": "policy.",
  "layers.semantic": "semantic",
  "layers.semantic.": "semantic.",
  "layers.prefix": "prefix",
  "layers.prefix.": "prefix.",
};

async function tracingFor(clock: Clock = systemClock): Promise<CallTracing> {
  const tracing = await createTracing({ clock, version, environment: process.env });
  if (tracing !== undefined) return tracing;
  const remedy = "Run npm install @opentelemetry/api, or leave telemetry.traces out.";
  throw new InvalidOptionError("telemetry.traces", { message: "telemetry.traces needs @opentelemetry/api.", remedy });
}

function heardBy(...listeners: readonly (Trace | undefined)[]): Trace | undefined {
  const all = listeners.filter((listener) => listener !== undefined);
  if (all.length < 2) return all[0];
  return (event) => {
    for (const listener of all) listener(event);
  };
}

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
