import type { IncomingMessage, ServerResponse } from "node:http";
import type { AskedBy } from "../core/asked-by.ts";
import type { WireFormat } from "../core/embedding-protocol.ts";
import { OriginError, RepriseError, RequestRejectedError } from "../core/errors.ts";
import { isPromise } from "../core/maybe-promise.ts";
import { decodedOrAsIs } from "../core/percent-encoding.ts";
import type { MaybePromise } from "../core/store.ts";
import { protocols } from "../protocols/all.ts";
import { embeddingProtocols } from "../protocols/all-embeddings.ts";
import { anthropicMessages } from "../protocols/anthropic-messages.ts";
import { gemini } from "../protocols/gemini.ts";
import { openAiChat } from "../protocols/openai-chat.ts";
import { refuseAdminToken } from "./admin/token-guard.ts";
import { type Asking, type ModelRouteParts, modelRoute, type Place } from "./model-route.ts";
import { assertMethod, passThrough } from "./pass-through.ts";
import { refersToPrompt, refuseReference } from "./prompts/prompt-reference.ts";
import { sendError } from "./send-error.ts";
import type { Admission, Admitted } from "./tenancy/admission.ts";
import { assertPassing } from "./tenancy/key-scope.ts";
import type { Upstream } from "./upstream-origin.ts";
import { type Family, familyOfPath, type Route, type Upstreams } from "./upstreams.ts";

/**
 * Everything that is not an operation of the gateway itself: calls that the cache may answer, by path, and the rest,
 * which passes through. Works on the request target as it was written, so that nothing in it is decoded or tidied up.
 */
export function dispatch(parts: ModelRouteParts, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { admission } = parts.live;
  const asking: Asking = { request, response, principal: undefined };
  if (admission !== undefined) return afterAdmission(parts, admission, asking);
  return parts.carriesAdminToken(request)
    ? refuse(parts, refuseAdminToken(), request, response)
    : routed(parts, asking);
}

/** Who is not let in is not told either whether what he shows is the admin token, so that nobody guesses it here. */
function afterAdmission(parts: ModelRouteParts, admission: Admission, asking: Asking): Promise<void> {
  const { request, response } = asking;
  const refused = (error: unknown): Promise<void> => refuse(parts, error, request, response);
  const entered = ({ principal, rawHeaders }: Admitted): Promise<void> => {
    if (parts.carriesAdminToken(request)) return refused(refuseAdminToken());
    keepOnly(request, rawHeaders);
    return routed(parts, { request, response, principal });
  };
  let admitted: MaybePromise<Admitted>;
  try {
    admitted = admission.admit(request);
  } catch (error) {
    return refused(error);
  }
  return isPromise(admitted) ? admitted.then(entered, refused) : entered(admitted);
}

/** From here on nothing that looks at the request finds what was shown. */
function keepOnly(request: IncomingMessage, rawHeaders: readonly string[]): void {
  const kept = new Set(rawHeaders.filter((_, index) => index % 2 === 0).map((name) => name.toLowerCase()));
  // Those of the request as it is now: what was not to be shown in them has been taken out.
  request.rawHeaders = request.rawHeaders.filter((_, index) =>
    kept.has((request.rawHeaders[index - (index % 2)] as string).toLowerCase()),
  );
  for (const name of Object.keys(request.headers)) if (!kept.has(name)) delete request.headers[name];
}

function routed(parts: ModelRouteParts, asking: Asking): Promise<void> {
  const { request } = asking;
  const url = request.url as string;
  const place = calledPlaceOf(request, url);
  if (place !== undefined) return modelRoute(parts, place, undefined, asking);
  const [, name, below = ""] = /^\/u\/([^/?]*)(.*)$/s.exec(url) ?? [];
  if (name !== undefined) return onUpstream(parts, decodedOrAsIs(name), below, asking);
  return pass(parts, () => parts.live.upstreams.route(url, asking.principal?.tenant), openAiChat, asking);
}

/** The path part of what the client asked for, for logs. */
export function pathOf(request: IncomingMessage): string {
  return withoutQuery(request.url as string);
}

