import type { Caller } from "./core/call.ts";
import type { Clock } from "./core/clock.ts";
import { withDeadline } from "./core/deadline.ts";
import type { Lifetime } from "./core/freshness.ts";
import type { RecordTicket } from "./core/layer.ts";
import { isPromise } from "./core/maybe-promise.ts";
import { pendingStored, type Stored } from "./core/outcome.ts";
import type { MissReason, StoreRefusal } from "./core/outcome-reasons.ts";
import { SingleFlight } from "./core/single-flight.ts";
import type { MaybePromise } from "./core/store.ts";
import type { Trace } from "./core/trace.ts";
import {
  type Batch,
  type BatchFailure,
  type Compute,
  type ComputedVectors,
  type FlightResult,
  type PlacedVector,
  VectorFlight,
} from "./embedding-batch.ts";
import { cutByLimits, firstPositions, shareTokens } from "./layers/embedding/batch-split.ts";
import type { EmbeddingLayer, VectorLookup } from "./layers/embedding/embedding-layer.ts";
import { sameModelFamily } from "./policy/model-family.ts";

/**
 * Vectors for a batch, from wherever they are: stored, being computed for somebody else, or computed now. Each input is
 * computed once, however often it stands in the batch and whoever else asks for it at the same time.
 *
 * Vectors of one batch are comparable: they come from one model and those with the same parameters have one length.
 * Where what is stored and what comes back now differ in that, what is stored is out of date, and is asked for again.
 */

export interface EmbeddingBatchesParts {
  readonly layer: EmbeddingLayer;
  readonly clock: Clock;
  readonly trace: Trace;
  readonly backoffMs: number;
}

export interface Gathered {
  /** In the order of the batch. */
  readonly places: readonly PlacedVector[];
  /** Inputs by where their vector came from; duplicates count each. */
  readonly cached: number;
  /** How many inputs origins were asked for by this call. */
  readonly asked: number;
  readonly joined: number;
  readonly reason: MissReason;
  readonly stored: Stored;
  /** Of the oldest and of the first to end; `undefined` when nothing stored was used. */
  readonly lifetime: Pick<Lifetime, "createdAt" | "staleAt"> | undefined;
}

export type Gathering =
  | { readonly ok: true; readonly gathered: Gathered }
  | { readonly ok: false; readonly failure: BatchFailure; readonly joined: boolean; readonly reason: MissReason };

/** What a slow store may add to an answer; after it the answer goes out and the writing goes on. */
const settleBudgetMs = 25;

type Draft = (PlacedVector | undefined)[];

export class EmbeddingBatches {
  readonly #parts: EmbeddingBatchesParts;
  readonly flights: SingleFlight<VectorFlight, BatchFailure>;

  constructor(parts: EmbeddingBatchesParts) {
    this.#parts = parts;
    this.flights = new SingleFlight(parts.clock, parts.backoffMs);
  }

  /** A store that fails is a miss: it never fails the call. */
  lookup(batch: Batch): MaybePromise<readonly VectorLookup[]> {
    const { clock, layer, trace } = this.#parts;
    const { directives, slots } = batch;
    if (!directives.read || directives.refresh) return slots.map(() => ({ kind: "miss", reason: "refresh" }));
    const startedAt = clock.monotonic();
    const absent = (): readonly VectorLookup[] => slots.map(() => ({ kind: "miss", reason: "store_unavailable" }));
    const told = (lookups: readonly VectorLookup[]): readonly VectorLookup[] => {
      const missed = lookups.find((lookup) => lookup.kind === "miss");
      const result =
        missed === undefined ? { result: "hit" as const } : { result: "miss" as const, reason: missed.reason };
      trace({ type: "lookup-end", layer: layer.name, ...result, durationMs: clock.monotonic() - startedAt });
      return lookups;
    };
    try {
      const lookups = layer.lookup(batch, slots);
      return isPromise(lookups) ? lookups.catch(absent).then(told) : told(lookups);
    } catch {
      return told(absent());
    }
  }

  /** `undefined` unless every vector is stored and all are of one kind. */
  allStored(batch: Batch, lookups: readonly VectorLookup[]): Gathered | undefined {
    const places: PlacedVector[] = [];
    let createdAt = Number.POSITIVE_INFINITY;
    let staleAt = Number.POSITIVE_INFINITY;
    for (const lookup of lookups) {
      if (lookup.kind === "miss") return undefined;
      const { vector, tokens, model } = lookup.record;
      places.push({ vector, tokens, model, source: "cached" });
      createdAt = Math.min(createdAt, lookup.lifetime.createdAt);
      staleAt = Math.min(staleAt, lookup.lifetime.staleAt);
    }
    if (!isOfOneKind(batch, places)) return undefined;
    return {
      places,
      cached: places.length,
      asked: 0,
      joined: 0,
      reason: "absent",
      stored: pendingStored,
      lifetime: { createdAt, staleAt },
    };
  }

