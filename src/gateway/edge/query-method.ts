import type { IncomingMessage, ServerResponse } from "node:http";
import type { Answer } from "../../core/answer.ts";
import { privateFields } from "../../core/cache-steering.ts";
import { RequestRejectedError } from "../../core/errors.ts";
import type { MaybePromise } from "../../core/store.ts";
import { addressIn, type TwinAddress } from "../../layers/edge/twin-address.ts";
import { responseFields } from "../../policy/response-fields.ts";
import { sendDocument } from "./edge-reply.ts";
import type { FoundTwin } from "./twins.ts";

/**
 * QUERY (RFC 10008): a call that changes nothing and may be repeated. Where policy opened the call to everybody, it is
 * answered as its twin is by GET, conditions included. A cache that knows the method keeps answers by URL and body, but
 * what a call is depends on its other fields as well, so this answer is kept by nobody; it names the twin, which may be.
 */

/** Section 2: what the body is must be said, and be something that can be queried by. Throws `RequestRejectedError`. */
export function assertQuery({ headers }: IncomingMessage): void {
  const [type = ""] = (headers["content-type"] ?? "").split(";");
  if (/^application\/json$/i.test(type.trim())) return;
  const message = "A QUERY says in Content-Type what its body is: application/json.";
  throw new RequestRejectedError({ status: type === "" ? 400 : 415, code: "unsupported_query", message });
}

export interface TwinFinder {
  readonly findTwin: (address: TwinAddress) => MaybePromise<FoundTwin | undefined>;
}

/** False: it has no twin for everybody, and nothing was sent. */
export async function sendAsTwin(
  { findTwin }: TwinFinder,
  request: IncomingMessage,
  response: ServerResponse,
  answer: Answer,
): Promise<boolean> {
  const address = answer.twin?.isPublic === true ? addressIn(answer.twin.path) : undefined;
  const found = address && (await findTwin(address));
  if (found === undefined) return false;
  const told = responseFields(answer);
  const own = Object.fromEntries(
    ["cache-status", "x-ai-cache-status", "content-location", "accept-query"].map((name) => [name, told[name] ?? ""]),
  );
  const fields = { ...own, ...privateFields, vary: `Accept-Encoding, ${privateFields.vary}` };
  await sendDocument(request, response, { ...found, fields });
  return true;
}
