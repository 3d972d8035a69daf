import type { LapseCause } from "./cache-lapse.ts";
import type { BreakCause } from "./prompt-break.ts";

/** What a lint found. */

/** `words` is no cause that helps: how many there are of them tells a template from what users bring. */
export type FoundCause = Exclude<BreakCause, "words"> | "template";

/** Prompts that were made from the same texts. */
export interface PromptGroup {
  /** From 1. */
  readonly group: number;
  readonly protocol: string;
  readonly model: string;
  readonly originId: string;
  /** How it begins. */
  readonly label: string;
  readonly calls: number;
}

interface Found {
  readonly group: PromptGroup;
  /** Calls to which it happened. */
  readonly calls: number;
  /** Tokens that were computed, and paid, in full instead of being read from the cache. */
  readonly lostTokens: number;
  readonly remedy: string;
}

export interface PrefixBreak extends Found {
  readonly cause: FoundCause;
  /** The section: `tools[0]`, `system`, `messages[3]`; of several messages the first. */
  readonly place: string;
  /** The first byte that differs, within the section, as it is written in canonical JSON. */
  readonly byte: number;
  /** The same from the beginning of the prompt. */
  readonly promptByte: number;
  /** Two calls as the log names them, what stands before that byte, and what differs. */
  readonly example: {
    readonly calls: readonly [earlier: string, later: string];
    readonly context: string;
    readonly before: string;
    readonly after: string;
  };
}

export interface CacheLapse extends Found {
  readonly cause: LapseCause;
}

export interface LintResult {
  readonly prompts: number;
  readonly from: number | undefined;
  readonly to: number | undefined;
  readonly inputTokens: number;
  readonly redacted: number;
  /** Of these, prompts that part from all others in a tool or system prompt whose text is not known: perhaps for no good reason. */
  readonly untold: number;
  /** The dearest first. */
  readonly breaks: readonly PrefixBreak[];
  readonly lapses: readonly CacheLapse[];
  readonly groups: readonly PromptGroup[];
}
