import type { Charge } from "./core/allowance.ts";
import type { Answer } from "./core/answer.ts";
import type { Asked, Call, Caller } from "./core/call.ts";
import type { Clock } from "./core/clock.ts";
import { withDeadline } from "./core/deadline.ts";
import { EntryIds, entryId } from "./core/entry-id.ts";
import { OriginError } from "./core/errors.ts";
import type { Generation } from "./core/generations.ts";
import type { AnswerLayer, FoundEntry, Lookup } from "./core/layer.ts";
import { chain } from "./core/maybe-promise.ts";
import { type Outcome, pendingStored, type Stored } from "./core/outcome.ts";
import type { SingleFlight } from "./core/single-flight.ts";
import type { MaybePromise } from "./core/store.ts";
import type { Trace } from "./core/trace.ts";
import type { Costs } from "./costs.ts";
import type { Fleet } from "./fleet/fleet.ts";
import type { Following } from "./fleet/fleet-parts.ts";
import { FleetSeat } from "./fleet/fleet-seat.ts";
import { LeaderLostError } from "./fleet/leader-lost-error.ts";
import { isOriginFailure, passedOn } from "./flights/answer-forms.ts";
import type { Boarding, TakeOff } from "./flights/boarding.ts";
import type { CacheMarking } from "./flights/cache-marking.ts";
import { expectedOf, limitReached, settleAtEnd, spendAnswer, whenCharged } from "./flights/charging.ts";
import { lookUp, satisfying } from "./flights/exact-lookup.ts";
import type { FanOutGate } from "./flights/fan-out-gate.ts";
import { Flight } from "./flights/flight.ts";
import type { Patience } from "./flights/flight-holders.ts";
import type { FlightLimits } from "./flights/flight-parts.ts";
import { askedWithTagsOf } from "./flights/inherited-tags.ts";
import { mayJoin, placeOf } from "./flights/joining.ts";
import { land } from "./flights/landing.ts";
import { asOriginError, type CompleteAnswer, type WholeAnswer } from "./flights/origin-answer.ts";
import { cacheMiss, failureOf, type Passage, passBy } from "./flights/pass-by.ts";
import { heldFor, tellPersonalData } from "./flights/personal-answer.ts";
import { withinLimits } from "./flights/prepaid.ts";
import { reportAnswer } from "./flights/report-answer.ts";
import { orNotKept, settle } from "./flights/settlement.ts";
import { isStillCurrent } from "./flights/still-current.ts";
import { storedAnswer } from "./flights/stored-answer.ts";
import { UsageRefusals } from "./flights/usage-refusals.ts";
import type { Replayer } from "./layers/exact/replay.ts";
import { bypassReason, mayStore } from "./policy/eligibility.ts";
import type { RepeatWatch } from "./policy/stochastic.ts";
import type { LikeAnswer, SemanticPath } from "./semantic/semantic-path.ts";
import type { Concealment } from "./sharing/concealment.ts";

/**
 * THE MAIN PATH.
 *
 *   policy ─ exact.lookup ─ semantic.find ─ single flight ─ origin ─ admission ─ exact.record ─ answer
 *
 * Layers return values; only this file decides, counts and answers.
 */

export interface PipelineParts {
  readonly exact: AnswerLayer;
  /** `undefined` where like questions are not looked at. */
  readonly semantic: SemanticPath | undefined;
  readonly replayer: Replayer;
  readonly flights: SingleFlight<Flight, FlightFailure>;
  readonly repeats: RepeatWatch;
  readonly clock: Clock;
  readonly trace: Trace;
  readonly costs: Costs;
  /** Marks prompts for the caches of providers. */
  readonly marking: CacheMarking | undefined;
  /** Lets one go first of those that begin alike. */
  readonly fanOut: FanOutGate | undefined;
  readonly limits: FlightLimits;
  /** Its name, to tell what was slow. */
  readonly store: string;
  /** How long a call waits for the store on its way to the origin. */
  readonly lookupBudgetMs: number;
  readonly patience: Patience;
  /** What members of shared scopes may not find out. */
  readonly concealment?: Pick<Concealment, "wouldShow">;
  /** The other processes that share the store, where there are any. */
  readonly fleet: Fleet | undefined;
}

/** Why an origin call gave nothing that could be kept or shared as an answer. */
export type FlightFailure = { readonly error: OriginError } | { readonly answer: WholeAnswer };

