import type { Clock } from "../core/clock.ts";
import { withDeadline } from "../core/deadline.ts";
import { entryId } from "../core/entry-id.ts";
import type { RecordTicket } from "../core/layer.ts";
import { pendingStored, type Stored } from "../core/outcome.ts";
import type { StoreRefusal } from "../core/outcome-reasons.ts";
import { SingleFlight } from "../core/single-flight.ts";
import type { Trace } from "../core/trace.ts";
import { cutByLimits, shareTokens } from "../layers/embedding/batch-split.ts";
import type { EmbeddingLayer, VectorWrite } from "../layers/embedding/embedding-layer.ts";
import { mayShareAnswer } from "../policy/joining.ts";
import { sameModelFamily } from "../policy/model-family.ts";
import {
  type Batch,
  type BatchFailure,
  type Compute,
  type ComputedVectors,
  type FlightResult,
  type PlacedVector,
  VectorFlight,
} from "./embedding-batch.ts";
import { byKeeping } from "./kept-vectors.ts";

/**
 * Requests to origins that are under way, each for several inputs. A batch joins those that have what it wants, and
 * begins others for the rest.
 *
 * A failure is shared by all who wait, and stands for a short back-off. Where the provider refuses an input, though, that
 * is no failure of those which were sent along with it: who waits for one of those asks for itself.
 */

export interface EmbeddingFlightsParts {
  readonly layer: EmbeddingLayer;
  readonly clock: Clock;
  readonly trace: Trace;
  readonly backoffMs: number;
  /** Its name, to tell what was slow. */
  readonly store: string;
  /** How long a call waits for the store on its way to the origin. */
  readonly lookupBudgetMs: number;
}

/** The requests that together have what a batch wants; they go on while it holds them. */
export interface Boarded {
  readonly own: readonly VectorFlight[];
  readonly joined: readonly VectorFlight[];
  leave(): void;
}

/** What a slow store may add to an answer; after it the answer goes out and the writing goes on. */
const settleBudgetMs = 25;

export class EmbeddingFlights {
  readonly #parts: EmbeddingFlightsParts;
  readonly #flights: SingleFlight<VectorFlight, BatchFailure>;
  readonly #storing = new Set<Promise<Stored>>();

  constructor(parts: EmbeddingFlightsParts) {
    this.#parts = parts;
    this.#flights = new SingleFlight(parts.clock, parts.backoffMs);
  }

