import { isSharedTenant } from "./shared-scope.ts";

/** Names of tenants, where people or a proxy choose them. */

export const tenantNameRule =
  "must be 1 to 128 of the characters A-Z a-z 0-9 . _ : @ / + = -, of which the first is a letter or a digit, and not anonymous, library, or what begins with shared:";

const form = /^[A-Za-z0-9][A-Za-z0-9._:@/+=-]{0,127}$/;
/** Tenants that there are without a name: callers without credentials, and programs that hold the cache as a library. */
const reserved: ReadonlySet<string> = new Set(["anonymous", "library"]);

export function isTenantName(value: unknown): value is string {
  if (typeof value !== "string" || !form.test(value)) return false;
  const name = value.toLowerCase();
  return !reserved.has(name) && !isSharedTenant(name);
}

/** Also what stands for credentials, where these make the tenant: a keyed digest. */
export function isTenantId(value: unknown): value is string {
  return isTenantName(value) || (typeof value === "string" && /^[\w-]{43}$/.test(value));
}

export const tenantPatternRule =
  "1 to 256 of the characters A-Z a-z 0-9 . _ : @ / + = - and *, of which the first is a letter, a digit or *, and no name that is no tenant's";

/** In which `*` stands for any run of characters, and which some tenant may fit. */
export function isTenantPattern(value: unknown): value is string {
  if (typeof value !== "string" || !/^[A-Za-z0-9*][A-Za-z0-9._:@/+=*-]{0,255}$/.test(value)) return false;
  return value.includes("*") ? !isSharedTenant(value.toLowerCase()) : isTenantName(value);
}

/** As for `X-AI-User`. */
export const userNameRule =
  "must be 1 to 256 printable ASCII characters, of which neither the first nor the last is a space";

export function isUserName(value: unknown): value is string {
  return typeof value === "string" && /^[!-~](?:[ -~]{0,254}[!-~])?$/.test(value);
}
