import { unescape as percentDecoded } from "node:querystring";
import { RequestRejectedError } from "../../core/errors.ts";
import { searchFor } from "./secret-search.ts";

/**
 * The admin token on the way to an upstream: a mistyped path of the admin API, or a client that was given the wrong one of
 * two credentials. It is ours and nobody else's to read, so such a request is refused and goes nowhere. Upstreams are sent
 * what stands in any field, so all of them are looked at, and the whole target.
 */

/** Whether a text shows the token in any form. It is asked of every call, and most fields are too short to hold it. */
export function showsIn(token: string): (text: string) => boolean {
  const holds = searchFor(token);
  const { length } = token;
  return (text) =>
    text.length >= length &&
    (holds(text) || holds(basicOf(text)) || (text.includes("%") && holds(percentDecoded(text))));
}

export function refuseAdminToken(): RequestRejectedError {
  return new RequestRejectedError({
    status: 401,
    code: "admin_token",
    message:
      "This request shows the admin token of the gateway, which opens /admin/v1 alone and is sent to no upstream.",
    remedy: "Show the credential of the upstream here, or correct the path.",
  });
}

/** User and password, where a field shows such (RFC 7617), or "". */
function basicOf(value: string): string {
  return /^basic[ \t]/i.test(value) ? Buffer.from(value.slice("basic".length), "base64").toString("latin1") : "";
}
