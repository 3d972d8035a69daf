import { contentType, isOriginFailure, passedOn, unrecorded } from "./answer-forms.ts";
import type { Answer } from "./core/answer.ts";
import type { Asked, Call, Caller } from "./core/call.ts";
import type { Clock } from "./core/clock.ts";
import { OriginError } from "./core/errors.ts";
import type { AnswerLayer, FoundEntry, Lookup } from "./core/layer.ts";
import { chain } from "./core/maybe-promise.ts";
import type { Outcome, Stored } from "./core/outcome.ts";
import type { BypassReason } from "./core/outcome-reasons.ts";
import type { ReplayView } from "./core/protocol.ts";
import type { SingleFlight } from "./core/single-flight.ts";
import type { MaybePromise } from "./core/store.ts";
import type { Trace } from "./core/trace.ts";
import { Flight, type FlightHead, type FlightLimits, type WholeAnswer } from "./flight.ts";
import type { Replayer } from "./layers/exact/replay.ts";
import { bypassReason, mayStore } from "./policy/eligibility.ts";
import type { RepeatWatch } from "./policy/stochastic.ts";
import { settle } from "./settlement.ts";

/**
 * THE MAIN PATH.
 *
 *   policy ─ exact.lookup ─ single flight ─ origin ─ admission ─ exact.record ─ answer
 *
 * Layers return values; only this file decides, counts and answers.
 */

export interface PipelineParts {
  readonly exact: AnswerLayer;
  readonly replayer: Replayer;
  readonly flights: SingleFlight<Flight, FlightFailure>;
  readonly repeats: RepeatWatch;
  readonly clock: Clock;
  readonly trace: Trace;
  readonly limits: FlightLimits;
}

/** Why an origin call gave nothing that could be kept or shared as an answer. */
export type FlightFailure = { readonly error: OriginError } | { readonly answer: WholeAnswer };

type Miss = Extract<Lookup, { kind: "miss" }>;

const pending: Stored = { state: "pending" };

export class Pipeline {
  readonly #parts: PipelineParts;
  readonly #usageRefusers = new Set<string>();

  constructor(parts: PipelineParts) {
    this.#parts = parts;
  }

