import type { IncomingMessage, ServerResponse } from "node:http";
import { type Clock, latestTime } from "../../core/clock.ts";
import type { FingerprintKey } from "../../core/fingerprint.ts";
import type { MaybePromise } from "../../core/store.ts";
import {
  checkSignature,
  digestRule,
  type GoodSignature,
  isDigest,
  isScope,
  isSigned,
  twinPrefix,
} from "../../layers/edge/twin-address.ts";
import type { AttemptLimit } from "../attempt-limit.ts";
import { refuse, sendDocument } from "./edge-reply.ts";
import type { Twins } from "./twins.ts";

export interface TwinRouteParts {
  readonly twins: Twins;
  readonly secret: FingerprintKey;
  readonly clock: Clock;
  readonly unknown: () => AttemptLimit;
  /** When a virtual key ends, as it was a second ago at most; `undefined` where it is not taken. */
  readonly keyLivesUntil: (id: string) => MaybePromise<number | undefined>;
}

/** `GET /v1/edge/{scope}/{digest}`. `query`: without its `?`; `undefined` where there is none. */
export async function serveTwin(
  { twins, secret, clock, unknown, keyLivesUntil }: TwinRouteParts,
  request: IncomingMessage,
  response: ServerResponse,
  path: string,
  query: string | undefined,
): Promise<void> {
  const [scope = "", digest = "", ...rest] = path.slice(twinPrefix.length).split("/");
  if (rest.length > 0 || !isDigest(digest)) return refuse(response, 400, "invalid_digest", `The digest ${digestRule}.`);
  if (!isScope(scope)) return refuse(response, 404, "unknown_scope", "There is no such scope; a POST tells its own.");
  const address = { scope, digest };
  let signature: GoodSignature | undefined;
  if (isSigned(scope)) {
    const check = checkSignature(secret, address, query ?? "", latestTime(clock));
    if (check.kind === "forged") return refuseForged(response);
    if (check.kind === "expired")
      return refuse(response, 403, "signature_expired", "The URL has expired; a POST tells another one.");
    const keyEndsAt = check.keyId === undefined ? check.expiresAt : await keyLivesUntil(check.keyId);
    if (keyEndsAt === undefined)
      return refuse(response, 403, "key_ended", "The key that this URL was signed for is not taken any more.");
    // No cache keeps what is shown for longer than who was told of it may see it.
    signature = { ...check, expiresAt: Math.min(check.expiresAt, keyEndsAt) };
  } else if (query !== undefined)
    return refuse(response, 400, "unexpected_query", "This URL has no query; with one it would be kept twice.");
  const startedAt = clock.monotonic();
  const found = await (signature === undefined ? twins.find(address) : twins.find(address, signature));
  if (found === "forged") return refuseForged(response);
  if (found !== undefined) {
    await sendDocument(request, response, found);
    // Who only looks at its fields, or wants a piece of it, would not have called for that.
    const { statusCode } = response;
    if (request.method === "GET" && (statusCode === 200 || statusCode === 304))
      found.save(clock.monotonic() - startedAt);
    return;
  }
  refuseUnknown(response, unknown(), request, "PROMPT_NOT_FOUND", "Nobody has asked this lately; send it by POST.");
}

function refuseForged(response: ServerResponse): void {
  refuse(response, 403, "invalid_signature", "The URL is not signed for this; a POST tells one that is.");
}

/** Who asks for much that is not there is told to wait; what is there is given to everybody all the same. */
export function refuseUnknown(
  response: ServerResponse,
  limit: AttemptLimit,
  request: IncomingMessage,
  code: string,
  message: string,
): void {
  const waitMs = limit.count(request.socket.remoteAddress ?? "");
  if (waitMs === undefined) {
    refuse(response, 404, code, message);
    return;
  }
  const seconds = Math.ceil(waitMs / 1_000);
  const told = `Too much that is not there was asked for from this address. Ask again in ${seconds} s.`;
  refuse(response, 429, "too_many_unknown", told, { "retry-after": String(seconds) });
}
