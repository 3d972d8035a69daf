import { type Caller, patientCaller } from "../core/call.ts";
import type { Clock } from "../core/clock.ts";
import { defaultDirectives } from "../core/directives.ts";
import { durationMs } from "../core/duration.ts";
import { InvalidOptionError, OriginError, RepriseError } from "../core/errors.ts";
import type { FingerprintKey } from "../core/fingerprint.ts";
import type { Outcome } from "../core/outcome.ts";
import type { Trace } from "../core/trace.ts";
import { userScope } from "../core/user-scope.ts";
import { floatsOf } from "../core/vector.ts";
import type { Batch, BatchFailure, BatchInput, Computation, Compute } from "../embeddings/embedding-batch.ts";
import type { EmbeddingBatches } from "../embeddings/embedding-batches.ts";
import { outcomeOf } from "../embeddings/embedding-outcome.ts";
import { cutByLimits } from "../layers/embedding/batch-split.ts";
import { inputDigest, type VectorScope, vectorKeys } from "../layers/embedding/vector-key.ts";
import { kindsInText } from "../policy/personal-data/found-kinds.ts";
import { hasPersonalAction, isForUser } from "../policy/personal-data/held-policy.ts";
import type { PolicyRules } from "../policy/rules.ts";
import { assertEmbeddingsOptions, type EmbeddingsOptions, parametersText } from "./embeddings-options.ts";
import { readVectors } from "./function-vectors.ts";
import { SignallingCaller } from "./signalling-caller.ts";
import { Turns } from "./turns.ts";

/**
 * `cache.embeddings`: a function of the program that computes vectors, behind the embedding layer. Stored vectors,
 * those under way for another call and those computed now are put together by the same `EmbeddingBatches` as behind
 * the gateway; here are only the options, the keys, and the calls of the function.
 */

/** Computes the vectors of some texts, in their order. `signal` is aborted when nobody waits for them any more. */
export type EmbedTexts = (
  texts: readonly string[],
  options: { readonly signal: AbortSignal },
) => PromiseLike<readonly ArrayLike<number>[]> | readonly ArrayLike<number>[];

export interface EmbedOptions {
  /** Rejects with its reason when it is aborted; the function is told when nobody else waits for the same texts. */
  readonly signal?: AbortSignal;
  /** Compute anew and store, whatever is there. */
  readonly refresh?: boolean;
}

/** The vectors of `texts` in their order, each an array of its own. */
export type Embed = (texts: readonly string[], options?: EmbedOptions) => Promise<number[][]>;

/**
 * Puts `embedTexts` behind the cache.
 *
 * @throws InvalidOptionError naming the option, its rule and the remedy.
 * @example
 * const embed = cache.embeddings((texts) => embedTexts(texts), { model: "text-embedding-3-small" });
 * const vectors = await embed(["one", "two", "one"]); // asks for two
 */
export type Embeddings = (embedTexts: EmbedTexts, options: EmbeddingsOptions) => Embed;

export interface EmbeddingsParts {
  readonly batches: EmbeddingBatches;
  readonly secret: FingerprintKey;
  readonly rules: PolicyRules;
  readonly clock: Clock;
  readonly trace: Trace;
  readonly tenant: string;
}

export function createEmbeddings(parts: EmbeddingsParts): Embeddings {
  return (embedTexts, options) => {
    assertEmbeddingsOptions(options);
    if (typeof embedTexts !== "function") {
      const message = "embedTexts must be a function.";
      throw new InvalidOptionError("embedTexts", { message, remedy: embedTextsRule });
    }
    const embedder = new Embedder(parts, embedTexts, options);
    return (texts, wishes = {}) => embedder.embed(texts, wishes);
  };
}

const embedTextsRule =
  "Pass a function that resolves to one array of finite numbers for each text, in the order of the texts.";
/** What every known provider takes in one request. */
const usualBatchSize = 96;
/** Characters in one batch: some 300,000 tokens, the most that OpenAI takes. */
const batchCharacters = 900_000;
/** Batches that are computed at the same time. */
const batchesAtOnce = 4;

