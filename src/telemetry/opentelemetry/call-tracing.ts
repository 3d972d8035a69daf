import { AsyncLocalStorage } from "node:async_hooks";
import type { Attributes, Context, Link, Span, SpanStatus, Tracer } from "@opentelemetry/api";
import type { Clock } from "../../core/clock.ts";
import { withDeadline } from "../../core/deadline.ts";
import type { Origin } from "../../core/origin.ts";
import type { OriginCall, Trace, TraceEvent } from "../../core/trace.ts";
import { callAttributes, lookupAttributes, semanticAttributes } from "./call-attributes.ts";
import {
  askAttributes,
  endAttributes,
  errorTypeOf,
  operationOf,
  startAttributes,
  wantsFormerNames,
} from "./inference-attributes.ts";
import { inferenceMetrics } from "./inference-metrics.ts";
import { loadOpenTelemetry, type OpenTelemetry } from "./load-opentelemetry.ts";
import { fieldIn, readTraceParent, traceFieldsOf, withoutTraceFields } from "./trace-context.ts";

/**
 * Spans made of the events of the trace. Events do not say which call they belong to; the asynchronous context they are
 * told in does, which goes along with everything that a call sets off. All times are of one clock, so that what comes first stands first. A call to an origin is told apart from others of
 * the same call by its identity, so that one span has what both of its events say, and names itself to the origin.
 *
 *   POST /chat/completions (SERVER)  or  cache.fetch (INTERNAL, below whatever span is active)
 *     cache.lookup exact (INTERNAL)
 *     chat gpt-5 (CLIENT), only when the origin is asked
 *     embeddings text-embedding-3-small (CLIENT), what the cache asks for itself
 */

export interface SpanStart {
  /** `server`: a request came in. `internal`: the program asks. */
  readonly kind: "server" | "internal";
  readonly name: string;
  readonly attributes?: Attributes;
  /** Names and values in turn, in which the caller may have named a span of its own. */
  readonly rawHeaders?: readonly string[];
}

/** The span of a call, for who began it. */
export interface CallSpan {
  setAttributes(attributes: Attributes): void;
  /** The call failed, and how. */
  fail(errorType: string): void;
}

/** A provider of an SDK; that of the API alone holds nothing back. */
interface Flushable {
  forceFlush?(): Promise<void>;
}

interface Underway {
  readonly span: Span;
  readonly context: Context;
  /** What others have asked origins for and this call waits for. */
  readonly joined: OriginCall[];
}

export interface CallTracingParts {
  readonly api: OpenTelemetry;
  readonly clock: Clock;
  /** Of this package. */
  readonly version: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
}

export class CallTracing {
  readonly #parts: CallTracingParts;
  readonly #formerNames: boolean;
  readonly #tracer: Tracer;
  readonly #underway = new AsyncLocalStorage<Underway>();
  readonly #originSpans = new WeakMap<OriginCall, Span>();
  readonly #origins = new WeakMap<Origin, Origin>();
  #metrics: Trace | undefined;

  constructor(parts: CallTracingParts) {
    this.#parts = parts;
    this.#formerNames = wantsFormerNames(parts.environment);
    this.#tracer = parts.api.trace.getTracer("reprise", parts.version);
  }

  readonly hear: Trace = (event) => {
    const { api, version } = this.#parts;
    // Not before the first event: the API of metrics hands out nothing that an SDK could be put behind later.
    this.#metrics ??= inferenceMetrics(api.metrics.getMeter("reprise", version), { formerNames: this.#formerNames });
    this.#metrics(event);
    this.#hear(event, this.#underway.getStore());
  };

