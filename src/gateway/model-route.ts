import type { IncomingMessage, ServerResponse } from "node:http";
import type { Answer, AnswerStream } from "../core/answer.ts";
import type { AskedBy } from "../core/asked-by.ts";
import type { Clock } from "../core/clock.ts";
import type { WireFormat } from "../core/embedding-protocol.ts";
import { RepriseError, RequestRejectedError } from "../core/errors.ts";
import type { MaybePromise } from "../core/store.ts";
import type { Core } from "../core-assembly.ts";
import type { IncomingCall } from "../embeddings/embedding-intake.ts";
import type { TwinAddress } from "../layers/edge/twin-address.ts";
import type { Visit } from "../limits/visit.ts";
import { choosesUpstream, refuseChosenInQuery, refuseChosenUpstream } from "../policy/chosen-upstream.ts";
import type { CompatHeaders } from "../policy/compat-headers.ts";
import type { CallTracing } from "../telemetry/opentelemetry/call-tracing.ts";
import type { BodyRoom } from "./body-room.ts";
import { assertDigest } from "./edge/claimed-digest.ts";
import { assertQuery, sendAsTwin } from "./edge/query-method.ts";
import type { FoundTwin } from "./edge/twins.ts";
import type { Limiting } from "./limiting/limiting.ts";
import type { AnswerBounds } from "./network/answer-bounds.ts";
import { refersToPrompt, refuseReferenceInQuery, withPrompt } from "./prompts/prompt-reference.ts";
import { readBody } from "./request-body.ts";
import { callerOf, sendAnswer } from "./send-answer.ts";
import { type ErrorReporter, sendError } from "./send-error.ts";
import type { Admission } from "./tenancy/admission.ts";
import { assertModel, assertOtherModels } from "./tenancy/key-scope.ts";
import { withoutRouting } from "./tenancy/named-models.ts";
import type { TenantStreams } from "./tenant-streams.ts";
import type { Upstream } from "./upstream-origin.ts";
import type { Upstreams } from "./upstreams.ts";

/** A call to a model API that the cache may answer. */

export interface ModelRouteParts {
  readonly core: Core;
  readonly clock: Clock;
  /** What a reload of the configuration replaces. */
  live: {
    readonly upstreams: Upstreams;
    readonly maxBodyBytes: number;
    /** How many times its bytes a compressed body may unfold to. */
    readonly maxRatio: number;
    /** Of what passes through; upstreams keep to them by themselves. */
    readonly bounds: AnswerBounds;
    readonly stallMs: number;
    readonly compat: CompatHeaders;
    /** Who is let in; `undefined`: everybody, and the credentials of each tell who he is. */
    readonly admission?: Admission | undefined;
  };
  readonly streams: TenantStreams;
  /** How much of bodies is held. */
  readonly bodies: BodyRoom;
  /** How much callers may take. */
  readonly limiting: Limiting;
  /** `undefined` where no spans are wanted. */
  readonly tracing: CallTracing | undefined;
  /** What can be had by GET of a call that was answered. */
  readonly findTwin: (address: TwinAddress) => MaybePromise<FoundTwin | undefined>;
  readonly observe: (endpoint: string, result: string, stream: boolean, durationMs: number) => void;
  readonly report: ErrorReporter;
  /** Whether it shows a credential of ours, which no upstream may see. */
  readonly carriesAdminToken: (request: IncomingMessage) => boolean;
  /** A call whose body could not be read, or that refers to no prompt that there is: the core never hears of it, yet it counts. */
  readonly countUnread: (protocol: WireFormat, code: string) => void;
  /** A call whose caller may take no more: the core never hears of it either, yet it is one for the access log. */
  readonly logLimited: (call: IncomingCall, error: RequestRejectedError) => void;
}

/** A request, and who asks where that was checked. */
export interface Asking {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly principal: AskedBy | undefined;
}

/** Which endpoint of which protocol a path is. */
export interface Place {
  readonly protocol: WireFormat;
  readonly endpoint: string;
}

/** `chosen`: the upstream named in the path; otherwise the model decides. */
export function modelRoute(
  parts: ModelRouteParts,
  place: Place,
  chosen: Upstream | undefined,
  asking: Asking,
): Promise<void> {
  const { tracing } = parts;
  const { request, response } = asking;
  if (tracing === undefined) return answerCall(parts, place, chosen, asking);
  const route = routeOf(place.endpoint);
  const attributes = {
    "http.request.method": request.method as string,
    "http.route": route,
    "url.path": takenApart(request.url as string).path,
    "url.scheme": "http",
  };
  const start = {
    kind: "server",
    name: `${request.method} ${route}`,
    attributes,
    rawHeaders: request.rawHeaders,
  } as const;
  const answered = tracing.inSpan<void>(start, async (span) => {
    await answerCall(parts, place, chosen, asking);
    const { statusCode } = response;
    span.setAttributes({ "http.response.status_code": statusCode });
    if (statusCode >= 500) span.fail(String(statusCode));
  });
  return Promise.resolve(answered);
}

