import { type Asked, ownPartition } from "../core/call.ts";

/**
 * What parts the prompts that an engine keeps, so that nobody can find out by the time an answer takes what somebody else
 * has asked (CVE-2025-46570): a secret of the gateway's for each tenant, or user where those are kept apart.
 */
export function saltOf({ call, origin }: Asked): string | undefined {
  return origin.takesSalt === true ? ownPartition(call, "engine salt") : undefined;
}
