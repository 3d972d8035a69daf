import type { KeyScope } from "./key-scope.ts";

/**
 * The contract by which the processes that share a store compute an answer once. One of them holds the lease of a key and
 * calls the origin. The others wait for what it says in the relay, where there is one, or for the entry that it stores.
 * A holder that dies loses the lease when its time is up. The suite for every driver is `leaseContract` of `reprise/testing`.
 */

export interface Lease {
  readonly key: string;
  /**
   * The fencing token: larger than that of every earlier holder of the key, so that one which was held up and overtaken
   * can be told from its successor (M. Kleppmann, "Designing Data-Intensive Applications", chapter 8).
   */
  readonly fence: number;
  /** Whose key the frames of the relay are sealed with, where they are. */
  readonly owner?: KeyScope;
}

export type Acquisition =
  | { readonly won: true; readonly lease: Lease }
  /** `fence`: of the one who has it. */
  | { readonly won: false; readonly fence: number };

export interface Leases {
  /** A short name for metrics and messages, such as `redis`. */
  readonly name: string;
  /** Takes the lease of `key` for `holdMs`, or tells who has it. */
  acquire(key: string, holdMs: number): Promise<Acquisition>;
  /** Holds it for `holdMs` from now. False: it is lost, to time or to another. */
  renew(lease: Lease, holdMs: number): Promise<boolean>;
  /** Gives it back: at once, or so that nobody else gets it for another `afterMs`. Does nothing to a lease that is lost. */
  release(lease: Lease, afterMs?: number): Promise<void>;
  /** Who holds the lease of `key`; `undefined`: nobody. */
  holder(key: string): Promise<number | undefined>;
  /** What the holder says goes to all who wait. `undefined` where the store has no such thing. */
  readonly relay: Relay | undefined;
  close(): Promise<void>;
}

/** What is there, or as much of it as goes at a time: behind a page of `fullPageBytes` there may be more at once. */
export interface RelayPage {
  readonly frames: readonly Uint8Array[];
  /** Where the next page begins. */
  readonly position: string;
}

/** Frames of bytes in order, from the holder of a lease to any number of readers, who may come late. */
export interface Relay {
  /** Behind all earlier ones. They are kept for `keepMs` from the last. Those of another fence are another relay. */
  append(lease: Lease, frames: readonly Uint8Array[], keepMs: number): Promise<void>;
  /** What is there behind `position` (from the beginning without one). Whoever reads counts as audience for `audienceMs`. */
  read(lease: Lease, position: string | undefined): Promise<RelayPage>;
  /** Calls `wake` when something was appended, at the latest soon afterwards, perhaps for nothing. Returns what ends it. */
  watch(lease: Lease, wake: () => void): () => void;
  /** Whether somebody has read within the last `audienceMs`. */
  hasAudience(lease: Lease): Promise<boolean>;
}

/** No relay ends a page before it holds so much, unless there is no more. */
export const fullPageBytes = 64 * 1024;

/** How long a reader counts as such. Readers that have nothing to read come again at least three times within it. */
export const audienceMs = 3_000;