type Miss = Extract<Lookup, { kind: "miss" }>;

export class Pipeline {
  readonly #parts: PipelineParts;
  readonly #ids = new EntryIds();
  readonly #passage: Passage;
  /** Origin calls that go on although their callers have left. */
  readonly #detached = new Set<Flight>();
  /** Complete answers on their way into the store. */
  readonly #storing = new Set<Promise<Stored>>();

  constructor(parts: PipelineParts) {
    this.#parts = parts;
    this.#passage = { ...parts, usageRefusals: new UsageRefusals() };
  }

  /** Answers the call. Never throws: what goes wrong is an answer with outcome `error`. */
  handle(asked: Asked, caller: Caller): MaybePromise<Answer> {
    const startedAt = this.#parts.clock.monotonic();
    const decide = (within: Caller) => this.#decide(asked, within);
    return chain(withinLimits(asked.call, caller, this.#parts, decide), (answer) => {
      reportAnswer(this.#parts, asked.call, answer, startedAt);
      return answer;
    });
  }

  /** Resolves when all answers that are complete now are stored. */
  async stored(): Promise<void> {
    await Promise.allSettled(this.#storing);
  }

  /** Ends what nobody waits for. Resolves when all answers that are complete are stored; to be awaited before the store is closed. */
  async close(): Promise<void> {
    for (const flight of [...this.#detached]) flight.abandon();
    await this.stored();
  }

  #decide(asked: Asked, caller: Caller): MaybePromise<Answer> {
    const { call } = asked;
    const bypass = bypassReason(call);
    if (bypass !== undefined) return this.#bypass(asked, caller, { kind: "bypass", reason: bypass });
    const again = this.#parts.repeats.isRepeat(call, this.#parts.clock.now());
    if (!call.directives.read || call.directives.refresh || again) {
      return chain(this.#slotToFill(call), (slot) =>
        this.#ask(asked, caller, { kind: "miss", reason: "refresh", slot, reserve: undefined }),
      );
    }
    return chain(this.#lookup(call), (lookup) => {
      if (lookup.kind !== "miss") return this.#serve(asked, caller, lookup);
      const { semantic } = this.#parts;
      return semantic?.serves(call) === true
        ? this.#askAlike(asked, caller, lookup, semantic)
        : this.#ask(asked, caller, lookup);
    });
  }

  #lookup(call: Call): MaybePromise<Lookup> {
    return lookUp(this.#parts, call);
  }

  /** Nothing is stored for the very same call: perhaps for one that asks the same in other words. */
  async #askAlike(asked: Asked, caller: Caller, miss: Miss, semantic: SemanticPath): Promise<Answer> {
    const like = await semantic.find(asked);
    if (like === undefined) return this.#ask(asked, caller, miss);
    const answer = this.#replay(asked.call, like.found, undefined, like);
    if (this.#parts.concealment?.wouldShow(asked.call, answer) === true) return this.#ask(asked, caller, miss);
    if (like.isToBeAudited) this.#refresh(asked, caller, asked.call.key);
    return answer;
  }

  /** Where a new answer goes that nobody looked up before: of several variants, the one that is missing or was meant. */
  #slotToFill(call: Call): MaybePromise<string> {
    if (call.variants === 1) return call.key;
    return chain(this.#lookup(call), (lookup) => (lookup.kind === "miss" ? lookup.slot : lookup.found.id));
  }

  #serve(asked: Asked, caller: Caller, lookup: Exclude<Lookup, Miss>): MaybePromise<Answer> {
    const { id } = lookup.found;
    const answer = this.#replay(asked.call, lookup.found, lookup.kind === "hit" ? undefined : lookup.why);
    if (this.#parts.concealment?.wouldShow(asked.call, answer) === true)
      return this.#ask(asked, caller, { kind: "miss", reason: "refresh", slot: id, reserve: undefined });
    if (lookup.kind === "stale" && lookup.why === "swr" && !asked.call.directives.onlyIfCached)
      this.#refresh(askedWithTagsOf(asked, lookup.found), caller, id);
    return answer;
  }

  /** Computes a new answer in the background, once, if the limits of the caller who noticed allow it. */
  #refresh(asked: Asked, caller: Caller, slot: string): void {
    const { flights } = this.#parts;
    const place = placeOf(asked.call, slot);
    const isBusy = () => flights.failure(place) !== undefined || flights.current(place)?.isOpen === true;
    if (isBusy() || !mayStore(asked.call)) return;
    void whenCharged(asked.call, caller, this.#parts, (charge) => {
      if (isBusy()) charge?.settle("unasked");
      else this.#refreshNow(asked, slot, charge);
    });
  }