  /** Runs `serve` in a span of its own. It ends when that is done, or when `until` of what it gave is. */
  inSpan<T>(
    start: SpanStart,
    serve: (span: CallSpan) => T | Promise<T>,
    until?: (given: T, done: () => void) => T,
  ): T | Promise<T> {
    const { api, clock } = this.#parts;
    const { parent, isRemote } = this.#parentOf(start);
    const kind = start.kind === "server" && isRemote ? api.SpanKind.SERVER : api.SpanKind.INTERNAL;
    const startTime = clock.now();
    const span = this.#tracer.startSpan(start.name, { kind, startTime, attributes: start.attributes ?? {} }, parent);
    const context = api.trace.setSpan(parent, span);
    const failed = (error: unknown): never => {
      span.setStatus({ code: api.SpanStatusCode.ERROR });
      span.setAttribute("error.type", error instanceof Error ? error.name : "unknown");
      span.end(clock.now());
      throw error;
    };
    const ended = (given: T): T => {
      if (until !== undefined) return until(given, () => span.end(clock.now()));
      span.end(clock.now());
      return given;
    };
    const own: CallSpan = {
      setAttributes: (attributes) => void span.setAttributes(attributes),
      fail: (errorType) =>
        void span.setStatus({ code: api.SpanStatusCode.ERROR }).setAttribute("error.type", errorType),
    };
    return this.#underway.run({ span, context, joined: [] }, () =>
      api.context.with(context, () => {
        try {
          const given = serve(own);
          return given instanceof Promise ? given.then(ended, failed) : ended(given);
        } catch (error) {
          return failed(error);
        }
      }),
    );
  }

  /** Lets the SDK send what it still holds, for as long as `withinMs`: who ends the process cuts off what is under way. */
  async flush(withinMs: number): Promise<void> {
    const { api, clock } = this.#parts;
    const tracers = api.trace.getTracerProvider() as Flushable & { getDelegate?(): Flushable };
    const providers: readonly Flushable[] = [
      tracers.getDelegate?.() ?? tracers,
      api.metrics.getMeterProvider() as Flushable,
    ];
    const flushed = Promise.allSettled(providers.map(async (provider) => provider.forceFlush?.()));
    await withDeadline(flushed, withinMs, clock, () => []);
  }

  /** The same origin, which is told by the fields of W3C Trace Context what asks it. */
  passingOn(origin: Origin): Origin {
    const known = this.#origins.get(origin);
    if (known !== undefined) return known;
    const { api } = this.#parts;
    const passing: Origin = {
      id: origin.id,
      ...(origin.takesSalt === true && { takesSalt: true }),
      takesMarks: origin.takesMarks,
      fanOut: origin.fanOut,
      send: (request, signal) => {
        const span = this.#originSpans.get(request.originCall ?? request) ?? this.#underway.getStore()?.span;
        if (span === undefined || !api.isSpanContextValid(span.spanContext())) return origin.send(request, signal);
        const headers = { ...request.headers, ...traceFieldsOf(span.spanContext()) };
        return api.context.with(api.trace.setSpan(api.context.active(), span), () =>
          origin.send({ ...request, headers }, signal),
        );
      },
    };
    this.#origins.set(origin, passing);
    return passing;
  }

  /** What the cache reads of the caller's fields: who asks in which trace makes no difference to it. */
  readonly withoutTraceFields = withoutTraceFields;

  /** The trace of the call that is under way, if it is kept, and the time. */
  readonly traceUnderWay = (): { readonly traceId: string; readonly at: number } | undefined => {
    const { traceId, traceFlags } = this.#underway.getStore()?.span.spanContext() ?? {};
    if (traceId === undefined || ((traceFlags ?? 0) & this.#parts.api.TraceFlags.SAMPLED) === 0) return undefined;
    return { traceId, at: this.#parts.clock.now() };
  };

  /** A span that is active here is the parent; without one that which the caller names; without one that of the call around. */
  #parentOf({ rawHeaders = [] }: SpanStart): { readonly parent: Context; readonly isRemote: boolean } {
    const { context, createTraceState, isSpanContextValid, trace } = this.#parts.api;
    const active = context.active();
    const around = trace.getSpanContext(active);
    if (around !== undefined && isSpanContextValid(around))
      return { parent: active, isRemote: around.isRemote === true };
    const named = readTraceParent(fieldIn(rawHeaders, "traceparent"));
    if (named === undefined) return { parent: this.#underway.getStore()?.context ?? active, isRemote: true };
    const state = fieldIn(rawHeaders, "tracestate");
    const traceState = state === undefined ? {} : { traceState: createTraceState(state) };
    return { parent: trace.setSpanContext(active, { ...named, ...traceState, isRemote: true }), isRemote: true };
  }

  #hear(event: TraceEvent, call: Underway | undefined): void {
    switch (event.type) {
      case "lookup-end":
        // Of like questions another event says more.
        if (event.layer !== "semantic") this.#looked(event.layer, event.durationMs, lookupAttributes(event), call);
        break;
      case "semantic-look":
        this.#looked("semantic", event.durationMs, semanticAttributes(event), call);
        break;
      case "origin-start":
        this.#asked(event, call);
        break;
      case "origin-end":
        this.#answered(event);
        break;
      case "model-ask":
        this.#askedForItself(event, call);
        break;
      case "flight-join":
        if (event.originCall !== undefined) call?.joined.push(event.originCall);
        break;
      case "call-end":
        if (call !== undefined) this.#told(event, call);
        break;
      default:
    }
  }

  #looked(layer: string, durationMs: number, attributes: Attributes, call: Underway | undefined): void {
    if (call === undefined) return;
    const endTime = this.#parts.clock.now();
    const startTime = endTime - durationMs;
    this.#tracer.startSpan(`cache.lookup ${layer}`, { startTime, attributes }, call.context).end(endTime);
  }

  #asked(event: Extract<TraceEvent, { type: "origin-start" }>, call: Underway | undefined): void {
    const { api, clock } = this.#parts;
    if (this.#originSpans.has(event.originCall)) return;
    const attributes = startAttributes(event, this.#formerNames);
    const name = `${operationOf(event.protocol)} ${event.model}`.trim();
    const options = { kind: api.SpanKind.CLIENT, startTime: clock.now(), attributes };
    const span = this.#tracer.startSpan(name, options, call?.context ?? api.context.active());
    this.#originSpans.set(event.originCall, span);
  }

  #answered(event: Extract<TraceEvent, { type: "origin-end" }>): void {
    const span = this.#originSpans.get(event.originCall);
    if (span === undefined) return;
    span.setAttributes(endAttributes(event, this.#formerNames));
    const isError = errorTypeOf(event.result) !== undefined;
    const status: SpanStatus = { code: this.#parts.api.SpanStatusCode[isError ? "ERROR" : "UNSET"] };
    span.setStatus(status).end(this.#parts.clock.now());
  }

  /** Told when it is over: nobody but its own server would have known of the span before. */
  #askedForItself(event: Extract<TraceEvent, { type: "model-ask" }>, call: Underway | undefined): void {
    const { api, clock } = this.#parts;
    const endTime = clock.now();
    const span = this.#tracer.startSpan(
      `${operationOf(event.protocol)} ${event.model}`,
      {
        kind: api.SpanKind.CLIENT,
        startTime: endTime - event.durationMs,
        attributes: askAttributes(event, this.#formerNames),
      },
      call?.context ?? api.context.active(),
    );
    if (errorTypeOf(event.result) !== undefined) span.setStatus({ code: api.SpanStatusCode.ERROR });
    span.end(endTime);
  }

  #told(event: Extract<TraceEvent, { type: "call-end" }>, { joined, span }: Underway): void {
    span.setAttributes(callAttributes(event));
    if (event.outcome.kind === "error") span.setAttribute("error.type", event.outcome.code);
    const links = joined.flatMap((originCall): Link[] => {
      const asked = this.#originSpans.get(originCall);
      return asked === undefined ? [] : [{ context: asked.spanContext(), attributes: { "reprise.link": "joined" } }];
    });
    span.addLinks(links);
  }
}

/** `undefined` where the API of OpenTelemetry is not installed. */
export async function createTracing(parts: Omit<CallTracingParts, "api">): Promise<CallTracing | undefined> {
  const api = await loadOpenTelemetry();
  return api === undefined ? undefined : new CallTracing({ ...parts, api });
}