  /** Takes what is stored, waits for what is under way, and has the rest computed. */
  async gather(batch: Batch, lookups: readonly VectorLookup[], caller: Caller, compute: Compute): Promise<Gathering> {
    const draft: Draft = lookups.map((lookup) =>
      lookup.kind === "miss" ? undefined : { ...pick(lookup.record), source: "cached" },
    );
    const missed = lookups.find((lookup) => lookup.kind === "miss");
    const reason = missed?.kind === "miss" ? missed.reason : "expired";
    // When everything is stored and yet not of one kind, nothing says which is right: all of it is computed anew.
    const wanted = missed === undefined ? () => true : (position: number) => draft[position] === undefined;
    const first = await this.#fill(batch, draft, firstPositions(batch.slots, wanted), caller, compute);
    if (!first.ok) return { ...first, reason };
    let { asked, stored } = first;
    if (!isOfOneKind(batch, draft as PlacedVector[])) {
      const old = (position: number) => draft[position]?.source === "cached";
      const second = await this.#fill(batch, draft, firstPositions(batch.slots, old), caller, compute);
      if (!second.ok) return { ...second, reason };
      asked += second.asked;
      stored = second.stored;
    }
    const places = draft as PlacedVector[];
    if (!isOfOneKind(batch, places)) {
      const message = "The origin's vectors are not all of one model and one length";
      return { ok: false, failure: { kind: "unusable", code: "vectors_differ", message }, joined: false, reason };
    }
    const from = (source: PlacedVector["source"]) => places.filter((place) => place.source === source).length;
    return {
      ok: true,
      gathered: { places, cached: from("cached"), asked, joined: from("joined"), reason, stored, lifetime: undefined },
    };
  }

