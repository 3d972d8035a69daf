import type { Expected, Taken } from "../core/allowance.ts";
import type { Answer } from "../core/answer.ts";
import type { Caller } from "../core/call.ts";
import type { Clock } from "../core/clock.ts";
import type { Cost } from "../core/cost.ts";
import { entryId } from "../core/entry-id.ts";
import { OriginError } from "../core/errors.ts";
import { chain } from "../core/maybe-promise.ts";
import type { OriginResponse } from "../core/origin.ts";
import { type Outcome, pendingStored } from "../core/outcome.ts";
import type { MaybePromise } from "../core/store.ts";
import type { OriginCall, Trace } from "../core/trace.ts";
import type { Costs } from "../costs.ts";
import { passedOn } from "../flights/answer-forms.ts";
import { expectedOf, limitReached } from "../flights/charging.ts";
import { asOriginError, collect, mostErrorBytes } from "../flights/origin-answer.ts";
import { OriginWatch } from "../flights/origin-watch.ts";
import { cacheMiss, failureOf, passStraight, refusal } from "../flights/pass-by.ts";
import type { VectorLookup } from "../layers/embedding/embedding-layer.ts";
import { answerForbidsStoring } from "../policy/admission.ts";
import { vectorBypassReason } from "../policy/eligibility.ts";
import type { Batch, Computation, Compute, PlacedVector } from "./embedding-batch.ts";
import type { EmbeddingBatches, Gathered, Gathering } from "./embedding-batches.ts";
import type { EmbeddingAsked, EmbeddingCall } from "./embedding-intake.ts";
import { outcomeOf } from "./embedding-outcome.ts";
import type { RenderedReplies } from "./rendered-replies.ts";

/**
 * The main path of calls for embeddings:
 *
 *   policy ─ embedding.split ─ origin (only what is missing) ─ embedding.merge ─ answer
 */

export interface EmbeddingPathParts {
  readonly batches: EmbeddingBatches;
  readonly costs: Costs;
  readonly clock: Clock;
  readonly trace: Trace;
  readonly rendered: RenderedReplies;
}

/** Bound on one reply of an origin; 2,048 vectors of 3,072 decimals each are about half of it. */
const mostReplyBytes = 256 * 1024 * 1024;

export class EmbeddingPath {
  readonly #parts: EmbeddingPathParts;
  /** Origins that do not know base64. */
  readonly #plainOrigins = new Set<string>();
  readonly #known = new WeakMap<EmbeddingCall, Batch>();

  constructor(parts: EmbeddingPathParts) {
    this.#parts = parts;
  }