  /** Resolves when what was computed until now is in the store, as far as it takes it. */
  async stored(): Promise<void> {
    await Promise.all(this.#storing);
  }

  /** The failure that still stands for one of these inputs. */
  standing({ slots }: Batch, positions: readonly number[]): BatchFailure | undefined {
    for (const position of positions) {
      const failure = this.#flights.failure(slots[position] as string);
      if (failure !== undefined) return failure;
    }
    return undefined;
  }

  async board(batch: Batch, positions: readonly number[], compute: Compute): Promise<Boarded> {
    const known = new Map<VectorFlight, boolean>();
    const found = new Map<string, VectorFlight>();
    for (;;) {
      this.#find(batch, positions, known, found);
      const unknown = [...new Set(found.values())].filter((flight) => !known.has(flight));
      // From looking to beginning nothing is awaited: who comes in the same moment finds what was begun.
      if (unknown.length === 0) break;
      await Promise.all(unknown.map(async (flight) => known.set(flight, await this.#isCurrent(flight))));
    }
    const toAsk = positions.filter((position) => !found.has(batch.slots[position] as string));
    const own = cutByLimits(toAsk, batch.inputs, batch.limits).map((run) => this.#begin(batch, run, compute));
    const joined = [...new Set(found.values())];
    for (const flight of joined) {
      flight.followers++;
      this.#parts.trace({ type: "flight-join", originCall: flight.originCall });
    }
    const releases = [...own, ...joined].map((flight) => flight.hold());
    const leave = (): void => {
      for (const release of releases) release();
    };
    return { own, joined, leave };
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
    const isOpen = (flight: VectorFlight | undefined): flight is VectorFlight =>
      flight !== undefined && !flight.isAborted && known.get(flight) !== false;
    for (const position of positions) {
      const slot = batch.slots[position] as string;
      if (isOpen(found.get(slot))) continue;
      const flight = this.#flights.current(slot);
      if (isOpen(flight) && mayJoin(batch, flight)) found.set(slot, flight);
      else found.delete(slot);
    }
  }

  async #isCurrent(flight: VectorFlight): Promise<boolean> {
    const ticket = await flight.ticket;
    // Nobody knows what one began under that has none.
    return ticket !== undefined && this.#parts.layer.isCurrent(flight.batch, ticket);
  }

  #begin(batch: Batch, positions: readonly number[], compute: Compute): VectorFlight {
    const { clock, layer, lookupBudgetMs } = this.#parts;
    const prepared = layer.prepare(batch).catch(() => undefined);
    // Whatever memory does not know is looked for before the vectors are stored.
    const atHand = () => layer.prepare(batch, "memory");
    const ticket = Promise.resolve(withDeadline(prepared, lookupBudgetMs, clock, atHand));
    const flight: VectorFlight = new VectorFlight(batch, positions, ticket, async (signal) => {
      const before = await ticket;
      flight.hasBegun = true;
      const result = await this.#run(flight, before, compute, signal);
      if (result.ok) return result;
      this.#land(flight);
      if (flight.isShared(result.failure)) for (const slot of flight.slots) this.#flights.share(slot, result.failure);
      return result;
    });
    for (const slot of flight.slots) {
      // A vector whose computing began earlier must not take the place of the one that is asked for now.
      if (!batch.directives.read) this.#flights.current(slot)?.replaced.add(slot);
      this.#flights.begin(slot, flight);
    }
    return flight;
  }

  #land(flight: VectorFlight): void {
    for (const slot of flight.slots) this.#flights.release(slot, flight);
  }

  async #run(
    flight: VectorFlight,
    ticket: RecordTicket | undefined,
    compute: Compute,
    signal: AbortSignal,
  ): Promise<FlightResult> {
    const { batch, positions, slots } = flight;
    const computation = await compute(positions, signal, flight.originCall);
    if (!computation.ok) return computation;
    const { computed } = computation;
    const failure = lengthFailure(batch, positions, computed.vectors);
    if (failure !== undefined) return { ok: false, failure };
    const inputs = positions.map((position) => batch.inputs[position] as Batch["inputs"][number]);
    const shares = shareTokens(computed.tokens, inputs);
    const bySlot = new Map<string, PlacedVector>();
    for (const [place, slot] of slots.entries()) {
      const vector = computed.vectors[place] as Uint8Array;
      bySlot.set(slot, { vector, tokens: shares[place], model: computed.model, source: "asked" });
    }
    const storing = this.#store(flight, ticket, computed, bySlot);
    this.#storing.add(storing);
    storing.then(() => {
      this.#storing.delete(storing);
      // Whoever asks before that joins, since in the store nothing would be found.
      this.#land(flight);
    });
    const stored = await withDeadline(storing, settleBudgetMs, this.#parts.clock, () => pendingStored);
    return { ok: true, bySlot, stored };
  }

  /** Never throws. */
  async #store(
    { batch, positions, slots, replaced }: VectorFlight,
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
    const vectors = slots.flatMap((slot, place) => {
      if (replaced.has(slot)) return [];
      const { vector, tokens } = bySlot.get(slot) as PlacedVector;
      const origin = batch.originOf(positions[place] as number);
      return [[place, { slot, record: { vector, tokens, model: computed.model, origin } }] as const];
    });
    if (vectors.length === 0) return refuse("generation_changed");
    const results: VectorWrite[] = [];
    try {
      const kept = byKeeping(batch, computed, vectors, trace);
      if (kept.length === 0) return refuse("personal_data");
      for (const group of kept) {
        const written = await layer.record(group.batch, ticket, group.vectors, batch.protocol);
        if (typeof written === "string") return refuse(written);
        for (const [index, result] of written.entries()) {
          const bytes = group.vectors[index]?.record.vector.length ?? 0;
          trace({ type: "entry-write", layer: layer.name, result, bytes });
        }
        results.push(...written);
      }
      if (results.every((result) => result === "stored"))
        return { state: "stored", entry: entryId(batch.principal.tenant, kept[0]?.vectors[0]?.slot ?? "") };
      return { state: "refused", reason: results.includes("declined") ? "too_large" : "store_unavailable" };
    } catch {
      return refuse("store_unavailable");
    }
  }
}

/** Who wants nothing that is stored does not want either what was being computed before it asked (RFC 9111 section 5.2.1.4). */
function mayJoin(batch: Batch, flight: VectorFlight): boolean {
  return (batch.directives.read || !flight.hasBegun) && mayShareAnswer(batch, flight.batch);
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