/** The endpoint without what differs from model to model and from project to project. */
function routeOf(endpoint: string): string {
  return endpoint.replace(
    /\/(projects|locations|publishers|models|tunedModels|endpoints)\/[^/:]+/g,
    (_, collection: string) => `/${collection}/{${collection.replace(/s$/, "")}}`,
  );
}

async function answerCall(
  parts: ModelRouteParts,
  place: Place,
  chosen: Upstream | undefined,
  asking: Asking,
): Promise<void> {
  const { core, clock, limiting, bodies } = parts;
  const { protocol, endpoint } = place;
  const { request, response, principal } = asking;
  const startedAt = clock.monotonic();
  let isTaken = false;
  let heldBytes = 0;
  let leave: (() => void) | undefined;
  try {
    const refers = refersToPrompt(request.rawHeaders);
    if (request.method === "QUERY") {
      assertQuery(request);
      if (refers) throw refuseReferenceInQuery();
    }
    const { query } = takenApart(request.url as string);
    refuseChosenInQuery(query);
    const visit = limiting.binds(principal) ? await letIn(parts, place, asking) : undefined;
    const body = await readBody(request, parts.live, bodies);
    heldBytes = body.length;
    assertDigest(request, body);
    if (principal !== undefined) assertOtherModels(principal, body);
    const { upstreams, stallMs } = parts.live;
    const incoming = {
      protocol,
      endpoint,
      originFor(model: string) {
        if (principal !== undefined) assertModel(principal, model);
        return chosen ?? upstreams.forModel(protocol, model, principal?.tenant);
      },
      query,
      rawHeaders: principal?.models === undefined ? request.rawHeaders : withoutRouting(request.rawHeaders),
      body,
      assertBody: refuseChosenUpstream,
      isDropped: choosesUpstream,
      principal,
    };
    const call = refers ? await withPrompt(core, incoming) : incoming;
    if (parts.streams.areTight) parts.streams.assertRoom(core.tenantOf(call));
    visit?.brings(call.body);
    isTaken = true;
    const line = callerOf(response);
    const handled = core.handle(call, visit === undefined ? line : { ...line, allowance: visit });
    const answered = handled instanceof Promise ? await handled : handled;
    const answer = visit === undefined ? answered : limiting.answered(visit, answered, protocol);
    const isStream = !(answer.body instanceof Uint8Array);
    if (isStream) leave = entered(parts, call, answer);
    const asTwin = request.method === "QUERY" && (await sendAsTwin(parts, request, response, answer));
    const sent = asTwin ? undefined : sendAnswer(response, answer, stallMs);
    if (sent !== undefined) await sent;
    parts.observe(protocol.name, answer.outcome.kind, isStream, clock.monotonic() - startedAt);
  } catch (error) {
    if (!RequestRejectedError.isInstance(error)) parts.report(error, request);
    if (!isTaken) parts.countUnread(protocol, RepriseError.isInstance(error) ? error.code : "internal");
    sendError(response, error, protocol);
    parts.observe(protocol.name, "error", false, clock.monotonic() - startedAt);
  } finally {
    bodies.giveBack(heldBytes);
    leave?.();
  }
}

/** A stream that is one too many, since several began at once, is given up. */
function entered({ core, streams }: ModelRouteParts, call: IncomingCall, { body }: Answer): () => void {
  try {
    return streams.enter(core.tenantOf(call));
  } catch (error) {
    void (body as AnswerStream).return();
    throw error;
  }
}

/** Throws `RequestRejectedError` for a caller whose limit is reached. Nothing of the body has been read. */
function letIn(parts: ModelRouteParts, place: Place, asking: Asking): MaybePromise<Visit> {
  const { request, response, principal } = asking;
  const { query } = takenApart(request.url as string);
  const unread = { ...place, query, rawHeaders: request.rawHeaders, body: noBody, originFor: noOrigin, principal };
  const tenantOf = () => parts.core.tenantOf(unread);
  const onRefused = (refusal: RequestRejectedError) => parts.logLimited(unread, refusal);
  return parts.limiting.enter(principal, tenantOf, response, onRefused);
}

const noBody = new Uint8Array();

function noOrigin(): never {
  throw new RequestRejectedError({ code: "invalid_target", message: "No model is asked here." });
}

/** `query` with its `?`, or "". */
function takenApart(url: string): { readonly path: string; readonly query: string } {
  const queryAt = url.indexOf("?");
  return queryAt < 0 ? { path: url, query: "" } : { path: url.slice(0, queryAt), query: url.slice(queryAt) };
}
