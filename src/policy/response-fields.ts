import type { Answer } from "../core/answer.ts";
import { privateFields } from "../core/cache-steering.ts";
import { type HeaderMap, headerValue } from "../core/origin.ts";
import type { Outcome, Stored } from "../core/outcome.ts";

/**
 * What an answer says of itself: `Cache-Status` (RFC 9211) for machines, `X-AI-Cache-*` for people, both from the
 * one outcome, so that they cannot disagree. In a shared scope they say nothing (docs/shared-scopes.md). Every answer is `private, no-store` to whatever stands in front of us.
 */
export function responseFields(
  answer: Pick<Answer, "headers" | "outcome" | "originStatus" | "saved" | "twin" | "isConcealed">,
): Record<string, string> {
  const { outcome, saved } = answer;
  if (answer.isConcealed === true) return { ...privateFields, "cache-status": "reprise; detail=shared" };
  const fields: Record<string, string> = {
    ...privateFields,
    "cache-status": appended(answer.headers, cacheStatus(outcome, answer.originStatus)),
    "x-ai-cache-status": outcome.kind === "error" ? "MISS" : outcome.kind.toUpperCase(),
  };
  if (outcome.kind === "hit" || outcome.kind === "stale") {
    fields["x-ai-cache-layer"] = outcome.layer;
    fields["x-ai-cache-entry"] = outcome.entry;
    fields["age"] = String(Math.floor(outcome.ageMs / 1000));
    if (outcome.kind === "hit" && outcome.similarity !== undefined)
      fields["x-ai-cache-similarity"] = outcome.similarity.toFixed(4);
    if (saved?.price !== undefined) fields["x-ai-cache-saved-usd"] = saved.price.usd;
  }
  if (answer.twin !== undefined) {
    fields["content-location"] = answer.twin.path;
    Object.assign(fields, answer.twin.labels);
    // RFC 10008: the same can be asked for in a way that may be repeated.
    fields["accept-query"] = "application/json";
  }
  const reason = reasonOf(outcome);
  if (reason !== undefined) fields["x-ai-cache-reason"] = reason;
  const stored = storedOf(outcome);
  if (stored?.state === "stored") fields["x-ai-cache-entry"] = stored.entry;
  return fields;
}

function cacheStatus(outcome: Outcome, originStatus: number | undefined): string {
  switch (outcome.kind) {
    case "hit":
      return `reprise; hit; ttl=${Math.floor(outcome.ttlMs / 1000)}; detail=${outcome.layer}`;
    case "stale":
      return `reprise; hit; ttl=${Math.floor(outcome.ttlMs / 1000)}; detail=${outcome.why}`;
    case "bypass":
      if (originStatus === undefined) return notForwarded(outcome.reason);
      return `reprise; fwd=bypass${status(originStatus)}; detail=${outcome.reason}`;
    case "error":
      return `reprise; fwd=miss; detail=${outcome.code}`;
    case "miss":
      if (originStatus === undefined && outcome.stored.state === "pending") return notForwarded(outcome.reason);
      return `reprise; fwd=${outcome.reason === "absent" ? "uri-miss" : forwardedFor(outcome.reason)}${status(originStatus)}${storedPart(outcome.stored)}`;
    case "refresh":
      return `reprise; fwd=request${status(originStatus)}${storedPart(outcome.stored)}`;
    case "coalesced":
      return `reprise; fwd=uri-miss${status(originStatus)}; collapsed${storedPart(outcome.stored)}`;
  }
}

/** The caller wanted no call to the origin. `fwd` would say that there was one (RFC 9211 section 2.2). */
function notForwarded(reason: string): string {
  return `reprise; detail=${reason}`;
}

/** RFC 9211 section 2.2: `stale` for an entry past its time, `request` when the request's own fields demanded it. */
function forwardedFor(reason: string): string {
  if (reason === "expired") return "stale";
  return reason === "max_age" || reason === "min_fresh" || reason === "refresh" ? "request" : "miss";
}

function status(originStatus: number | undefined): string {
  return originStatus === undefined ? "" : `; fwd-status=${originStatus}`;
}

function storedPart(stored: Stored): string {
  if (stored.state === "stored") return "; stored";
  return stored.state === "refused" ? `; detail=${stored.reason}` : "";
}

function storedOf(outcome: Outcome): Stored | undefined {
  return outcome.kind === "miss" || outcome.kind === "refresh" || outcome.kind === "coalesced"
    ? outcome.stored
    : undefined;
}

/** Why the cache did not answer, or why nothing was kept. */
function reasonOf(outcome: Outcome): string | undefined {
  const stored = storedOf(outcome);
  if (stored?.state === "refused") return stored.reason;
  if (outcome.kind === "miss" || outcome.kind === "bypass") return outcome.reason;
  if (outcome.kind === "stale") return outcome.why;
  return outcome.kind === "error" ? outcome.code : undefined;
}

function appended(headers: HeaderMap, own: string): string {
  const others = headerValue(headers, "cache-status");
  return others === undefined ? own : `${others}, ${own}`;
}
