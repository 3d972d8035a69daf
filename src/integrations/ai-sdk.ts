import type {
  EmbeddingModelV4Middleware,
  LanguageModelV4,
  LanguageModelV4CallOptions,
  LanguageModelV4GenerateResult,
  LanguageModelV4Middleware,
  LanguageModelV4StreamPart,
  LanguageModelV4StreamResult,
  SharedV4Headers,
} from "@ai-sdk/provider";
import type { Cache } from "../cache.ts";
import type { Outcome } from "../core/outcome.ts";
import type { Computing, WrapOptions } from "../library/wrap.ts";
import { refusalOf } from "./ai-sdk-admission.ts";
import { type CallWishes, wrapOptionsOf } from "./ai-sdk-call.ts";
import { embedThroughCache } from "./ai-sdk-embeddings.ts";
import {
  type AnswerRecording,
  headersOf,
  partsOf,
  recordingOfParts,
  recordingOfResult,
  resultOf,
} from "./ai-sdk-recording.ts";
import { Audience } from "./audience.ts";
import { LiveParts } from "./live-parts.ts";
import { fromTagged, toTagged } from "./tagged-json.ts";

/**
 * Models of the Vercel AI SDK behind the cache, as middleware. `doGenerate` and `doStream` of one prompt share one
 * entry. Only what is complete and admissible is kept, by the same judgement as any model's answer. Identical calls
 * at the same time share one call to the model, streams too: who joins gets what has come so far, then the rest live.
 */

export type { CallWishes } from "./ai-sdk-call.ts";

export interface LanguageModelCacheOptions extends CallWishes {
  /** Keep answers that call tools. Default true. */
  readonly storeToolCalls?: boolean;
  /** Keep answers that ran into their token limit. Default false. */
  readonly storeTruncated?: boolean;
  /** Cache calls that let the provider run tools (search, code), whose answers depend on more than the call. Default false. */
  readonly providerTools?: boolean;
}

/**
 * Caches a language model. What `response.headers["x-ai-cache-status"]` of a result says is what became of the call.
 *
 * @example
 * const model = wrapLanguageModel({ model: openai("gpt-4o-mini"), middleware: languageModelCache(cache) });
 */
export function languageModelCache(cache: Cache, options: LanguageModelCacheOptions = {}): LanguageModelV4Middleware {
  const cached = new CachedModel(cache, options);
  return {
    specificationVersion: "v4",
    wrapGenerate: ({ doGenerate, params, model }) => cached.generate(params, model, doGenerate),
    wrapStream: ({ doStream, params, model }) => cached.stream(params, model, doStream),
  };
}

/** Caches an embedding model, text by text: only texts that are new are sent to it, each once. */
export function embeddingModelCache(cache: Cache, options: CallWishes = {}): EmbeddingModelV4Middleware {
  return {
    specificationVersion: "v4",
    wrapEmbed: ({ doEmbed, params, model }) => embedThroughCache({ cache, options, params, model, doEmbed }),
  };
}

/** What those who wait for one computation share. */
interface Shared {
  readonly audience: Audience;
  readonly live: LiveParts<LanguageModelV4StreamPart>;
  /** Set when a stream has begun. */
  readonly begun: PromiseWithResolvers<Omit<LanguageModelV4StreamResult, "stream">>;
}

interface Asked {
  readonly params: LanguageModelV4CallOptions;
  readonly model: LanguageModelV4;
  readonly wishes: WrapOptions;
  /** What begins, or joins, a computation. */
  readonly onEnter?: (shared: Shared, leave: () => void, joined: boolean) => void;
}

type Compute = (shared: Shared, params: LanguageModelV4CallOptions, computing: Computing) => Promise<AnswerRecording>;

class CachedModel {
  readonly #cache: Cache;
  readonly #options: LanguageModelCacheOptions;
  readonly #wishes: CallWishes;
  readonly #shared = new WeakMap<Computing, Shared>();

  constructor(cache: Cache, options: LanguageModelCacheOptions) {
    const { storeToolCalls: _, storeTruncated: __, providerTools: ___, ...wishes } = options;
    this.#cache = cache;
    this.#options = options;
    this.#wishes = wishes;
  }

