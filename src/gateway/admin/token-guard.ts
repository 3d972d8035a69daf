import type { IncomingMessage } from "node:http";
import { RequestRejectedError } from "../../core/errors.ts";
import type { AdminToken } from "./admin-token.ts";

/**
 * The admin token on the way to an upstream: a mistyped path of the admin API, or a client that was given the wrong one of
 * two credentials. It is ours and nobody else's to read, so such a request is refused and goes nowhere.
 */

/** Fields in which clients show a credential to the APIs that we stand before. */
const credentialFields = ["authorization", "x-api-key", "api-key", "x-goog-api-key"] as const;
/** Google's clients may write theirs into the query. */
const credentialParameters = ["key", "access_token"] as const;

export function carriesAdminToken(token: AdminToken, { headers, url = "" }: IncomingMessage): boolean {
  if (token.kind === "closed") return false;
  for (const name of credentialFields) {
    const value = headers[name];
    // Of a field that stands there several times the values come as a list.
    if (typeof value === "string" && value.split(",").some((part) => endsIn(part, token.token))) return true;
  }
  const queryAt = url.indexOf("?");
  if (queryAt < 0) return false;
  const query = new URLSearchParams(url.slice(queryAt));
  return credentialParameters.some((name) => query.getAll(name).some((value) => endsIn(value, token.token)));
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

/** With or without a scheme before it. How long it takes tells nothing of the token but its length; it is asked of every call. */
function endsIn(shown: string, token: string): boolean {
  const start = shown.length - token.length;
  let difference = 0;
  for (let place = 0; place < token.length; place++)
    difference |= shown.charCodeAt(start + place) ^ token.charCodeAt(place);
  return start >= 0 && difference === 0;
}
