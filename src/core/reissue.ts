/**
 * Making a stored answer look as one that was just computed, where nobody may learn that it was stored: under another id,
 * and of the present time. Computed answers go through the same, so that the two cannot be told apart.
 */

export interface AnswerIdentity {
  /** The id in place of `given`; of the same `given` always the same. */
  idFor(given: string): string;
  /** Milliseconds since the epoch. */
  readonly at: number;
}

/** One stream. Chunks may be cut anywhere; what comes out is whole events in their normal form, without comments. */
export interface StreamReissue {
  push(chunk: Uint8Array): Uint8Array;
}

export interface Reissue {
  /** What is no JSON object is given back as it is. */
  json(body: Uint8Array, identity: AnswerIdentity): Uint8Array;
  events(identity: AnswerIdentity): StreamReissue;
}
