import type { FingerprintKey } from "../../core/fingerprint.ts";
import { tenantOf } from "../../intake/request-headers.ts";
import { classifyHeader } from "../../policy/scope.ts";
import type { Flags } from "../commands/config-flags.ts";
import { MisuseError } from "../misuse-error.ts";

export type WhoseVectors = (secret: FingerprintKey) => string | undefined;

/**
 * Whose vectors are meant: an id, or that which the gateway derives from an API key. The key itself is read from the
 * environment, since a command line is there for everybody on the machine to read. Throws `MisuseError`.
 */
export function whoseIn(flags: Flags, environment: Readonly<Record<string, string | undefined>>): WhoseVectors {
  const { tenant, credentialEnv, credentialHeader } = flags;
  if (tenant !== undefined && credentialEnv !== undefined)
    throw new MisuseError("--tenant and --credential-env say the same thing", "Use one of them.");
  if (tenant === "") throw new MisuseError("--tenant must not be empty", "Give the id of a tenant.");
  if (credentialEnv === undefined) {
    if (credentialHeader === undefined) return () => tenant;
    throw new MisuseError("--credential-header needs --credential-env", "Name the variable that holds the key.");
  }
  const header = (credentialHeader ?? "authorization").toLowerCase();
  const key = environment[credentialEnv];
  if (key === undefined || key === "")
    throw new MisuseError(`The environment variable ${credentialEnv} is not set`, "Set it to the API key.");
  if (classifyHeader(header, []) !== "credential")
    throw new MisuseError(
      `The header field ${header} carries no credential`,
      "Name authorization, x-api-key, x-goog-api-key or another that does.",
    );
  // As SDKs send it. A scheme of one's own is given with its name in front.
  const value = header === "authorization" && !key.includes(" ") ? `Bearer ${key}` : key;
  return (secret) => tenantOf(secret, [header, value]);
}
