/**
 * Header fields of one connection, which are not carried over to the next: these, and those that `Connection` names
 * (RFC 9110 section 7.6.1). `Proxy-Connection` was never standard, and is sent.
 */
export const hopByHop: ReadonlySet<string> = new Set([
  "connection",
  "keep-alive",
  "proxy-authenticate",
  "proxy-authorization",
  "proxy-connection",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
]);

/** The fields, in lower case, that a value of `Connection` names. */
export function namedByConnection(value: string): readonly string[] {
  return value.split(",").map((name) => name.trim().toLowerCase());
}
