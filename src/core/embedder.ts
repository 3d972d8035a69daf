import type { Billed } from "./cost.ts";
import type { MaybePromise } from "./store.ts";
import type { ModelAsk } from "./trace.ts";

/**
 * The contract of what turns texts into vectors for the semantic layer. An embedder that answers at once (the built-in
 * one) returns no promise, so that a look-up costs no turn of the event loop.
 */
export interface Embedder {
  /** Names the model and its version; vectors of different names are never compared. */
  readonly name: string;
  /** A server computes the vectors: what it answers is kept in the embedding layer, and no text is sent twice. */
  readonly isRemote?: boolean;
  /**
   * One vector of unit length a text, in their order, all of the same dimension.
   * May throw or reject: that is a miss, counted, and never fails a call. What comes back is checked by the layer.
   * `onBilled` hears what a server was asked for, once an answer; `onAsked` of each request to one when it is over.
   */
  embed(
    texts: readonly string[],
    signal?: AbortSignal,
    onBilled?: (billed: Billed) => void,
    onAsked?: (ask: ModelAsk) => void,
  ): MaybePromise<readonly Float32Array[]>;
  /**
   * Reads beforehand what `embed` would read at its first text, in steps of a millisecond; `nextTurn` resolves when others
   * had their turn. Never rejects: what fails, `embed` tells. Default: nothing.
   */
  prepare?(nextTurn: () => Promise<void>): Promise<void>;
  /** What cannot work, and the remedy; for `doctor`. Default: nothing. */
  check?(): MaybePromise<readonly { readonly problem: string; readonly remedy: string }[]>;
  /** Frees what it holds. */
  close?(): MaybePromise<void>;
}
