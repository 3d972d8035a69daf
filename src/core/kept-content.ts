import type { MarkablePart } from "./cache-marks.ts";

/**
 * Some providers keep the beginning of a prompt as a thing of its own: it is made by a call, has a name, is paid for as long
 * as it is kept, and later calls name it in place of what it holds. The model reads the same as if they held it themselves.
 */

/** A call of this kind, in the words of the protocol. */
export interface ContentWish {
  readonly method: string;
  /** In place of the target of the call that it is about. */
  readonly target: string;
  readonly body: Uint8Array;
}

/** What the provider says of what it keeps. */
export interface ContentMade {
  readonly name: string;
  /** `undefined` where it does not tell. */
  readonly tokens: number | undefined;
}

/** A prompt of which a beginning may be kept so. */
export interface KeepablePrompt {
  /** In the order in which the model reads them; those that take a mark may be the last that is kept. */
  readonly parts: readonly MarkablePart[];
  /** The client names something of its own that is kept. */
  readonly hasOwn: boolean;
  /** Has everything up to the end of this part kept. `target`: that of the call. */
  create(end: number, ttlMs: number, target: string): ContentWish;
  /** Reads the answer to it. */
  made(answer: Uint8Array): ContentMade | undefined;
}

/** What was made is kept for longer, or no more. */
export interface ContentWishes {
  extend(name: string, ttlMs: number, target: string): ContentWish;
  remove(name: string, target: string): ContentWish;
}

/** What a call is sent with in place of its first parts. */
export interface KeptContent {
  readonly name: string;
  /** The last part that it holds. */
  readonly end: number;
}