  /** Answers the call. Never throws: what goes wrong is an answer with outcome `error`. */
  handle(asked: Asked, caller: Caller): MaybePromise<Answer> {
    const startedAt = this.#parts.clock.monotonic();
    return chain(this.#decide(asked, caller), (answer) => {
      this.#report(asked.call, answer, startedAt);
      return answer;
    });
  }

  #decide(asked: Asked, caller: Caller): MaybePromise<Answer> {
    const { call } = asked;
    const bypass = bypassReason(call);
    if (bypass !== undefined) return this.#passBy(asked, caller, bypass);
    const again = this.#parts.repeats.isRepeat(call, this.#parts.clock.now());
    if (!call.directives.read || call.directives.refresh || again) {
      return this.#ask(asked, caller, { kind: "miss", reason: "refresh", slot: call.key, reserve: undefined });
    }
    return chain(this.#lookup(call), (lookup) =>
      lookup.kind === "miss" ? this.#ask(asked, caller, lookup) : this.#serve(asked, lookup),
    );
  }

  #lookup(call: Call): MaybePromise<Lookup> {
    const { clock, exact, trace } = this.#parts;
    const startedAt = clock.monotonic();
    return chain(exact.lookup(call), (lookup) => {
      const reason = lookup.kind === "miss" ? { reason: lookup.reason } : {};
      trace({
        type: "lookup-end",
        layer: exact.name,
        result: lookup.kind,
        ...reason,
        durationMs: clock.monotonic() - startedAt,
      });
      return lookup;
    });
  }

  #serve(asked: Asked, lookup: Exclude<Lookup, Miss>): Answer {
    if (lookup.kind === "stale" && lookup.why === "swr") this.#refresh(asked, lookup.found.id);
    return this.#replay(asked.call, lookup.found, lookup.kind === "hit" ? undefined : lookup.why);
  }

  /** Computes a new answer in the background, once. */
  #refresh(asked: Asked, slot: string): void {
    const { flights } = this.#parts;
    if (!mayStore(asked.call) || flights.failure(slot) !== undefined || flights.current(slot)?.isOpen === true) return;
    const flight = this.#takeOff(asked, slot);
    const release = flight.hold();
    flight.complete
      .then(
        (answer) => answer.status >= 400 && flights.share(slot, { answer }),
        (error: OriginError) => flights.share(slot, { error }),
      )
      .finally(release);
  }

  /** The cache cannot answer: join the call in flight, or make it. */
  async #ask(asked: Asked, caller: Caller, miss: Miss): Promise<Answer> {
    const { call } = asked;
    const { flights } = this.#parts;
    if (call.directives.onlyIfCached) {
      return this.#refusal(
        call,
        504,
        { kind: "miss", reason: miss.reason, stored: pending },
        "cache_miss",
        "There is no stored answer and the request said only-if-cached.",
      );
    }
    const standing = flights.failure(miss.slot);
    if (standing !== undefined) return this.#failed(call, standing, miss, true);

    const inFlight = flights.current(miss.slot);
    const joins = inFlight?.isOpen === true;
    const flight = joins ? inFlight : this.#takeOff(asked, miss.slot);
    if (joins) {
      flight.followers++;
      this.#parts.trace({ type: "flight-join" });
    }
    const release = flight.hold();
    caller.onAbandon(release);
    try {
      const head = await flight.head;
      if (head.kind === "whole" && isOriginFailure(head.answer.status))
        return this.#failed(call, { answer: head.answer }, miss, joins, flight);
      return await this.#land(call, flight, head, joins, miss);
    } catch (error) {
      return this.#failed(call, { error: error as OriginError }, miss, joins, flight);
    } finally {
      release();
    }
  }

  #takeOff(asked: Asked, slot: string): Flight {
    const { call } = asked;
    const { clock, exact, flights, limits, trace } = this.#parts;
    const flight: Flight = new Flight(asked, {
      clock,
      trace,
      limits: { ...limits, maxEntryBytes: Math.min(limits.maxEntryBytes, call.policy.maxEntryBytes) },
      usageRefusal: this.#usageRefusers,
      prepare: () => exact.prepare(call).catch(() => undefined),
      settle: (answer) => settle({ layer: exact, trace }, call, slot, asked.parsed().expectations, answer),
      onClosed: () => flights.release(slot, flight),
    });
    flights.begin(slot, flight);
    flight.start();
    return flight;
  }

  /** The origin's answer in the form this caller wants. */
  async #land(call: Call, flight: Flight, head: FlightHead, joined: boolean, miss: Miss): Promise<Answer> {
    const outcome = (stored: Stored): Outcome => {
      if (joined) return { kind: "coalesced", stored };
      return miss.reason === "refresh" ? { kind: "refresh", stored } : { kind: "miss", reason: miss.reason, stored };
    };
    if (head.kind === "live" && (head.form === "raw" || call.facts.stream)) {
      const body = flight.read(!call.facts.includeUsage);
      return {
        status: head.status,
        headers: passedOn(head.headers, joined),
        body,
        outcome: outcome(pending),
        originStatus: head.status,
      };
    }
    const answer = head.kind === "whole" ? head.answer : await flight.complete;
    const converted = this.#convert(call, answer, head.kind === "live");
    const headers = {
      ...passedOn(answer.headers, joined),
      ...(converted === undefined ? {} : { "content-type": contentType(call) }),
    };
    return {
      status: answer.status,
      headers,
      body: converted ?? answer.body,
      outcome: outcome(answer.stored),
      originStatus: answer.status,
    };
  }

  /** The answer in the other form than it came in, where that is what the caller asked for. */
  #convert(call: Call, answer: WholeAnswer, cameAsEvents: boolean): Uint8Array | undefined {
    const { recording } = answer;
    if (cameAsEvents === call.facts.stream) return undefined;
    if (recording === undefined) {
      if (!cameAsEvents) return undefined;
      throw new OriginError("truncated", { message: "The origin reported an error in its stream." });
    }
    const view: ReplayView = { includeUsage: call.facts.includeUsage, zeroUsage: false };
    return call.facts.stream ? call.protocol.replayEvents(recording, view) : call.protocol.replayJson(recording, view);
  }

  /** The origin failed: an entry kept in reserve answers, otherwise the failure does, shared by all who waited. */
  #failed(call: Call, failure: FlightFailure, miss: Miss, joined: boolean, flight?: Flight): Answer {
    const aborted = "error" in failure && failure.error.failure === "aborted";
    if (flight !== undefined && !aborted && (flight.followers > 0 || miss.reserve !== undefined))
      this.#parts.flights.share(miss.slot, failure);
    if (miss.reserve !== undefined) return this.#replay(call, miss.reserve, "sie");
    if ("answer" in failure) {
      const { status, headers, body, stored } = failure.answer;
      const outcome: Outcome = joined ? { kind: "coalesced", stored } : { kind: "miss", reason: miss.reason, stored };
      return { status, headers: passedOn(headers, joined), body, outcome, originStatus: status };
    }
    return this.#refusal(
      call,
      failure.error.status,
      { kind: "error", code: failure.error.code },
      failure.error.code,
      failure.error.message,
    );
  }

  #replay(call: Call, found: FoundEntry, stale: "swr" | "sie" | "max_stale" | undefined): Answer {
    const { clock, replayer } = this.#parts;
    const { lifetime } = found.entry;
    const now = clock.now();
    const times = {
      layer: "exact",
      entry: found.id,
      ageMs: Math.max(0, now - lifetime.createdAt),
      ttlMs: lifetime.staleAt - now,
    } as const;
    const view: ReplayView = { includeUsage: call.facts.includeUsage, zeroUsage: call.policy.hitUsage === "zero" };
    return {
      status: 200,
      headers: { "content-type": contentType(call) },
      body: replayer.play(found.entry, call.protocol, call.facts.stream, view),
      outcome: stale === undefined ? { kind: "hit", ...times } : { kind: "stale", why: stale, ...times },
    };
  }

  /** Straight to the origin and back: no layer reads, writes or joins. */
  async #passBy(asked: Asked, caller: Caller, reason: BypassReason): Promise<Answer> {
    const { call } = asked;
    const outcome: Outcome = { kind: "bypass", reason };
    if (call.directives.onlyIfCached)
      return this.#refusal(
        call,
        504,
        outcome,
        "cache_miss",
        "The request said only-if-cached but no cache may answer it.",
      );
    const abort = new AbortController();
    caller.onAbandon(() => abort.abort(new OriginError("aborted", { message: "The caller went away." })));
    try {
      const { target, headers } = call;
      const body = asked.parsed().forward({ requestUsage: false });
      const response = await asked.origin.send({ method: "POST", target, headers, body }, abort.signal);
      return {
        status: response.status,
        headers: passedOn(response.headers, false),
        body: unrecorded(response.body, abort),
        outcome,
        originStatus: response.status,
      };
    } catch (error) {
      const failure =
        error instanceof OriginError
          ? error
          : new OriginError("unreachable", { message: "The origin call failed.", cause: error });
      return this.#refusal(call, failure.status, { kind: "error", code: failure.code }, failure.code, failure.message);
    }
  }

  #refusal(call: Call, status: number, outcome: Outcome, code: string, message: string): Answer {
    return {
      status,
      headers: { "content-type": "application/json" },
      body: call.protocol.renderError({ status, code, message }, "json"),
      outcome,
    };
  }

  #report(call: Call, answer: Answer, startedAt: number): void {
    const { clock, trace } = this.#parts;
    trace({
      type: "call-end",
      outcome: answer.outcome,
      protocol: call.protocol.name,
      model: call.facts.model,
      originId: call.originId,
      stream: call.facts.stream,
      durationMs: clock.monotonic() - startedAt,
    });
  }
}
