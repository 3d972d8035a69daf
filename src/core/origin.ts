import type { PromptSection } from "./prompt.ts";
import type { Usage } from "./recording.ts";

/** The upstream that computes. Adapters: undici in the gateway, `fetch` in the library. */

export type HeaderMap = Readonly<Record<string, string | readonly string[] | undefined>>;

export interface OriginRequest {
  readonly method: string;
  /** Path below the base URL, with query. */
  readonly target: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
  /** What the model reads, for origins that go by it; computed when it is asked for. */
  readonly prompt?: () => readonly PromptSection[];
  /** As asked; what an engine has computed for one it has not for another. */
  readonly model?: string;
  /** What parts the prompts that the engine keeps from those of others, where it is sent one. */
  readonly salt?: string | undefined;
  /** The same body for a certain sequence of the engine, for origins that choose one. */
  readonly inSlot?: (slot: number) => Uint8Array;
  /** Which of the calls that the trace is told of it is. */
  readonly originCall?: object;
}

export interface OriginResponse {
  readonly status: number;
  /** Lower-case names. */
  readonly headers: HeaderMap;
  /** Content already decoded. Throws `OriginError` when the answer breaks off. */
  readonly body: AsyncIterable<Uint8Array>;
  /** For an origin that wants to know what the answer says it took; `undefined` where it says nothing. */
  readonly told?: (usage: Usage | undefined) => void;
}

/** Whether one of several calls that begin alike goes first, until the others can read what it had kept. */
export interface FanOutWishes {
  /** `auto`: where the provider says that it can be shared only then. */
  readonly mode: "auto" | "wait" | "off";
  readonly mostWaitMs: number;
  /** Of the shortest beginning that is waited for, where the provider does not say how short it may be. */
  readonly leastTokens: number;
}

export interface Origin {
  /** The base URL. */
  readonly id: string;
  /** It keeps prompts for all who ask, unless a salt parts them. */
  readonly takesSalt?: boolean;
  /** Whether it knows the marks of its protocol's own provider; where that is not said its host tells. */
  readonly takesMarks?: boolean | undefined;
  /** How calls that begin alike are let go; where that is not said its provider tells. */
  readonly fanOut?: FanOutWishes | undefined;
  /** Throws `OriginError` when there is no answer; an error status is an answer. */
  send(request: OriginRequest, signal: AbortSignal): Promise<OriginResponse>;
}

/** The single value of a header, `undefined` when absent; repeated fields are joined as RFC 9110 section 5.3 says. */
export function headerValue(headers: HeaderMap, name: string): string | undefined {
  const value = headers[name];
  return value === undefined || typeof value === "string" ? value : value.join(", ");
}
