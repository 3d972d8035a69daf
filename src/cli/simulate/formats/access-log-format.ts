import type { LoggedAnswer, LoggedCall } from "../../../access-log/logged-call.ts";
import type { OriginFailure } from "../../../core/errors.ts";
import type { Outcome } from "../../../core/outcome.ts";
import type { Usage } from "../../../core/recording.ts";
import {
  countIn,
  type Fields,
  fieldsIn,
  isDate,
  isFields,
  type LogFormat,
  type ReadContext,
  textIn,
  UnusableRecord,
} from "./log-format.ts";

/** The gateway's own log; docs/access-log.md is its description. */
export const accessLogFormat: LogFormat = {
  name: "reprise",
  fits: (fields) => typeof fields["v"] === "number" && (fields["outcome"] !== undefined || "dropped" in fields),
  read(fields, { line }) {
    if (fields["v"] !== 1) throw new UnusableRecord(`version ${fields["v"]} of the format is not known`);
    const missing = countIn(fields, "dropped");
    if (missing !== undefined) return { missing };
    return [callOf(fields, line)];
  },
};

const outcomes: ReadonlySet<unknown> = new Set([
  "hit",
  "stale",
  "miss",
  "coalesced",
  "refresh",
  "bypass",
  "error",
] satisfies Outcome["kind"][]);
const failures: ReadonlySet<unknown> = new Set(["unreachable", "timeout", "truncated", "aborted"]);

/** Why an answer was not stored, where that does not lie in the answer but in when and where it came. */
const circumstances: ReadonlySet<string> = new Set([
  "stored",
  "no_store",
  "stochastic",
  "personal_data",
  "generation_changed",
  "store_unavailable",
]);

function callOf(fields: Fields, line: ReadContext["line"]): LoggedCall {
  const { outcome } = fields;
  if (!outcomes.has(outcome)) throw new UnusableRecord(`outcome ${JSON.stringify(outcome)} is not known`);
  const protocol = textIn(fields, "protocol");
  const at = countIn(fields, "at");
  if (protocol === undefined || at === undefined) throw new UnusableRecord("protocol or at is missing");
  if (!isDate(at)) throw new UnusableRecord(`at is no instant: ${at}`);
  const tenant = textIn(fields, "tenant");
  const durationMs = countIn(fields, "durationMs");
  const isGone = fields["gone"] === true;
  return {
    line,
    at,
    durationMs,
    protocol,
    endpoint: textIn(fields, "endpoint") ?? "",
    query: textIn(fields, "query") ?? "",
    originId: textIn(fields, "origin") ?? "",
    tenant: tenant === "anonymous" ? undefined : tenant,
    user: textIn(fields, "user"),
    headers: headersOf(fieldsIn(fields, "headers") ?? {}),
    isRedacted: fields["content"] !== "full",
    areDemandsKnown: fields["content"] === "full",
    request: fieldsIn(fields, "request"),
    answer: answerOf(fields),
    failure: failureOf(fields),
    outcome: outcome as Outcome["kind"],
    goneMs: isGone ? durationMs : undefined,
  };
}

/** A stale answer in place of an error does not say which error it was. */
function failureOf({ failure, outcome, reason }: Fields): OriginFailure | undefined {
  if (failures.has(failure)) return failure as OriginFailure;
  return outcome === "stale" && reason === "sie" ? "unreachable" : undefined;
}

function headersOf(fields: Fields): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => typeof value === "string")) as Record<
    string,
    string
  >;
}

function answerOf(fields: Fields): LoggedAnswer | undefined {
  const status = countIn(fields, "status");
  if (status === undefined || fields["outcome"] === "error") return undefined;
  const stored = textIn(fields, "stored");
  return {
    status,
    body: fieldsIn(fields, "response"),
    usage: usageOf(fields["usage"]),
    bytes: countIn(fields, "bytes"),
    model: textIn(fields, "answeredBy"),
    refusal: stored === undefined || circumstances.has(stored) ? undefined : stored,
  };
}

function usageOf(value: unknown): Usage | undefined {
  if (!isFields(value)) return undefined;
  const [inputTokens, outputTokens] = [countIn(value, "inputTokens"), countIn(value, "outputTokens")];
  if (inputTokens === undefined || outputTokens === undefined) return undefined;
  const hourWriteTokens = countIn(value, "hourWriteTokens");
  return {
    inputTokens,
    outputTokens,
    cachedInputTokens: countIn(value, "cachedInputTokens") ?? 0,
    cacheWriteTokens: countIn(value, "cacheWriteTokens") ?? 0,
    reasoningTokens: countIn(value, "reasoningTokens") ?? 0,
    ...(hourWriteTokens === undefined ? {} : { hourWriteTokens }),
  };
}
