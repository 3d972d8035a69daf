import type { BatchLimits, EmbeddingInput } from "../core/embedding-protocol.ts";
import type { OriginError } from "../core/errors.ts";
import type { RecordTicket } from "../core/layer.ts";
import type { HeaderMap } from "../core/origin.ts";
import type { Stored } from "../core/outcome.ts";
import type { OriginCall } from "../core/trace.ts";
import type { VectorCall } from "../layers/embedding/embedding-layer.ts";
import type { VectorOrigin } from "../layers/embedding/vector-record.ts";

/** A batch of inputs, what is computed for some of them, and why that may come to nothing. */

export type BatchInput = Pick<EmbeddingInput, "weight" | "tokens" | "dimensions" | "parameters">;

export interface Batch extends VectorCall {
  /** The key of each input; equal inputs have equal ones. */
  readonly slots: readonly string[];
  readonly inputs: readonly BatchInput[];
  readonly limits: BatchLimits;
  /** As asked. */
  readonly model: string;
  /** For whom reads the entries: the format, or `value` for those of the program. */
  readonly protocol: string;
  /** Where the input at a position belongs; only what is stored asks for it. */
  originOf(position: number): VectorOrigin;
}

/** What came back for the positions that were asked, in their order. */
export interface ComputedVectors {
  readonly vectors: readonly Uint8Array[];
  /** Of all together. */
  readonly tokens: number | undefined;
  readonly model: string;
  /** The origin asked not to store. */
  readonly noStore: boolean;
  /** Of the text at a place of `positions`, as JSON; absent where there are no texts to look at. */
  readonly textOf?: (place: number) => string;
}

export type BatchFailure =
  | { readonly kind: "error"; readonly error: OriginError }
  /** The provider refused, in its own words. */
  | { readonly kind: "answer"; readonly status: number; readonly headers: HeaderMap; readonly body: Uint8Array }
  /** The provider's reply is not what was asked for. */
  | { readonly kind: "unusable"; readonly code: string; readonly message: string }
  /** A function of the program threw. */
  | { readonly kind: "thrown"; readonly error: unknown };

export type Computation =
  | { readonly ok: true; readonly computed: ComputedVectors }
  | { readonly ok: false; readonly failure: BatchFailure };

/** Asks for the inputs at these positions. Never rejects. */
export type Compute = (
  positions: readonly number[],
  signal: AbortSignal,
  originCall?: OriginCall,
) => Promise<Computation>;

/** One vector in its place. */
export interface PlacedVector {
  readonly vector: Uint8Array;
  readonly tokens: number | undefined;
  readonly model: string;
  readonly source: "cached" | "asked" | "joined";
}

/** One request to the origin, and everybody who waits for it; aborted when nobody does any more. */
export class VectorFlight {
  readonly batch: Batch;
  readonly ticket: Promise<RecordTicket | undefined>;
  readonly positions: readonly number[];
  /** In the order of `positions`. */
  readonly slots: readonly string[];
  /** With the place of each vector by slot. */
  readonly result: Promise<FlightResult>;
  followers = 0;
  /** The origin has been asked. */
  hasBegun = false;
  /** For these slots newer vectors were asked for meanwhile, and are the ones to keep. */
  readonly replaced = new Set<string>();
  /** What its call to the origin is in the trace. */
  readonly originCall: OriginCall = Object.freeze({});
  readonly #abort = new AbortController();
  #holders = 0;
  #ended = false;

  constructor(
    batch: Batch,
    positions: readonly number[],
    ticket: Promise<RecordTicket | undefined>,
    run: (signal: AbortSignal) => Promise<FlightResult>,
  ) {
    this.batch = batch;
    this.positions = positions;
    this.slots = positions.map((position) => batch.slots[position] as string);
    this.ticket = ticket;
    this.result = run(this.#abort.signal).finally(() => {
      this.#ended = true;
    });
  }

  hold(): () => void {
    this.#holders++;
    let held = true;
    return () => {
      if (!held) return;
      held = false;
      this.#holders--;
      if (this.#holders === 0 && !this.#ended) this.#abort.abort();
    };
  }

  get isAborted(): boolean {
    return this.#abort.signal.aborted;
  }

  /** Whether `failure` of this request also stands for those who ask for some of its inputs later. */
  isShared(failure: BatchFailure): boolean {
    const isAbort = failure.kind === "error" && failure.error.failure === "aborted";
    return this.followers > 0 && !isAbort && (this.slots.length === 1 || !concernsInputs(failure));
  }

  /** Whether `failure` may come from an input that is not among `wanted`. */
  isOthers(failure: BatchFailure, wanted: ReadonlySet<string>): boolean {
    return concernsInputs(failure) && !this.slots.every((slot) => wanted.has(slot));
  }
}

/** Malformed, too large, or not to be processed (RFC 9110 section 15.5): what was sent is at fault, and not who sent it or when. */
function concernsInputs(failure: BatchFailure): boolean {
  return failure.kind === "answer" && [400, 413, 422].includes(failure.status);
}

export type FlightResult =
  | { readonly ok: true; readonly bySlot: ReadonlyMap<string, PlacedVector>; readonly stored: Stored }
  | { readonly ok: false; readonly failure: BatchFailure };
