/** Why somebody was not let in; for metrics and logs, and told to nobody outside. */
export const authFaults = [
  /** Nothing was shown. */
  "missing",
  /** It has not the form of a key, or was mistyped. */
  "malformed",
  /** There is no such key. */
  "unknown",
  /** There is such a key, and this is not its secret. */
  "wrong_secret",
  "expired",
  /** It was rotated, and the time that the old text was still taken is over. */
  "superseded",
  "revoked",
  /** More than one was shown. */
  "ambiguous",
  /** A key or a credential stands where none may. */
  "misplaced",
  /** Not the trusted proxy. */
  "unproven",
  /** The trusted proxy did not name the tenant as it must. */
  "unnamed",
  /** No credential, where those without one are not served. */
  "anonymous",
  /** The store could not be asked. */
  "unavailable",
] as const;

export type AuthFault = (typeof authFaults)[number];