  /** Fills the places of these inputs and of all that are equal to them. */
  async #fill(
    batch: Batch,
    draft: Draft,
    positions: readonly number[],
    caller: Caller,
    compute: Compute,
  ): Promise<
    | { readonly ok: true; readonly asked: number; readonly stored: Stored }
    | { readonly ok: false; readonly failure: BatchFailure; readonly joined: boolean }
  > {
    const { slots } = batch;
    const standing = positions.map((position) => this.flights.failure(slots[position] as string)).find(Boolean);
    if (standing !== undefined) return { ok: false, failure: standing, joined: true };
    const known = new Map<VectorFlight, boolean>();
    const joinable = new Map<string, VectorFlight>();
    for (;;) {
      this.#find(batch, positions, known, joinable);
      const unknown = [...new Set(joinable.values())].filter((flight) => !known.has(flight));
      // From looking to beginning nothing is awaited: who comes in the same moment finds what was begun.
      if (unknown.length === 0) break;
      await Promise.all(unknown.map(async (flight) => known.set(flight, await this.#isCurrent(flight))));
    }
    const toAsk = positions.filter((position) => !joinable.has(slots[position] as string));
    const own = cutByLimits(toAsk, batch.inputs, batch.limits).map((run) => this.#begin(batch, run, compute));
    const joined = new Set(joinable.values());
    const flights = [...own, ...joined];
    for (const flight of joined) {
      flight.followers++;
      this.#parts.trace({ type: "flight-join" });
    }
    const releases = flights.map((flight) => flight.hold());
    const leave = (): void => {
      for (const release of releases) release();
    };
    caller.onAbandon(leave);
    const results = await Promise.all(flights.map((flight) => flight.result));
    leave();
    const bySlot = new Map<string, PlacedVector>();
    let stored: Stored = pendingStored;
    for (const [index, result] of results.entries()) {
      const isOwn = index < own.length;
      if (!result.ok) return { ok: false, failure: result.failure, joined: !isOwn };
      if (index === 0) stored = result.stored;
      for (const [slot, place] of result.bySlot) bySlot.set(slot, isOwn ? place : { ...place, source: "joined" });
    }
    const filled = new Set(positions.map((position) => slots[position] as string));
    for (const [position, slot] of slots.entries()) if (filled.has(slot)) draft[position] = bySlot.get(slot);
    return { ok: true, asked: toAsk.length, stored };
  }

  /**
   * Puts the flights under way for these inputs into `found`, by slot, and takes out those known to have begun before an
   * invalidation. One that was found stays there when it lands meanwhile: it has what is wanted.
   */
  #find(
    batch: Batch,
    positions: readonly number[],
    known: ReadonlyMap<VectorFlight, boolean>,
    found: Map<string, VectorFlight>,
  ): void {
    for (const position of positions) {
      const slot = batch.slots[position] as string;
      const mayJoin = (flight: VectorFlight) => !flight.isAborted && known.get(flight) !== false;
      const flight = [found.get(slot), this.flights.current(slot)].find((one) => one !== undefined && mayJoin(one));
      if (flight === undefined) found.delete(slot);
      else found.set(slot, flight);
    }
  }

  async #isCurrent(flight: VectorFlight): Promise<boolean> {
    const ticket = await flight.ticket;
    // Where the store cannot tell, no invalidation can have been acknowledged either.
    if (ticket === undefined) return true;
    return this.#parts.layer.isCurrent(flight.batch, ticket).catch(() => true);
  }

  #begin(batch: Batch, positions: readonly number[], compute: Compute): VectorFlight {
    const { flights } = this;
    const ticket = this.#parts.layer.prepare(batch).catch(() => undefined);
    const slots = positions.map((position) => batch.slots[position] as string);
    const flight = new VectorFlight(batch, positions, ticket, async (signal) => {
      const result = await this.#run(batch, positions, await ticket, compute, signal);
      for (const slot of slots) {
        flights.release(slot, flight);
        if (!result.ok && flight.followers > 0 && !isAbort(result.failure)) flights.share(slot, result.failure);
      }
      return result;
    });
    for (const slot of slots) flights.begin(slot, flight);
    return flight;
  }

  async #run(
    batch: Batch,
    positions: readonly number[],
    ticket: RecordTicket | undefined,
    compute: Compute,
    signal: AbortSignal,
  ): Promise<FlightResult> {
    const computation = await compute(positions, signal);
    if (!computation.ok) return computation;
    const { computed } = computation;
    const failure = lengthFailure(batch, positions, computed.vectors);
    if (failure !== undefined) return { ok: false, failure };
    const shares = shareTokens(
      computed.tokens,
      positions.map((position) => batch.inputs[position] as Batch["inputs"][number]),
    );
    const bySlot = new Map<string, PlacedVector>();
    for (const [place, position] of positions.entries()) {
      const vector = computed.vectors[place] as Uint8Array;
      const placed: PlacedVector = { vector, tokens: shares[place], model: computed.model, source: "asked" };
      bySlot.set(batch.slots[position] as string, placed);
    }
    const storing = this.#store(batch, positions, ticket, computed, bySlot);
    const stored = await withDeadline(storing, settleBudgetMs, this.#parts.clock, () => pendingStored);
    return { ok: true, bySlot, stored };
  }

  /** Never throws. */
  async #store(
    batch: Batch,
    positions: readonly number[],
    ticket: RecordTicket | undefined,
    computed: ComputedVectors,
    bySlot: ReadonlyMap<string, PlacedVector>,
  ): Promise<Stored> {
    const { layer, trace } = this.#parts;
    const refuse = (reason: StoreRefusal): Stored => {
      trace({ type: "entry-refuse", layer: layer.name, reason });
      return { state: "refused", reason };
    };
    const { directives, policy, model } = batch;
    if (!directives.write || directives.ttlMs === 0 || policy.ttlMs <= 0) return refuse("no_store");
    if (computed.noStore && policy.honourNoStore) return refuse("upstream_no_store");
    if (!policy.anyModel && !sameModelFamily(model, computed.model)) return refuse("model_mismatch");
    if (ticket === undefined) return refuse("store_unavailable");
    const vectors = positions.map((position) => {
      const slot = batch.slots[position] as string;
      const { vector, tokens } = bySlot.get(slot) as PlacedVector;
      return { slot, record: { vector, tokens, model: computed.model, origin: batch.originOf(position) } };
    });
    try {
      const written = await layer.record(batch, ticket, vectors, batch.protocol);
      if (typeof written === "string") return refuse(written);
      for (const [index, result] of written.entries())
        trace({ type: "entry-write", layer: layer.name, result, bytes: vectors[index]?.record.vector.length ?? 0 });
      if (written.every((result) => result === "stored")) return { state: "stored", entry: vectors[0]?.slot ?? "" };
      return { state: "refused", reason: written.includes("declined") ? "too_large" : "store_unavailable" };
    } catch {
      return refuse("store_unavailable");
    }
  }
}

function pick({ vector, tokens, model }: Omit<PlacedVector, "source">): Omit<PlacedVector, "source"> {
  return { vector, tokens, model };
}

function isAbort(failure: BatchFailure): boolean {
  return failure.kind === "error" && failure.error.failure === "aborted";
}

/** One model, and one length wherever the parameters are the same; what is not there yet does not count. */
function isOfOneKind(batch: Batch, places: readonly PlacedVector[]): boolean {
  const lengths = new Map<string, number>();
  const model = places[0]?.model;
  return places.every((place, position) => {
    const { parameters } = batch.inputs[position] as Batch["inputs"][number];
    const length = lengths.get(parameters);
    if (length === undefined) lengths.set(parameters, place.vector.length);
    return place.model === model && (length ?? place.vector.length) === place.vector.length;
  });
}

function lengthFailure(
  batch: Batch,
  positions: readonly number[],
  vectors: readonly Uint8Array[],
): BatchFailure | undefined {
  const lengths = new Map<string, number>();
  for (const [place, position] of positions.entries()) {
    const { parameters, dimensions } = batch.inputs[position] as Batch["inputs"][number];
    const has = (vectors[place]?.length ?? 0) / 4;
    const wanted = dimensions ?? lengths.get(parameters) ?? has;
    lengths.set(parameters, wanted);
    if (has === wanted) continue;
    const message = `The origin's vector for input ${position} has ${has} dimensions and not ${wanted}`;
    return { kind: "unusable", code: "wrong_length", message };
  }
  return undefined;
}
