/**
 * A recording is a complete answer in the shape in which it was received. The same recording replays as JSON and
 * as a stream; only the protocol that made it knows how.
 */

/** Token counts in one form for every provider. `inputTokens` includes the cached ones. */
export interface TokenCounts {
  readonly inputTokens: number;
  readonly cachedInputTokens: number;
  readonly cacheWriteTokens: number;
  readonly outputTokens: number;
  readonly reasoningTokens: number;
}

/** Those of one answer. */
export interface Usage extends TokenCounts {
  /** Of `cacheWriteTokens` those that are kept for an hour, which costs more. Default 0. */
  readonly hourWriteTokens?: number;
}

export interface Recording {
  /** `json`: `body` is the JSON document, byte for byte. `events`: `body` is the SSE text, one normalised block an event, the terminal event included. */
  readonly form: "json" | "events";
  readonly body: Uint8Array;
  /** The model that answered, if the answer names it. */
  readonly model: string | undefined;
  readonly usage: Usage | undefined;
}

/** Why a choice ended, in one vocabulary for all protocols. */
export type FinishReason = "stop" | "length" | "content_filter" | "tool_calls" | "refusal" | "unfinished" | "other";

export interface ToolCallFacts {
  readonly name: string;
  /** The arguments exactly as answered: JSON text when the model behaved. */
  readonly arguments: string;
}

export interface ChoiceFacts {
  readonly finish: FinishReason;
  readonly text: string;
  readonly refused: boolean;
  readonly toolCalls: readonly ToolCallFacts[];
  /** True when the choice carries any answer at all: text, a tool call, a refusal, audio. */
  readonly hasContent: boolean;
}

/** What admission needs to know of an answer; made by the protocol, judged by `policy/admission`. */
export interface AnswerFacts {
  /** The body or the events fit the protocol's schema. */
  readonly wellFormed: boolean;
  /** The answer reports an error although its status is 200. */
  readonly error: boolean;
  /** The protocol's terminal event was seen; for JSON, the body was complete. */
  readonly terminal: boolean;
  readonly model: string | undefined;
  readonly usage: Usage | undefined;
  readonly choices: readonly ChoiceFacts[];
}