/** RFC 9112 section 3.2.2: a server takes requests that name it in full, too; only the path of them matters here. */
export function originForm(target: string): string {
  if (target.startsWith("/")) return target;
  const [, below] = /^[a-z][a-z0-9+.-]*:\/\/[^/?#]*(.*)$/i.exec(target) ?? [];
  if (below === undefined) return target;
  return below.startsWith("/") ? below : `/${below}`;
}

/** `/u/{upstream}/...`: the same routes on an upstream chosen by name, with or without `/v1`. */
async function onUpstream(parts: ModelRouteParts, name: string, below: string, asking: Asking): Promise<void> {
  const { upstreams } = parts.live;
  const tenant = asking.principal?.tenant;
  const upstream = upstreams.named(name, tenant);
  const place = calledPlaceOf(asking.request, below);
  if (upstream !== undefined && place !== undefined) return modelRoute(parts, place, upstream, asking);
  return pass(
    parts,
    () => {
      if (upstream !== undefined) return upstreams.routeTo(upstream, below);
      throw unknownUpstream(name, upstreams, tenant);
    },
    place?.protocol ?? openAiChat,
    asking,
  );
}

function unknownUpstream(name: string, upstreams: Upstreams, tenant: string | undefined): RequestRejectedError {
  const known = upstreams.namesFor(tenant).join(", ");
  const message = `There is no upstream named "${name.slice(0, 64)}"; configured: ${known}.`;
  return new RequestRejectedError({ status: 502, code: "unknown_upstream", message });
}

/** Nothing of it was looked at but who asks. */
async function refuse(
  parts: ModelRouteParts,
  error: unknown,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  if (!RequestRejectedError.isInstance(error)) parts.report(error, request);
  const url = request.url as string;
  const [, name, below = url] = /^\/u\/([^/?]*)(.*)$/s.exec(url) ?? [];
  const called = calledPlaceOf(request, below)?.protocol;
  if (called !== undefined) parts.countUnread(called, RepriseError.isInstance(error) ? error.code : "internal");
  const family = (name && parts.live.upstreams.familyOf(decodedOrAsIs(name))) || familyOfPath(below);
  sendError(response, error, called ?? wordsOf[family]);
  parts.observe(called?.name ?? "pass-through", "error", false, 0);
}

const wordsOf: Readonly<Record<Family, WireFormat>> = {
  openai: openAiChat,
  anthropic: anthropicMessages,
  gemini,
};

/** `protocol`: whose words an error is told in. */
async function pass(
  parts: ModelRouteParts,
  routeOf: () => Route | undefined,
  protocol: WireFormat,
  { request, response, principal }: Asking,
): Promise<void> {
  const startedAt = parts.clock.monotonic();
  let result = "bypass";
  try {
    assertMethod(request.method);
    if (principal !== undefined) assertPassing(principal, request.method, parts.limiting.ofTenants);
    if (refersToPrompt(request.rawHeaders)) throw refuseReference();
    const route = found(routeOf(), request);
    await countPassing(parts, protocol, { request, response, principal });
    await passThrough(request, response, route, parts.live);
  } catch (error) {
    result = "error";
    // Of their upstreams the log tells by itself.
    if (!RequestRejectedError.isInstance(error) && !OriginError.isInstance(error)) parts.report(error, request);
    sendError(response, error, protocol);
  }
  parts.observe("pass-through", result, false, parts.clock.monotonic() - startedAt);
}

/** It counts against the limits of whoever sent it, although nobody reads what it asks. */
async function countPassing(
  { core, limiting }: ModelRouteParts,
  protocol: WireFormat,
  { request, response, principal }: Asking,
): Promise<void> {
  if (!limiting.binds(principal)) return;
  const url = request.url as string;
  const query = url.slice(withoutQuery(url).length);
  const originFor = (): never => {
    throw new RequestRejectedError({ code: "invalid_target", message: "No model is asked here." });
  };
  const unread = { protocol, endpoint: "", query, rawHeaders: request.rawHeaders, body: new Uint8Array(), originFor };
  await limiting.enterUnread(principal, () => core.tenantOf(unread), response);
}

function found(route: Route | undefined, request: IncomingMessage): Route {
  if (!(request.url as string).startsWith("/")) {
    throw new RequestRejectedError({ code: "invalid_target", message: "The request target must be a path." });
  }
  if (route !== undefined) return route;
  const message = "No upstream is configured for this path.";
  throw new RequestRejectedError({ status: 502, code: "unknown_upstream", message });
}

/** What a call to this path would be of: for calls that the gateway makes for itself. */
export function targetOf(path: string, upstreams: Upstreams) {
  const [, name, below = ""] = /^\/u\/([^/?]*)(\/[^?]*)$/.exec(path) ?? [];
  const isKnown = name === undefined || upstreams.named(name) !== undefined;
  const place = placeOf(name === undefined ? path : below);
  if (place === undefined || place.protocol.operation !== "chat" || !isKnown) return undefined;
  const originFor = (model: string, { tenant }: Partial<AskedBy> = {}): Upstream => {
    if (name === undefined) return upstreams.forModel(place.protocol, model, tenant);
    const own = upstreams.named(name, tenant);
    if (own === undefined) throw unknownUpstream(name, upstreams, tenant);
    return own;
  };
  return { ...place, originFor };
}

/** The endpoint that is called: by POST or, where nothing is changed by it, by QUERY (RFC 10008). */
function calledPlaceOf({ method }: IncomingMessage, target: string): Place | undefined {
  if (method !== "POST" && method !== "QUERY") return undefined;
  const place = placeOf(target);
  return method === "POST" || place?.protocol.operation === "chat" ? place : undefined;
}

/**
 * The endpoint that a path is, with or without the `/v1` that some SDKs take for a part of the base URL and others write
 * themselves: one that was given otherwise means the same, and would never be cached, without a word.
 */
function placeOf(target: string): Place | undefined {
  const path = withoutQuery(target);
  const short = path.startsWith("/v1/") ? path.slice(3) : path;
  for (const protocol of wireFormats) {
    for (const endpoint of [path, short, `/v1${path}`]) {
      if (protocol.endpointOf(endpoint) === endpoint) return { protocol, endpoint };
    }
  }
  return undefined;
}

const wireFormats: readonly WireFormat[] = [...protocols, ...embeddingProtocols];

function withoutQuery(url: string): string {
  const queryAt = url.indexOf("?");
  return queryAt < 0 ? url : url.slice(0, queryAt);
}
