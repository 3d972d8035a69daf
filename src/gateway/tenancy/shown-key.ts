import { unescape as percentDecoded } from "node:querystring";
import { readQuery } from "../../policy/scope.ts";
import { holdsKeyText } from "./key-text.ts";

/**
 * Where callers show a virtual key: in one of the fields in which SDKs send the key of their provider, and nowhere else. Of
 * two fields nobody could say which one is meant, proxies and servers have differed on it, and so neither is taken. A key
 * in the target would stand in the logs of every server on the way. One that stands elsewhere besides is not sent on with
 * the rest, so such a request is not taken at all.
 */

const keyFields: ReadonlySet<string> = new Set(["authorization", "x-api-key", "x-goog-api-key", "api-key"]);

export type ShownKey =
  | { readonly kind: "shown"; readonly text: string }
  | { readonly kind: "refused"; readonly fault: "missing" | "ambiguous" | "misplaced" };

/** `target`: path and query as they came. */
export function shownKey(rawHeaders: readonly string[], target: string): ShownKey {
  if (showsInTarget(target)) return { kind: "refused", fault: "misplaced" };
  let shown: string | undefined;
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const name = rawHeaders[index] as string;
    const value = rawHeaders[index + 1] as string;
    if (keyFields.has(name.toLowerCase())) {
      if (shown !== undefined) return { kind: "refused", fault: "ambiguous" };
      shown = isAuthorization(name) ? tokenOf(value) : value;
    } else if (holdsKeyText(value) || holdsKeyText(name)) return { kind: "refused", fault: "misplaced" };
  }
  return shown === undefined || shown === "" ? { kind: "refused", fault: "missing" } : { kind: "shown", text: shown };
}

function isAuthorization(name: string): boolean {
  return name.length === "authorization".length;
}

/** RFC 6750 section 2.1; the scheme in any case (RFC 9110 section 11.1). */
function tokenOf(value: string): string {
  const [, token = ""] = /^bearer +(\S+)$/i.exec(value) ?? [];
  return token;
}

/** A credential by its name, or a key of ours wherever it stands, escaped or not. */
function showsInTarget(target: string): boolean {
  const queryAt = target.indexOf("?");
  if (queryAt >= 0 && readQuery(target.slice(queryAt), []).credentials.length > 0) return true;
  return holdsKeyText(target) || (target.includes("%") && holdsKeyText(percentDecoded(target)));
}
