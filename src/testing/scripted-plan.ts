import type { Gate } from "./gate.ts";
import type { ReceivedCall } from "./received-call.ts";

/**
 * What a scripted origin is told to answer. Everything is optional: an empty plan is a well-behaved model that answers
 * at once. A list is used up, one reply a request; after it comes the default. A function sees each request.
 */
export type OriginPlan =
  | PlannedReply
  | readonly PlannedReply[]
  | ((call: ReceivedCall) => PlannedReply | undefined | Promise<PlannedReply | undefined>);

export interface PlannedReply extends PlannedAnswer, PlannedDelivery {}

export interface PlannedToolCall {
  readonly name: string;
  /** JSON text, complete or not; sent as it is. */
  readonly arguments: string;
  /** OpenAI's calls of custom tools: `arguments` is free text, sent as their input. */
  readonly custom?: true;
  /** Default: derived from the request. */
  readonly id?: string;
}

export interface PlannedChoice {
  /** The text in place of the derived one; `""` for an answer without content. */
  readonly content?: string;
  /** Default `stop`, or `tool_calls` where there are tool calls. `null` leaves the choice unfinished. */
  readonly finishReason?: string | null;
  readonly toolCalls?: readonly PlannedToolCall[];
  readonly refusal?: string;
  /** Sent as `reasoning_content`, before the content. */
  readonly reasoning?: string;
}

/** What the model says. The fields of `PlannedChoice` hold for every choice. */
export interface PlannedAnswer extends PlannedChoice {
  /** By index; overrides what holds for every choice. */
  readonly choices?: readonly PlannedChoice[];
  /** The model that answers. Default: the one that was asked. */
  readonly model?: string;
  /** Length of the derived text in words, at least. Default 12. */
  readonly words?: number;
  /** Makes a different answer to the same request. */
  readonly salt?: string;
  /** Token counts by field; they replace derived ones. `null`: the answer has no usage. */
  readonly usage?: Readonly<Record<string, unknown>> | null;
  /** Default: when the request asks for them. */
  readonly logprobs?: boolean;
}

export interface PlannedCut {
  /** Bytes of the body after which the connection ends. */
  readonly afterBytes?: number;
  /** Chunks of the stream after which it ends. Without either: after the last byte, before the proper end. */
  readonly afterChunks?: number;
  /** `fin` closes the connection in order, `rst` resets it. */
  readonly how: "fin" | "rst";
  /** Milliseconds between the last byte and the end. Default 0. */
  readonly delayMs?: number;
}

export interface PlannedHold {
  /** The chunk before which to wait, from 0; `headers`: before anything is answered. */
  readonly at: number | "headers";
  readonly gate: Gate;
}

/** How the answer travels. */
export interface PlannedDelivery {
  /** Default 200. From 400 the body is an OpenAI error object unless `body` is given. */
  readonly status?: number;
  /** Added to the usual headers; a list sends a header several times, `null` leaves a usual one out. */
  readonly headers?: Readonly<Record<string, string | readonly string[] | null>>;
  /** Sent in place of an answer: text and bytes as they are, anything else as JSON. */
  readonly body?: string | Uint8Array | object;
  /** Written to the socket in place of an HTTP response; the connection is then closed. */
  readonly wire?: string | Uint8Array;
  /** A content length that may be wrong. */
  readonly contentLength?: number;
  /** `whole`, or without its last bytes. */
  readonly gzip?: "whole" | "truncated";
  /** Milliseconds before the first byte. Default 0. */
  readonly latencyMs?: number;
  /** Milliseconds between the chunks of a stream. Default 0. */
  readonly paceMs?: number;
  readonly holds?: readonly PlannedHold[];
  readonly cut?: PlannedCut;
  /** Sends an error object as an event in place of chunk `atChunk` and of everything behind it. */
  readonly errorEvent?: { readonly atChunk: number; readonly error?: object };
  /** False leaves out `[DONE]`. Default true. */
  readonly terminal?: boolean;
  /** A comment line before every chunk of a stream. */
  readonly keepAlive?: boolean;
  /** Default `\n`. */
  readonly lineEnding?: "\n" | "\r\n" | "\r";
  /** Sizes in bytes of the writes to the socket, used over and over. Default: one write a chunk. */
  readonly writeSizes?: readonly number[];
}
