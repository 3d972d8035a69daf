import type { ProtocolError } from "../core/protocol.ts";
import { renderEvent } from "./sse.ts";

/**
 * An error in the shape of `google.rpc.Status`. What Reprise calls it stands in an `ErrorInfo`, in capitals as those are;
 * a field that is wrong stands in a `BadRequest`. Source: AIP-193, "Errors".
 */
export function renderGeminiError({ status, code, message, param }: ProtocolError, form: "json" | "event"): Uint8Array {
  const info = { "@type": `${types}.ErrorInfo`, reason: code.toUpperCase(), domain: "reprise" };
  const violations = param === undefined ? [] : [{ field: param, description: message }];
  const wrong = violations.map(() => ({ "@type": `${types}.BadRequest`, fieldViolations: violations }));
  const error = { code: status, message, status: statusName(status), details: [info, ...wrong] };
  const text = JSON.stringify({ error });
  return new TextEncoder().encode(form === "json" ? text : renderEvent(text));
}

const types = "type.googleapis.com/google.rpc";

/** Source: google.rpc.Code, "HTTP Mapping". */
const statusNames: ReadonlyMap<number, string> = new Map([
  [401, "UNAUTHENTICATED"],
  [403, "PERMISSION_DENIED"],
  [404, "NOT_FOUND"],
  [409, "ABORTED"],
  [429, "RESOURCE_EXHAUSTED"],
  [499, "CANCELLED"],
  [500, "INTERNAL"],
  [501, "UNIMPLEMENTED"],
  [504, "DEADLINE_EXCEEDED"],
]);

function statusName(status: number): string {
  return statusNames.get(status) ?? (status >= 500 ? "UNAVAILABLE" : "INVALID_ARGUMENT");
}