  /** Answers the call. Never throws: what goes wrong is an answer with outcome `error`. */
  handle(asked: EmbeddingAsked, caller: Caller): MaybePromise<Answer> {
    const { clock, trace } = this.#parts;
    const startedAt = clock.monotonic();
    return chain(this.#decide(asked, caller, startedAt), (answer) => {
      const { protocol, facts, originId } = asked.call;
      const durationMs = clock.monotonic() - startedAt;
      const { tenant } = asked.call.principal;
      const told = { protocol: protocol.name, model: facts.model, originId, tenant, stream: false, durationMs };
      trace({ type: "call-end", outcome: answer.outcome, ...told });
      return answer;
    });
  }

  #decide(asked: EmbeddingAsked, caller: Caller, startedAt: number): MaybePromise<Answer> {
    const { call } = asked;
    const bypass = vectorBypassReason(call);
    if (bypass !== undefined) return this.#bypass(asked, caller, { kind: "bypass", reason: bypass });
    const batch = this.#batchOf(call);
    const { batches } = this.#parts;
    return chain(batches.lookup(batch), (lookups) => {
      const stored = batches.allStored(batch, lookups);
      if (stored !== undefined) return this.#answer(call, stored, startedAt);
      if (call.directives.onlyIfCached) {
        const first = lookups.find((lookup) => lookup.kind === "miss");
        const outcome = { kind: "miss", reason: first?.reason ?? "expired", stored: pendingStored } as const;
        return cacheMiss(call, outcome, "Not all vectors are stored and the request said only-if-cached.");
      }
      const compute: Compute = (...wanted) => this.#compute(asked, ...wanted);
      const gather = () => batches.gather(batch, lookups, caller, compute);
      const answered = (result: Gathering) =>
        result.ok ? this.#answer(call, result.gathered, startedAt) : failed(call, result);
      if (caller.allowance === undefined) return gather().then(answered);
      return chain(caller.allowance.take(this.#expected(call, lookups)), async (taking) => {
        if (!taking.ok) return limitReached(call, taking.refusal);
        const result = await gather();
        taking.charge.settle(takenByBatch(call, result));
        return answered(result);
      });
    });
  }

  /** Of the inputs that are not stored. */
  #expected(call: EmbeddingCall, lookups: readonly VectorLookup[]): Expected {
    const weightOf = (isWanted: (index: number) => boolean) =>
      call.inputs.reduce((sum, { weight }, index) => (isWanted(index) ? sum + weight : sum), 0);
    const share =
      weightOf((index) => lookups[index]?.kind === "miss") /
      Math.max(
        1,
        weightOf(() => true),
      );
    return { ...expectedOf(call, this.#parts), outputTokens: 0, share };
  }

  /** The same object for a call that is asked again, so that what was worked out for it is found. */
  #batchOf(call: EmbeddingCall): Batch {
    const known = this.#known.get(call);
    if (known !== undefined) return known;
    const { protocol, facts } = call;
    const batch: Batch = { ...call, limits: protocol.batchLimits, model: facts.model, protocol: protocol.name };
    this.#known.set(call, batch);
    return batch;
  }

  #answer(call: EmbeddingCall, gathered: Gathered, startedAt: number): Answer {
    const saved = this.#bookSaved(call, gathered, startedAt);
    const answer = this.#reply(call, gathered, outcomeOf(call, gathered, this.#parts.clock.now()));
    if (gathered.asked > 0) return { ...answer, originStatus: 200 };
    return saved === undefined ? answer : { ...answer, saved };
  }

  #reply(call: EmbeddingCall, gathered: Gathered, outcome: Outcome): Answer {
    const { places, cached, asked, joined } = gathered;
    const zero = call.policy.hitUsage === "zero";
    const counted = new Set<string>();
    const tokens = places.map((place, position) => {
      if (!zero) return place.tokens;
      const slot = call.slots[position] as string;
      if (place.source !== "asked" || counted.has(slot)) return 0;
      counted.add(slot);
      return place.tokens;
    });
    const { encoding, shape, protocol } = call;
    const vectors = places.map((place) => place.vector);
    const model = places[0]?.model ?? call.facts.model;
    const reply = { vectors, tokens, model, encoding, shape };
    return {
      status: 200,
      headers: {
        "content-type": "application/json",
        "x-ai-cache-embeddings": `total=${places.length}, cached=${cached}, asked=${asked}`,
      },
      body:
        asked === 0 && joined === 0 ? this.#parts.rendered.of(call, reply, protocol.render) : protocol.render(reply),
      outcome,
    };
  }

  /** Vectors that were stored, and those that others had asked for, cost nothing. Gives what the stored ones saved. */
  #bookSaved(call: EmbeddingCall, { places, asked, joined: others }: Gathered, startedAt: number): Cost | undefined {
    const { clock, costs } = this.#parts;
    const stored = this.#costOf(call, places, "cached");
    const joined = this.#costOf(call, places, "joined");
    const isAlone = asked === 0 && others === 0;
    if (stored !== undefined)
      costs.save(call, "embedding", stored, {
        bytes: bytesOf(places, "cached"),
        ...(call.slots.length === 1 ? { entry: entryId(call.principal.tenant, call.slots[0] as string) } : {}),
        ...(isAlone ? { time: { stream: false, waitedMs: clock.monotonic() - startedAt } } : {}),
      });
    if (joined !== undefined) costs.save(call, "coalescing", joined, { bytes: bytesOf(places, "joined") });
    return stored;
  }

  #costOf(call: EmbeddingCall, places: readonly PlacedVector[], source: PlacedVector["source"]): Cost | undefined {
    const some = places.filter((place) => place.source === source);
    if (some.length === 0) return undefined;
    const counted = some.flatMap(({ tokens }) => (tokens === undefined ? [] : [tokens]));
    const usage = counted.length === 0 ? undefined : usageOf(counted.reduce((sum, tokens) => sum + tokens, 0));
    return this.#parts.costs.of(call, { usage, model: some[0]?.model }, this.#parts.clock.now());
  }

  /** Asks the origin for these inputs. Never rejects. */
  async #compute(
    asked: EmbeddingAsked,
    positions: readonly number[],
    signal: AbortSignal,
    originCall?: OriginCall,
  ): Promise<Computation> {
    const { call } = asked;
    const { clock, trace, costs } = this.#parts;
    const { originId, protocol, facts } = call;
    const watch = new OriginWatch(this.#parts, call, originCall);
    watch.start();
    try {
      const { response, body } = await this.#exchange(asked, positions, signal, watch.originCall);
      const { status, headers } = response;
      if (status !== 200) watch.end(status);
      if (status !== 200) return { ok: false, failure: { kind: "answer", status, headers, body } };
      const reading = protocol.readVectors(body, positions.length, call.shape);
      const usage = !reading.ok || reading.tokens === undefined ? undefined : usageOf(reading.tokens);
      watch.read({ model: reading.ok ? reading.model : undefined, usage, choices: [] });
      watch.end(status);
      if (!reading.ok)
        return { ok: false, failure: { kind: "unusable", code: reading.fault, message: reading.message } };
      const { vectors, tokens, model = facts.model } = reading;
      const cost = costs.of(call, { usage, model }, clock.now());
      trace({ type: "spending", protocol: protocol.name, model: facts.model, originId, cost });
      const { inputs } = asked.parsed();
      const textOf = (place: number) => inputs[positions[place] as number]?.canonical ?? '""';
      return { ok: true, computed: { vectors, tokens, model, noStore: answerForbidsStoring(headers), textOf } };
    } catch (error) {
      const failure = signal.aborted ? aborted() : asOriginError(error);
      watch.end(failure.failure);
      return { ok: false, failure: { kind: "error", error: failure } };
    }
  }

  /** In base64 where the origin knows it; it is asked again, once and for all, where it says that it does not. */
  async #exchange(
    asked: EmbeddingAsked,
    positions: readonly number[],
    signal: AbortSignal,
    originCall: OriginCall,
  ): Promise<{ readonly response: OriginResponse; readonly body: Uint8Array }> {
    const { target, headers, originId, protocol } = asked.call;
    const encoding = this.#plainOrigins.has(originId) ? "asked" : "dense";
    const body = asked.parsed().forward(positions, { encoding });
    const response = await asked.origin.send({ method: "POST", target, headers, body, originCall }, signal);
    const read = await collect(response.body, response.status === 200 ? mostReplyBytes : mostErrorBytes);
    if (read.overflow !== undefined)
      throw new OriginError("truncated", { message: "The origin's reply is too large." });
    const refuses = encoding === "dense" && protocol.refusesDense(response.status, response.headers, read.body);
    if (!refuses || asked.call.encoding === "base64") return { response, body: read.body };
    this.#plainOrigins.add(originId);
    return this.#exchange(asked, positions, signal, originCall);
  }

  #bypass(asked: EmbeddingAsked, caller: Caller, outcome: Outcome): MaybePromise<Answer> {
    if (!asked.call.directives.onlyIfCached) return this.#pass(asked, caller, outcome);
    const message = "The request said only-if-cached but no cache may answer it.";
    return cacheMiss(asked.call, outcome, message);
  }

  /** What it took is not read of its answer, and stays as it was expected. */
  async #pass(asked: EmbeddingAsked, caller: Caller, outcome: Outcome): Promise<Answer> {
    const expected = { ...expectedOf(asked.call, this.#parts), outputTokens: 0 };
    const taking = await caller.allowance?.take(expected);
    if (taking?.ok === false) return limitReached(asked.call, taking.refusal);
    const forward = () => ({ body: asked.parsed().forward() });
    const answer = await passStraight(asked, forward, caller, outcome, this.#parts);
    taking?.charge.settle(answer.status === 200 ? "expected" : "failed");
    return answer;
  }
}

/** What origins were asked for, each input once. */
function takenByBatch({ slots }: EmbeddingCall, result: Gathering): Taken | "unasked" | "failed" {
  if (!result.ok) return "failed";
  const { asked, places } = result.gathered;
  if (asked === 0) return "unasked";
  const counted = new Map<string, PlacedVector>();
  for (const [index, place] of places.entries())
    if (place.source === "asked") counted.set(slots[index] as string, place);
  const tokens = [...counted.values()].reduce((sum, place) => sum + (place.tokens ?? 0), 0);
  const isCounted = [...counted.values()].some((place) => place.tokens !== undefined);
  const [model] = [...counted.values()].map((place) => place.model);
  return { usage: isCounted ? usageOf(tokens) : undefined, model, outputCharacters: 0, isWhole: true };
}

function failed(
  call: EmbeddingCall,
  { failure, joined, reason }: Pick<Extract<Gathering, { ok: false }>, "failure" | "joined" | "reason">,
): Answer {
  if (failure.kind === "answer") {
    const { status, headers, body } = failure;
    const stored = { state: "refused", reason: "error_status" } as const;
    const outcome: Outcome = joined ? { kind: "coalesced", stored } : { kind: "miss", reason, stored };
    return { status, headers: passedOn(headers, joined), body, outcome, originStatus: status };
  }
  if (failure.kind === "error") return failureOf(call, failure.error);
  if (failure.kind === "thrown") return failureOf(call, asOriginError(failure.error));
  return refusal(call, 502, { kind: "error", code: failure.code }, failure.code, `${failure.message}.`);
}

/** Of vectors, as they are kept. */
function bytesOf(places: readonly PlacedVector[], source: PlacedVector["source"]): number {
  return places.reduce((sum, place) => (place.source === source ? sum + place.vector.length : sum), 0);
}

function aborted(): OriginError {
  return new OriginError("aborted", { message: "Nobody waits for these vectors any more." });
}

function usageOf(tokens: number) {
  return { inputTokens: tokens, cachedInputTokens: 0, cacheWriteTokens: 0, outputTokens: 0, reasoningTokens: 0 };
}