  #refreshNow(asked: Asked, slot: string, charge: Charge | undefined): void {
    const { flights } = this.#parts;
    const place = placeOf(asked.call, slot);
    const flight = this.#takeOff(asked, slot, { charge });
    const release = flight.hold();
    flight.complete
      .then(
        (answer) => answer.status >= 400 && flights.share(place, { answer }),
        (error: OriginError) => !(error instanceof LeaderLostError) && flights.share(place, { error }),
      )
      .finally(release);
  }

  /** The cache cannot answer: join the call in flight, or make it. */
  async #ask(asked: Asked, caller: Caller, miss: Miss, following: Following = "live"): Promise<Answer> {
    const { call } = asked;
    const { clock, costs, flights } = this.#parts;
    if (call.directives.onlyIfCached) {
      const outcome: Outcome = { kind: "miss", reason: miss.reason, stored: pendingStored };
      const message = "There is no stored answer and the request said only-if-cached.";
      return cacheMiss(call, outcome, message);
    }
    const standing = flights.failure(placeOf(call, miss.slot));
    if (standing !== undefined) return this.#failed(call, standing, miss, true);

    const boarding = await this.#board(asked, caller, miss, following);
    if ("refusal" in boarding) return limitReached(call, boarding.refusal);
    const { flight, seat, joined } = boarding;
    let isGone = false;
    caller.onAbandon(() => {
      isGone = true;
      seat.leave();
    });
    try {
      const head = await flight.head;
      if (isGone) throw new OriginError("aborted", { message: "The caller went away." });
      if (head.kind === "whole" && isOriginFailure(head.answer.status))
        return this.#failed(call, { answer: head.answer }, miss, joined || flight.isFollower, flight);
      const shared = joined || flight.isFollower;
      const landing = land(asked, caller, { flight, head, joined: shared, reason: miss.reason, parts: this.#passage });
      seat.decided();
      const answer = await landing;
      if (answer.outcome.kind === "coalesced") costs.saveByJoining(call, caller, flight.complete, () => clock.now());
      return { ...answer, complete: flight.complete };
    } catch (error) {
      // Nothing was handed to this caller yet.
      if (error instanceof LeaderLostError) return this.#ask(asked, caller, miss, error.again);
      return this.#failed(call, { error: asOriginError(error) }, miss, joined, flight);
    } finally {
      seat.leave();
    }
  }

  /** A place in the flight that is in the air, or in a new one, at the caller's charge: `charge`, where it is taken already. */
  async #board(asked: Asked, caller: Caller, miss: Miss, following: Following, charge?: Charge): Promise<Boarding> {
    const { slot, reason } = miss;
    const { exact, flights, trace } = this.#parts;
    const { call } = asked;
    const place = placeOf(call, slot);
    for (let flight = flights.current(place); flight?.isOpen === true; flight = flights.current(place)) {
      if (!mayJoin(call, flight)) break;
      const seat = flight.board();
      if (await isStillCurrent(exact, flight.call, flight.ticket)) {
        flight.followers++;
        trace({ type: "flight-join", originCall: flight.originCall });
        charge?.settle("unasked");
        return { flight, seat, joined: true };
      }
      seat.leave();
      if (flights.current(place) === flight) break;
    }
    if (charge === undefined && caller.allowance !== undefined) {
      const taking = await caller.allowance.take(expectedOf(call, this.#parts));
      // Another one may have taken off meanwhile.
      return taking.ok ? this.#board(asked, caller, miss, following, taking.charge) : taking;
    }
    const flight = this.#takeOff(asked, slot, { following, isInTime: reason !== "store_unavailable", charge });
    return { flight, seat: flight.board(), joined: false };
  }

  /** A store that could not be waited for is not waited for again. */
  #takeOff(asked: Asked, slot: string, { following = "live", isInTime = true, charge }: TakeOff): Flight {
    const { call } = asked;
    const { clock, exact, fleet, flights, limits, lookupBudgetMs, patience, replayer, semantic, trace } = this.#parts;
    tellPersonalData(call, trace);
    // Whatever memory does not know is looked for before the answer is stored.
    const atHand = () => exact.prepare(call, "memory");
    const prepared = () => exact.prepare(call).catch(() => undefined);
    const prepare = async () => (isInTime ? withDeadline(prepared(), lookupBudgetMs, clock, atHand) : atHand());
    const find = async () => {
      const lookup = await satisfying(call)(await exact.lookup(call, "latest"));
      return lookup.kind === "hit" ? lookup.found : undefined;
    };
    const areCurrent = (generations: readonly Generation[]) => exact.areCurrent(call, generations);
    const place = placeOf(call, slot);
    const shared = isInTime && call.sharing === undefined ? fleet : undefined;
    const seat = new FleetSeat({ fleet: shared, replayer, asked, slot, following, find, areCurrent });
    const judged = async (own: CompleteAnswer) => {
      const { expectations } = asked.parsed();
      const question = semantic?.keptQuestion(asked);
      const held = heldFor(asked, own, trace);
      const stored = await settle({ layer: exact, trace }, held, slot, expectations, own, question);
      // An answer that holds personal data is one to this very question alone.
      if (held === call) semantic?.settled(asked, slot, own, stored);
      return stored;
    };
    const flight: Flight = new Flight(asked, {
      clock,
      trace,
      limits: { ...limits, maxEntryBytes: Math.min(limits.maxEntryBytes, call.policy.maxEntryBytes) },
      // What is not to be stored has no use to anybody who is not there.
      patience: { ...patience, finishDetached: patience.finishDetached && mayStore(call) },
      wishes: this.#passage,
      prepare,
      ask: (compute, ticket, signal) => seat.ask(compute, ticket, signal),
      isWantedElsewhere: seat.isWantedElsewhere,
      settle: (answer) => {
        if (!flight.isFollower) spendAnswer(call, answer, this.#parts, charge);
        return this.#stored(seat.settle(answer, (own) => orNotKept({ layer: exact, trace }, judged(own))));
      },
      onClosed: () => flights.release(place, flight),
      onDetached: (isDetached) => (isDetached ? this.#detached.add(flight) : this.#detached.delete(flight)),
    });
    flight.complete.catch((error: OriginError) => seat.failed(error));
    if (charge !== undefined) settleAtEnd(flight, charge);
    // An answer whose computing began earlier must not take the place of the one that is asked for now.
    if (!call.directives.read) flights.current(place)?.replace();
    flights.begin(place, flight);
    flight.start();
    return flight;
  }

  #stored(storing: Promise<Stored>): Promise<Stored> {
    this.#storing.add(storing);
    return storing.finally(() => this.#storing.delete(storing));
  }

  /** The origin failed: an entry kept in reserve answers, otherwise the failure does, shared by all who waited. */
  #failed(call: Call, failure: FlightFailure, miss: Miss, joined: boolean, flight?: Flight): Answer {
    const aborted = "error" in failure && failure.error.failure === "aborted";
    const isOrigins = "answer" in failure || flight?.hasFailed === true;
    if (flight !== undefined && isOrigins && !aborted && (flight.followers > 0 || miss.reserve !== undefined))
      this.#parts.flights.share(placeOf(call, miss.slot), failure);
    if (miss.reserve !== undefined) return this.#replay(call, miss.reserve, "sie");
    if ("answer" in failure) {
      const { status, headers, body, stored } = failure.answer;
      const outcome: Outcome = joined ? { kind: "coalesced", stored } : { kind: "miss", reason: miss.reason, stored };
      return { status, headers: passedOn(headers, joined), body, outcome, originStatus: status };
    }
    return failureOf(call, failure.error);
  }

  #replay(call: Call, found: FoundEntry, stale: "swr" | "sie" | "max_stale" | undefined, like?: LikeAnswer): Answer {
    const { entry, id } = found;
    const shownAs = like === undefined ? this.#ids.of(entry, id) : entryId(entry.tenant, id, like.question);
    const layer = like === undefined ? "exact" : "semantic";
    const shown = { layer, entry: shownAs, similarity: like?.candidate.similarity } as const;
    return storedAnswer(call, found, stale, shown, this.#parts);
  }

  #bypass(asked: Asked, caller: Caller, outcome: Outcome): MaybePromise<Answer> {
    tellPersonalData(asked.call, this.#parts.trace);
    if (!asked.call.directives.onlyIfCached) return passBy(asked, caller, outcome, this.#passage);
    const message = "The request said only-if-cached but no cache may answer it.";
    return cacheMiss(asked.call, outcome, message);
  }
}
