import type { CacheMarks, MarkablePrompt } from "./cache-marks.ts";
import type { JsonValue } from "./canonical-json.ts";
import type { ContentWishes, KeepablePrompt, KeptContent } from "./kept-content.ts";
import type { PromptSection } from "./prompt.ts";
import type { Question } from "./question.ts";
import type { AnswerFacts, Recording } from "./recording.ts";
import type { Reissue } from "./reissue.ts";

/**
 * The contract of a wire protocol: request bytes to facts and a canonical form, answers to recordings and back.
 * Implementations live in `protocols/`, the only room that knows the field names of a provider.
 */

export type Operation = "chat" | "completion" | "embedding";

/**
 * How an answer depends on, or changes, more than the request says. Policy decides which of these may be cached:
 *
 * - `conversation`: it continues a conversation that the provider keeps and that may have grown since.
 * - `background`: the provider answers with a ticket and computes later.
 * - `previous_answer`: it continues an answer that the provider keeps; that answer never changes, so its id can be a key.
 * - `provider_tools`: it lets the provider run tools that act or look at the live world (search, code, MCP servers).
 * - `kept`: it explicitly asks the provider to keep the answer under an id for later calls.
 * - `other_form`: it wants the answer in a form that the protocol can neither record nor play.
 */
export type Dependency = "conversation" | "background" | "previous_answer" | "provider_tools" | "kept" | "other_form";

/** What a request says that policy and replay need; small, kept in memory for requests seen lately. */
export interface RequestFacts {
  /** Empty when the request names none and leaves the choice to the origin. */
  readonly model: string;
  /** The caller wants events. */
  readonly stream: boolean;
  /** The caller wants usage in its stream; always true where the protocol's streams have it unasked. */
  readonly includeUsage: boolean;
  /** As asked; `undefined` when unset. */
  readonly temperature: number | undefined;
  /** How many tokens its answers may have together; absent where the request names no bound. */
  readonly mostOutputTokens?: number | undefined;
  /** The protocol's own field for the end user, if given; one that is no string as its canonical JSON. */
  readonly user: string | undefined;
  /** Usually empty. */
  readonly dependencies: readonly Dependency[];
}

/** What the request demands of an answer. */
export interface Expectations {
  /** Whether the text must parse as JSON, and as what. */
  readonly json: "object" | "any" | false;
  /** The text must match this JSON schema. */
  readonly schema: JsonValue | undefined;
  /** Parameter schemas by tool name; `undefined` as a value when the tool has none. */
  readonly tools: ReadonlyMap<string, JsonValue | undefined>;
  /** How many choices were asked for; default 1. An answer with fewer is none to this request. */
  readonly choices?: number;
}

export interface ForwardOptions {
  /** Ask a streaming origin for usage even if the caller did not (`includeUsage` is false), so that the recording is whole. Default true. */
  readonly requestUsage?: boolean;
  /** Send this temperature in place of the caller's. */
  readonly temperature?: number;
  /** Parts what the engine keeps of prompts; in place of the caller's. Protocols that have no field for it leave it out. */
  readonly cacheSalt?: string | undefined;
  /** Which sequence of the engine computes it; likewise. */
  readonly slot?: number | undefined;
  /** Up to where the provider is to keep the prompt. Protocols without `markable` leave it out. */
  readonly cacheMarks?: CacheMarks | undefined;
  /** What the provider keeps, in place of the first parts. Protocols without `keepable` leave it out. */
  readonly keptContent?: KeptContent | undefined;
}

export interface ParsedRequest {
  readonly facts: RequestFacts;
  /** The keyed fields, without the model, as canonical JSON. */
  readonly canonical: string;
  readonly expectations: Expectations;
  /** The same with temperature 0, or `undefined` where the model does not take one. */
  deterministic(): ParsedRequest | undefined;
  /** The same with its tools in the order of their names; `undefined`, or absent, where that is nothing else. */
  sorted?(): ParsedRequest | undefined;
  /** The words that end the request, where these are one text of the user and the answer is to be an answer to them. */
  question(): Question | undefined;
  /** What the model reads, in its order. */
  prompt(): readonly PromptSection[];
  /** How its system prompt begins; `undefined`, or absent, where there is none. */
  system?(): string | undefined;
  /** Where the prompt may be marked for the provider's cache; `undefined`, or absent, where it may not. */
  markable?(): MarkablePrompt | undefined;
  /** Of which beginnings the provider may keep what has a name; `undefined`, or absent, where of none. */
  keepable?(): KeepablePrompt | undefined;
  /** The body for the origin: everything keyed plus the fields that are dropped from the key, in canonical form. */
  forward(options?: ForwardOptions): Uint8Array;
}

