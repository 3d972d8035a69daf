import { contentDigest, lengthPrefixed } from "./fingerprint.ts";

/**
 * A scope that several tenants share because the configuration says so. It has a tenant of its own, under which what they
 * share is kept; each of them is a member. What a member has written can be told from what others have, so that it can be
 * taken back alone, and is told to nobody else.
 */

/** What the configuration says of one. */
export interface SharedScope {
  readonly name: string;
  /** Ids of the tenants, or everybody whom the gateway has checked. */
  readonly tenants: readonly string[] | "*";
  /** Whether stored answers take as long as computed ones. */
  readonly delay: boolean;
  /** So many members besides must have got an agreeing answer before one of them gets another's for a like question. */
  readonly agreements: number;
}

/** That a call is answered in one, and for whom. */
export interface Sharing extends Pick<SharedScope, "delay" | "agreements"> {
  readonly scope: string;
  /** The tenant who asks. */
  readonly tenant: string;
  /** The same in what is stored. */
  readonly member: string;
  /** How large the request is, on which the time of a computed answer depends. */
  readonly requestBytes: number;
}

const prefix = "shared:";

/** The tenant under which the answers of a shared scope are kept. Nobody who asks has it. */
export function sharedTenant(name: string): string {
  return prefix + name;
}

export function isSharedTenant(tenant: string): boolean {
  return tenant.startsWith(prefix);
}

/** What stands for a tenant in a shared scope: as the user of what it has written there, and in notes. */
export function memberOf(tenant: string): string {
  return `member:${contentDigest(lengthPrefixed(["member", tenant]))}`;
}

/** The tag on what was written for a user of a member, for who has to take it back. */
export function memberTag(tenant: string, user: string): string {
  const digest = contentDigest(lengthPrefixed(["member", tenant, user]));
  return `by:${Buffer.from(digest, "base64url").toString("hex").slice(0, 60)}`;
}
