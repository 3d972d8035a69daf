import type { IncomingMessage, ServerResponse } from "node:http";
import type { Clock } from "../core/clock.ts";
import type { WireFormat } from "../core/embedding-protocol.ts";
import { RepriseError, RequestRejectedError } from "../core/errors.ts";
import type { Core } from "../core-assembly.ts";
import type { CompatHeaders } from "../policy/compat-headers.ts";
import { readBody } from "./request-body.ts";
import { callerOf, sendAnswer } from "./send-answer.ts";
import { type ErrorReporter, sendError } from "./send-error.ts";
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
    readonly stallMs: number;
    readonly compat: CompatHeaders;
  };
  readonly observe: (endpoint: string, result: string, stream: boolean, durationMs: number) => void;
  readonly report: ErrorReporter;
  /** A call whose body could not be read: the core never hears of it, yet it counts. */
  readonly countUnread: (protocol: WireFormat, code: string) => void;
}

/** Which endpoint of which protocol a path is. */
export interface Place {
  readonly protocol: WireFormat;
  readonly endpoint: string;
}

/** `chosen`: the upstream named in the path; otherwise the model decides. */
export async function modelRoute(
  parts: ModelRouteParts,
  { protocol, endpoint }: Place,
  chosen: Upstream | undefined,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { core, clock } = parts;
  const startedAt = clock.monotonic();
  let isRead = false;
  try {
    const body = await readBody(request, parts.live.maxBodyBytes);
    isRead = true;
    const { upstreams, stallMs } = parts.live;
    const url = request.url as string;
    const queryAt = url.indexOf("?");
    const incoming = {
      protocol,
      endpoint,
      originFor: (model: string) => chosen ?? upstreams.forModel(protocol, model),
      query: queryAt < 0 ? "" : url.slice(queryAt),
      rawHeaders: request.rawHeaders,
      body,
    };
    const handled = core.handle(incoming, callerOf(response));
    const answer = handled instanceof Promise ? await handled : handled;
    const isStream = !(answer.body instanceof Uint8Array);
    const sent = sendAnswer(response, answer, stallMs);
    if (sent !== undefined) await sent;
    parts.observe(protocol.name, answer.outcome.kind, isStream, clock.monotonic() - startedAt);
  } catch (error) {
    if (!RequestRejectedError.isInstance(error)) parts.report(error, request);
    if (!isRead) parts.countUnread(protocol, RepriseError.isInstance(error) ? error.code : "internal");
    sendError(response, error, protocol);
    parts.observe(protocol.name, "error", false, clock.monotonic() - startedAt);
  }
}