/** A request for one token, whose prompt a later call can share. */
export interface WarmUp {
  readonly endpoint: string;
  readonly body: Uint8Array;
}

/** How a caller wants a recording played. */
export interface ReplayView {
  readonly includeUsage: boolean;
  /** Report zero tokens, for callers that bill by `usage`. */
  readonly zeroUsage: boolean;
}

/** One block of a live stream. */
export interface StreamItem {
  /** The block for a reader who wants usage. */
  readonly bytes: Uint8Array;
  /** The block for a reader who does not; `undefined` when there is nothing left to send. */
  readonly lean: Uint8Array | undefined;
  /** True for the block that carries the protocol's terminal event. */
  readonly terminal: boolean;
}

/** Reads one live stream. `push` may be given any cut of the bytes. */
export interface StreamRecorder {
  /** The blocks that `chunk` completed, in order. Comments are passed on but never recorded. */
  push(chunk: Uint8Array): readonly StreamItem[];
  /**
   * Only where a stream has no terminal event and its proper end is what says that it is whole: call once, before `end`,
   * when the origin ended in order. Gives a terminal item without bytes if everything has been said.
   */
  close?(): StreamItem | undefined;
  /** Call once when the origin has ended. An unfinished block is discarded, as the SSE standard says. */
  end(): void;
  /** Keep nothing more and forget what was kept: from now on only frame the blocks. `recording` may not be called any more. */
  stopRecording(): void;
  facts(): AnswerFacts;
  recording(): Recording;
  /** Bytes recorded so far. */
  readonly size: number;
}

/** An error in the words of the protocol. */
export interface ProtocolError {
  readonly status: number;
  readonly code: string;
  readonly message: string;
  /** The request field that is wrong, if one is. */
  readonly param?: string | undefined;
}

export interface Protocol {
  readonly name: string;
  readonly operation: Operation;
  /**
   * The end of a URL's path that is an endpoint of this protocol, or `undefined`: `/chat/completions` of
   * `/v1/chat/completions`, `/v1beta/models/gemini-2.5-pro:generateContent`, `/v1/messages`. What stands before it is the
   * base URL, so it begins where the protocol's SDKs begin to write.
   */
  endpointOf(path: string): string | undefined;
  /** Names of query parameters that only choose the form of the answer and therefore do not belong to the key. */
  readonly unkeyedParameters: readonly string[];
  /** Fields of an answer with nothing of what it says: names of the provider's own, seals, and log probabilities of its pieces. */
  readonly wordlessFields?: readonly string[];
  /** Lower-case names of request headers that can change the answer and therefore belong to the key. */
  readonly keyedHeaders: readonly string[];

  /**
   * `endpoint`: as `endpointOf` gave it; what in it can change the answer becomes part of the facts or the canonical form.
   * `query`: with its `?`, or "" (the default); read only for the form of the answer, since the rest of it is keyed as it stands.
   * Throws `RequestRejectedError` for a body that is not strict JSON or lacks what the protocol needs.
   */
  parseRequest(body: Uint8Array, endpoint: string, query?: string): ParsedRequest;
  /**
   * The request with `text` as the beginning of its system prompt, as a client would write it; the same bytes where it
   * begins so already. Absent where the protocol has none. Throws `RequestRejectedError` for a body that cannot take it.
   */
  withSystem?(body: Uint8Array, text: string): Uint8Array;
  /** Absent where nothing is to be shared in this way. */
  warmUp?(model: string, system: string): WarmUp;
  /** Reads a complete JSON answer. Never throws: a body that does not fit is a fact. */
  readJson(body: Uint8Array): { readonly facts: AnswerFacts; readonly recording: Recording };
  recordStream(options: { readonly maxEventBytes: number }): StreamRecorder;
  replayJson(recording: Recording, view: ReplayView): Uint8Array;
  replayEvents(recording: Recording, view: ReplayView): Uint8Array;
  /** Absent where the ids of answers mean something to the provider: such answers are of one tenant alone. */
  readonly reissue?: Reissue;
  /** How the provider is told of what it keeps under a name; absent where it keeps nothing so. */
  readonly contents?: ContentWishes;
  /** The error as a response body, or as a block of a stream that has already begun. */
  renderError(error: ProtocolError, form: "json" | "event"): Uint8Array;
}