class Embedder {
  readonly #parts: EmbeddingsParts;
  readonly #embedTexts: EmbedTexts;
  readonly #options: EmbeddingsOptions;
  readonly #common: Pick<Batch, "principal" | "directives" | "policy" | "facts" | "model" | "limits" | "protocol">;
  readonly #scope: VectorScope;
  readonly #shared: Place;
  /** For texts that hold what is for the user alone. */
  readonly #own: Place;
  readonly #turns = new Turns(batchesAtOnce);

  constructor(parts: EmbeddingsParts, embedTexts: EmbedTexts, options: EmbeddingsOptions) {
    const { model, namespace = "", version = "", user, ttl, batchSize = usualBatchSize } = options;
    const { tenant, secret } = parts;
    this.#parts = parts;
    this.#embedTexts = embedTexts;
    this.#options = options;
    const tags = [...new Set(options.tags)].sort();
    const subject = { model, protocol: "value", operation: "embedding", namespace, tenant, tags };
    const policy = parts.rules.resolve(subject);
    this.#common = {
      principal: { tenant, user },
      directives: {
        ...defaultDirectives,
        namespace,
        version,
        tags: [...new Set([...tags, ...parts.rules.tagsFor(subject)])].sort(),
        user,
        ttlMs: ttl === undefined ? undefined : durationMs(ttl),
      },
      policy,
      facts: { model },
      model,
      limits: { inputs: batchSize, weight: batchCharacters },
      protocol: "value",
    };
    this.#scope = {
      whom: policy.perUser ? userScope(user, false) : "shared",
      namespace,
      origin: "",
      family: "function",
      query: "",
      version,
      model,
      parameters: parametersText(options),
      headers: [],
    };
    this.#shared = { scope: this.#scope, keyOf: vectorKeys(secret, tenant, this.#scope) };
    const own = { ...this.#scope, whom: userScope(user, false) };
    this.#own = { scope: own, keyOf: vectorKeys(secret, tenant, own) };
  }

  async embed(texts: readonly string[], { signal, refresh = false }: EmbedOptions): Promise<number[][]> {
    assertTexts(texts);
    signal?.throwIfAborted();
    if (texts.length === 0) return [];
    // What the caller does with its list afterwards does not change what is computed.
    const own = [...texts];
    if (signal === undefined) return this.#answer(own, refresh, patientCaller);
    const caller = new SignallingCaller(signal);
    try {
      return await caller.patience(this.#answer(own, refresh, caller), () => {});
    } finally {
      caller.leave();
    }
  }

  async #answer(texts: readonly string[], refresh: boolean, caller: Caller): Promise<number[][]> {
    const { clock, trace } = this.#parts;
    const startedAt = clock.monotonic();
    let outcome: Outcome = { kind: "error", code: "compute_failed" };
    try {
      const answered = this.#mayKeep() ? await this.#gather(texts, refresh, caller) : await this.#bypass(texts, caller);
      outcome = answered.outcome;
      return answered.vectors.map((vector) => Array.from(floatsOf(vector)));
    } finally {
      const durationMs = clock.monotonic() - startedAt;
      const { protocol, model } = this.#common;
      trace({ type: "call-end", outcome, protocol, model, originId: "", stream: false, durationMs });
    }
  }

  #mayKeep(): boolean {
    const { enabled, perUser } = this.#common.policy;
    return enabled && (!perUser || this.#options.user !== undefined);
  }

  async #gather(texts: readonly string[], refresh: boolean, caller: Caller): Promise<Answered> {
    const { batches, clock } = this.#parts;
    const batch = this.#batch(texts, refresh);
    const lookups = await batches.lookup(batch);
    const stored = batches.allStored(batch, lookups);
    const gathering =
      stored === undefined
        ? await batches.gather(batch, lookups, caller, this.#computing(texts))
        : { ok: true as const, gathered: stored };
    if (!gathering.ok) throw errorOf(gathering.failure);
    const { gathered } = gathering;
    return {
      vectors: gathered.places.map(({ vector }) => vector),
      outcome: outcomeOf(batch, gathered, clock.now()),
    };
  }

  /** Neither looks up nor stores, and shares with nobody. */
  async #bypass(texts: readonly string[], caller: Caller): Promise<Answered> {
    const compute = this.#computing(texts);
    const abort = new AbortController();
    caller.onAbandon(() => abort.abort());
    const runs = cutByLimits([...texts.keys()], texts.map(this.#input), this.#common.limits);
    const computations = await Promise.all(runs.map((run) => compute(run, abort.signal)));
    const vectors = computations.flatMap((computation) => {
      if (!computation.ok) throw errorOf(computation.failure);
      return computation.computed.vectors;
    });
    return { vectors, outcome: { kind: "bypass", reason: "not_cacheable" } };
  }

  #batch(texts: readonly string[], refresh: boolean): Batch {
    // JSON also tells texts apart that are not well-formed, as they come of cutting by length.
    const digests = texts.map((text) => inputDigest(JSON.stringify(text)));
    const { directives } = this.#common;
    return {
      ...this.#common,
      directives: refresh ? { ...directives, read: false, refresh } : directives,
      inputs: texts.map(this.#input),
      slots: digests.map((digest, position) => this.#placeOf(texts[position] as string).keyOf(digest)),
      originOf: (position) => ({
        digest: digests[position] as string,
        scope: this.#placeOf(texts[position] as string).scope,
      }),
    };
  }

  #placeOf(text: string): Place {
    const { policy } = this.#common;
    if (!hasPersonalAction(policy, "user-scope")) return this.#shared;
    return isForUser(policy, kindsInText(text, policy)) ? this.#own : this.#shared;
  }

  readonly #input = (text: string): BatchInput => ({
    weight: text.length,
    tokens: undefined,
    dimensions: this.#options.dimensions,
    parameters: this.#scope.parameters,
  });

  /** For one call: when a batch of it fails, those that have not begun fail of the same. */
  #computing(texts: readonly string[]): Compute {
    let failure: BatchFailure | undefined;
    return (positions, signal) =>
      this.#turns.take(async (): Promise<Computation> => {
        if (failure !== undefined) return { ok: false, failure };
        if (signal.aborted) return { ok: false, failure: { kind: "error", error: abandoned() } };
        const computation = await this.#compute(texts, positions, signal);
        if (!computation.ok && !signal.aborted) failure = computation.failure;
        return computation;
      });
  }

  async #compute(texts: readonly string[], positions: readonly number[], signal: AbortSignal): Promise<Computation> {
    try {
      const asked = positions.map((position) => texts[position] as string);
      const read = readVectors(await this.#embedTexts(asked, { signal }), positions, this.#options.dimensions);
      if (!read.ok) return read;
      const { model } = this.#options;
      const textOf = (place: number) => JSON.stringify(asked[place]);
      return { ok: true, computed: { vectors: read.vectors, tokens: undefined, model, noStore: false, textOf } };
    } catch (error) {
      if (signal.aborted) return { ok: false, failure: { kind: "error", error: abandoned() } };
      return { ok: false, failure: { kind: "thrown", error } };
    }
  }
}

/** What the type says, for those who write JavaScript. */
function assertTexts(texts: readonly string[]): void {
  const wrong = Array.isArray(texts) ? texts.findIndex((text) => typeof text !== "string") : undefined;
  if (wrong === -1) return;
  const [path, rule] = wrong === undefined ? ["texts", "a list of strings"] : [`texts[${wrong}]`, "a string"];
  throw new InvalidOptionError(path, { message: `${path} must be ${rule}.`, remedy: "Pass the texts as strings." });
}

/** Where vectors are kept, and under which keys. */
interface Place {
  readonly scope: VectorScope;
  readonly keyOf: (digest: string) => string;
}

interface Answered {
  readonly vectors: readonly Uint8Array[];
  readonly outcome: Outcome;
}

function errorOf(failure: BatchFailure): unknown {
  if (failure.kind === "thrown" || failure.kind === "error") return failure.error;
  const { code, message } = failure.kind === "unusable" ? failure : { code: "refused", message: "The origin refused" };
  return new RepriseError(code, { message: `${message}.`, remedy: embedTextsRule });
}

function abandoned(): OriginError {
  return new OriginError("aborted", { message: "Nobody waits for these vectors any more." });
}
