import type { SpanContext } from "@opentelemetry/api";

/**
 * The header fields of W3C Trace Context (https://www.w3.org/TR/trace-context/): `traceparent` names the trace and the
 * span that asks, `tracestate` holds what vendors add, which is passed on as it stands.
 */

export interface TraceFields {
  readonly traceparent: string;
  readonly tracestate?: string;
}

const parent =
  /^(?<version>[0-9a-f]{2})-(?<traceId>[0-9a-f]{32})-(?<spanId>[0-9a-f]{16})-(?<flags>[0-9a-f]{2})(?<more>-.*)?$/;

/** `undefined` for what is missing, malformed or of a version that says of itself that it is none: a new trace begins. */
export function readTraceParent(
  value: string | undefined,
): Pick<SpanContext, "traceId" | "spanId" | "traceFlags"> | undefined {
  const { version, traceId, spanId, flags, more } = parent.exec(value?.trim() ?? "")?.groups ?? {};
  if (traceId === undefined || spanId === undefined || flags === undefined || version === "ff") return undefined;
  // Later versions may add to the end; the first one has none.
  if (version === "00" && more !== undefined) return undefined;
  if (/^0+$/.test(traceId) || /^0+$/.test(spanId)) return undefined;
  return { traceId, spanId, traceFlags: Number.parseInt(flags, 16) };
}

export function traceFieldsOf({ traceId, spanId, traceFlags, traceState }: SpanContext): TraceFields {
  const traceparent = `00-${traceId}-${spanId}-${(traceFlags & 0xff).toString(16).padStart(2, "0")}`;
  const tracestate = traceState?.serialize();
  return tracestate === undefined || tracestate === "" ? { traceparent } : { traceparent, tracestate };
}

/** Whether a header field is one of the two; `name` in whatever case. */
export function isTraceField(name: string): boolean {
  return (name.length === 11 || name.length === 10) && /^trace(?:parent|state)$/i.test(name);
}

/** The one value of a field among names and values in turn; of `tracestate`, which may be repeated, all of them. */
export function fieldIn(rawHeaders: readonly string[], wanted: "traceparent" | "tracestate"): string | undefined {
  const values: string[] = [];
  for (let index = 0; index < rawHeaders.length; index += 2)
    if (rawHeaders[index]?.toLowerCase() === wanted) values.push(rawHeaders[index + 1] as string);
  if (wanted === "traceparent") return values.length === 1 ? values[0] : undefined;
  return values.length === 0 ? undefined : values.join(",");
}

/** Names and values in turn without these two. */
export function withoutTraceFields(rawHeaders: readonly string[]): readonly string[] {
  if (!rawHeaders.some((field, index) => index % 2 === 0 && isTraceField(field))) return rawHeaders;
  return rawHeaders.filter((_, index) => !isTraceField(rawHeaders[index - (index % 2)] as string));
}