  async generate(
    params: LanguageModelV4CallOptions,
    model: LanguageModelV4,
    direct: () => PromiseLike<LanguageModelV4GenerateResult>,
  ): Promise<LanguageModelV4GenerateResult> {
    const wishes = this.#wishesFor(params, model);
    if (wishes === undefined) return direct();
    let own: LanguageModelV4GenerateResult | undefined;
    const { recording, outcome } = await this.#ask({ params, model, wishes }, async (_, sent, computing) => {
      own = await model.doGenerate(sent);
      this.#admit(own, params, computing);
      return recordingOfResult(own);
    });
    const result = outcome.kind === "miss" || outcome.kind === "refresh" ? own : undefined;
    const answered = result ?? (resultOf(recording) as LanguageModelV4GenerateResult);
    return { ...answered, response: { ...answered.response, headers: labelled(answered.response?.headers, outcome) } };
  }

  async stream(
    params: LanguageModelV4CallOptions,
    model: LanguageModelV4,
    direct: () => PromiseLike<LanguageModelV4StreamResult>,
  ): Promise<LanguageModelV4StreamResult> {
    const wishes = this.#wishesFor(params, model);
    if (wishes === undefined) return direct();
    const answer = Promise.withResolvers<LanguageModelV4StreamResult>();
    const onEnter = ({ live, begun }: Shared, leave: () => void, joined: boolean): void => {
      const kind = joined ? "coalesced" : wishes.refresh === true ? "refresh" : "miss";
      const follow = ({ request, response }: Omit<LanguageModelV4StreamResult, "stream">): void =>
        answer.resolve({
          ...(joined || request === undefined ? {} : { request }),
          response: { headers: labelled(response?.headers, { kind }) },
          stream: live.reader(params.abortSignal, leave),
        });
      begun.promise.then(follow, () => {});
    };
    const asked = { params, model, wishes, onEnter };
    this.#ask(asked, (shared, sent, computing) => this.#record(asked, shared, sent, computing)).then(
      ({ recording, outcome }) => {
        const parts = partsOf(recording);
        if (parts !== undefined) return answer.resolve(replayed(parts, recording, outcome));
        // The entry of a result that a stream cannot tell: streams of this prompt have one of their own.
        const apart = { ...asked, wishes: { ...wishes, key: [wishes.key, "stream"] } };
        this.#ask(apart, (shared, sent, computing) => this.#record(apart, shared, sent, computing)).then(
          (second) => answer.resolve(replayed(partsOf(second.recording) ?? [], second.recording, second.outcome)),
          answer.reject,
        );
      },
      answer.reject,
    );
    return answer.promise;
  }

  /** Calls the model for a stream, hands it to all who wait, and records it. */
  async #record(
    { params, model }: Asked,
    { live, begun, audience }: Shared,
    sent: LanguageModelV4CallOptions,
    computing: Computing,
  ): Promise<AnswerRecording> {
    try {
      const { stream, request, response } = await model.doStream(sent);
      begun.resolve({ ...(request && { request }), ...(response && { response }) });
      const reader = stream.getReader();
      audience.signal.addEventListener("abort", () => void reader.cancel(audience.signal.reason).catch(() => {}));
      for (let step = await reader.read(); !step.done; step = await reader.read()) live.push(step.value);
      live.end();
      const recording = recordingOfParts(live.parts, response?.headers);
      const failure = live.parts.find((part) => part.type === "error");
      const result = resultOf(recording);
      if (failure !== undefined) computing.refuse("error_body");
      else if (result !== undefined) this.#admit(result, params, computing);
      if (result !== undefined) return recording;
      throw failure?.error ?? new Error("The model's stream ended before it was finished.");
    } catch (error) {
      live.fail(error);
      begun.reject(error);
      throw error;
    }
  }

  #admit(result: LanguageModelV4GenerateResult, params: LanguageModelV4CallOptions, computing: Computing): void {
    const refusal = refusalOf(result, params, this.#options);
    if (refusal !== undefined) computing.refuse(refusal);
  }

  /** Asks the cache. Rejects at once when this caller's signal aborts; the others are not disturbed. */
  async #ask(
    { params, wishes, onEnter }: Asked,
    compute: Compute,
  ): Promise<{ readonly recording: AnswerRecording; readonly outcome: Outcome }> {
    const signal = params.abortSignal;
    signal?.throwIfAborted();
    const aborted = Promise.withResolvers<never>();
    const leaving = new AbortController();
    const enter = (computing: Computing, joined: boolean): Shared => {
      const shared = this.#sharedOf(computing);
      const leave = shared.audience.enter();
      if (leaving.signal.aborted) leave();
      leaving.signal.addEventListener("abort", leave, { once: true });
      onEnter?.(shared, leave, joined);
      return shared;
    };
    const onAbort = (): void => {
      leaving.abort();
      aborted.reject(signal?.reason);
    };
    signal?.addEventListener("abort", onAbort, { once: true });
    const wrapped = this.#cache.wrap(
      { ...wishes, onJoin: (computing) => void enter(computing, true) },
      async (computing) => {
        const shared = computing.background ? this.#sharedOf(computing) : enter(computing, false);
        const sent = { ...params, abortSignal: shared.audience.signal };
        return toTagged(await compute(shared, sent, computing));
      },
    );
    try {
      const { value, outcome } = await Promise.race([wrapped, aborted.promise]);
      return { recording: fromTagged(value) as AnswerRecording, outcome };
    } catch (error) {
      wrapped.catch(() => {});
      throw error;
    } finally {
      signal?.removeEventListener("abort", onAbort);
    }
  }

  #sharedOf(computing: Computing): Shared {
    const known = this.#shared.get(computing);
    if (known !== undefined) return known;
    const begun = Promise.withResolvers<Omit<LanguageModelV4StreamResult, "stream">>();
    begun.promise.catch(() => {});
    const shared = { audience: new Audience(computing), live: new LiveParts<LanguageModelV4StreamPart>(), begun };
    this.#shared.set(computing, shared);
    return shared;
  }

  #wishesFor(params: LanguageModelV4CallOptions, model: LanguageModelV4): WrapOptions | undefined {
    const wishes = wrapOptionsOf("ai-sdk-answer", params, model, this.#wishes);
    const runsTools = params.tools?.some((tool) => tool.type === "provider") === true;
    return runsTools && this.#options.providerTools !== true ? undefined : wishes;
  }
}

function replayed(
  parts: readonly LanguageModelV4StreamPart[],
  recording: AnswerRecording,
  outcome: Outcome,
): LanguageModelV4StreamResult {
  const left = [...parts];
  const stream = new ReadableStream<LanguageModelV4StreamPart>({
    pull(controller) {
      const part = left.shift();
      if (part === undefined) controller.close();
      else controller.enqueue(part);
    },
  });
  return { stream, response: { headers: labelled(headersOf(recording), outcome) } };
}

function labelled(headers: SharedV4Headers | undefined, { kind }: Pick<Outcome, "kind">): SharedV4Headers {
  return { ...headers, "x-ai-cache-status": kind.toUpperCase() };
}
