import type { MaybePromise } from "./store.ts";

/**
 * The contract of a bus: how the processes that share a store tell each other what was invalidated, so that copies in
 * memory are looked at again at once and not only when their time is up. It carries names, generation tokens and hints, never
 * values; nothing depends on a message arriving. The suite that every bus passes is `busContract` of `reprise/testing`.
 */

export type BusMessage = InvalidationMessage | SaidMessage;

/** A hint of one part of the process for the same part of others, such as what a pool has waiting; out of date at once. */
export interface SaidMessage {
  readonly kind: "said";
  /** What it is about. */
  readonly topic: string;
  /** At most some kilobytes. */
  readonly text: string;
}

export type InvalidationMessage =
  | {
      /** A scope has a new generation. */
      readonly kind: "renewed";
      readonly tenant: string;
      readonly scope: string;
      readonly token: Uint8Array;
      /** The generation it had before, where that is known. */
      readonly before: Uint8Array | undefined;
    }
  /** What stood under a key is gone. */
  | { readonly kind: "removed"; readonly tenant: string; readonly key: string };

export interface BusListener {
  /** What another process said, in the order in which it said it. Its own messages a process does not hear. */
  heard(message: BusMessage): void;
  /** The connection was interrupted, and is there again: something may have been missed. */
  missed(): void;
}

export interface Bus {
  /** A short name for metrics and messages, such as `redis`. */
  readonly name: string;
  /** Resolves when the messages are on their way. Rejects when they are not. */
  publish(messages: readonly BusMessage[]): MaybePromise<void>;
  /** Returns what ends it. */
  subscribe(listener: BusListener): () => void;
  close(): MaybePromise<void>;
}
