import type { PromptBlocks } from "./prompt-blocks.ts";

/** Which replica of a pool a call goes to. Replicas are named by their index in the pool; instants are a monotonic clock's. */

export interface RoutingPolicy {
  readonly name: string;
  /** The one to go to, out of `eligible`, which is never empty and in ascending order. */
  choose(prompt: PromptBlocks, eligible: readonly number[], nowMs: number): Choice;
  /** The call goes there. What is learnt of it is told to the handle. */
  dispatch(prompt: PromptBlocks, choice: Choice, nowMs: number): Dispatched;
  /** The replica began anew, with nothing in its cache. */
  forget(replica: number): void;
}

export interface Choice {
  readonly replica: number;
  /** How much of the prompt it is supposed to have, in the prompt's units. */
  readonly expected: number;
  /** Which of its sequences, where the policy chooses among them. */
  readonly slot?: number;
}

/** One call on its way. Each is told at most once; what is told late or twice changes nothing. */
export interface Dispatched {
  /** The first byte of the answer is there. */
  begun(atMs: number): void;
  /** The answer is over, whole or not. */
  ended(atMs: number): void;
  /** How much of the prompt the replica says that it had, in the prompt's units; before or after the end. */
  told(cached: number): void;
}
