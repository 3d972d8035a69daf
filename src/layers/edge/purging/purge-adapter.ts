import type { EdgePurge } from "../../../core/edge-purges.ts";

/**
 * The contract of a cache in front of the gateway that can be told to forget. An adapter does no I/O: it says which
 * requests to send for a purge, and what an answer means. All of them may be sent twice; a purge is the same however
 * often it is made.
 */

export interface PurgeRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
}

export interface PurgeReply {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string | undefined>>;
  /** The beginning of it. */
  readonly body: string;
}

export type PurgeVerdict =
  | { readonly kind: "done" }
  /** Not now; `afterMs`: the cache said when. */
  | { readonly kind: "again"; readonly reason: string; readonly afterMs?: number }
  /** What was asked for is wrong, so asking again does not help. */
  | { readonly kind: "refused"; readonly reason: string };

/** As many requests at once as `burst`, and one more every `everyMs`. */
export interface PurgePace {
  readonly burst: number;
  readonly everyMs: number;
}

/** What is one purge to an adapter: never empty. */
export interface PurgeBatch extends Required<EdgePurge> {
  /** The same for the same rows, and for no others. */
  readonly id: string;
  /** Milliseconds since the epoch. */
  readonly at: number;
}

export interface PurgeAdapter {
  /** Of the software or the service, such as `varnish`. */
  readonly kind: string;
  readonly pace: PurgePace | undefined;
  /** What to send, in this order. Nothing where the cache has no means for what is wished. */
  requests(batch: PurgeBatch): readonly PurgeRequest[];
  read(reply: PurgeReply): PurgeVerdict;
}

/** What statuses mean by RFC 9110 and RFC 6585. Credentials that are turned down can be mended, so that is no refusal. */
export function verdictOf({ status, headers, body }: PurgeReply): PurgeVerdict {
  if (status >= 200 && status < 300) return { kind: "done" };
  const reason = `status ${status}${body === "" ? "" : `: ${body.replaceAll(/\s+/g, " ").slice(0, 200)}`}`;
  if (status === 400 || status === 413 || status === 414 || status === 422) return { kind: "refused", reason };
  const seconds = Number(headers["retry-after"]);
  const isTold = headers["retry-after"] !== undefined && Number.isFinite(seconds) && seconds >= 0;
  return { kind: "again", reason, ...(isTold && { afterMs: seconds * 1_000 }) };
}

/** `items` in pieces of at most `size`. */
export function inPieces<T>(items: readonly T[], size: number): readonly (readonly T[])[] {
  const pieces: T[][] = [];
  for (let at = 0; at < items.length; at += size) pieces.push(items.slice(at, at + size));
  return pieces;
}
