import type { Caller } from "../core/call.ts";
import { withDeadline } from "../core/deadline.ts";
import type { Lifetime } from "../core/freshness.ts";
import { isPromise } from "../core/maybe-promise.ts";
import { pendingStored, type Stored } from "../core/outcome.ts";
import type { MissReason } from "../core/outcome-reasons.ts";
import type { MaybePromise } from "../core/store.ts";
import { firstPositions } from "../layers/embedding/batch-split.ts";
import type { VectorLookup } from "../layers/embedding/embedding-layer.ts";
import type { Batch, BatchFailure, Compute, PlacedVector, VectorFlight } from "./embedding-batch.ts";
import { EmbeddingFlights, type EmbeddingFlightsParts } from "./embedding-flights.ts";

/**
 * Vectors for a batch, from wherever they are: stored, being computed for somebody else, or computed now. Each input is
 * computed once, however often it stands in the batch and whoever else asks for it at the same time.
 *
 * Vectors of one batch are comparable: they come from one model and those with the same parameters have one length.
 * Where what is stored and what comes back now differ in that, what is stored is out of date, and is asked for again.
 */

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

type Draft = (PlacedVector | undefined)[];

export class EmbeddingBatches {
  readonly #parts: EmbeddingFlightsParts;
  readonly #flights: EmbeddingFlights;

  constructor(parts: EmbeddingFlightsParts) {
    this.#parts = parts;
    this.#flights = new EmbeddingFlights(parts);
  }

  /** To be awaited before the store is closed. */
  stored(): Promise<void> {
    return this.#flights.stored();
  }

  /** A store that fails is a miss: it never fails the call. */
  lookup(batch: Batch): MaybePromise<readonly VectorLookup[]> {
    const { clock, layer, lookupBudgetMs, store, trace } = this.#parts;
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
      const lookups = withDeadline(layer.lookup(batch, slots), lookupBudgetMs, clock, () => {
        trace({ type: "store-fault", store, operation: "lookup", kind: "timeout" });
        const copies = layer.lookup(batch, slots, "memory");
        return isPromise(copies) ? absent() : copies.map(orUnavailable);
      });
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
    const standing = this.#flights.standing(batch, positions);
    if (standing !== undefined) return { ok: false, failure: standing, joined: true };
    const { own, joined, leave } = await this.#flights.board(batch, positions, compute);
    caller.onAbandon(leave);
    const flights = [...own, ...joined];
    const results = await Promise.all(flights.map((flight) => flight.result));
    leave();
    const wanted = new Set(positions.map((position) => slots[position] as string));
    const bySlot = new Map<string, PlacedVector>();
    const refused = new Set<string>();
    let stored: Stored | undefined;
    for (const [index, result] of results.entries()) {
      const flight = flights[index] as VectorFlight;
      const isOwn = index < own.length;
      if (!result.ok) {
        if (isOwn || !flight.isOthers(result.failure, wanted))
          return { ok: false, failure: result.failure, joined: !isOwn };
        for (const slot of flight.slots) refused.add(slot);
        continue;
      }
      // Of several that were stored and one that was not, the one is told.
      if (stored === undefined || (isOwn && stored.state !== "refused")) stored = result.stored;
      for (const [slot, place] of result.bySlot) bySlot.set(slot, isOwn ? place : { ...place, source: "joined" });
    }
    for (const [position, slot] of slots.entries())
      if (wanted.has(slot) && bySlot.has(slot)) draft[position] = bySlot.get(slot);
    let asked = own.reduce((sum, flight) => sum + flight.slots.length, 0);
    const open = positions.filter((position) => refused.has(slots[position] as string));
    if (open.length > 0) {
      const rest = await this.#fill(batch, draft, open, caller, compute);
      if (!rest.ok) return rest;
      asked += rest.asked;
      stored ??= rest.stored;
    }
    return { ok: true, asked, stored: stored ?? pendingStored };
  }
}

/** What memory does not have may well be stored. */
function orUnavailable(lookup: VectorLookup): VectorLookup {
  return lookup.kind === "miss" ? { kind: "miss", reason: "store_unavailable" } : lookup;
}

function pick({ vector, tokens, model }: Omit<PlacedVector, "source">): Omit<PlacedVector, "source"> {
  return { vector, tokens, model };
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
