/**
 * Who within a tenant an answer is for, as a part of its key. A user that the gateway knows by a virtual key or a proxy's
 * word, and one that somebody only says to be, are two, also where they are called alike.
 */

const named = "user:";
const proven = "proven-user:";

export function userScope(user: string | undefined, isProven: boolean): string {
  return `${isProven ? proven : named}${user ?? ""}`;
}

/** The user of such a scope; `undefined` for what is none. */
export function userOfScope(scope: string): string | undefined {
  const prefix = [named, proven].find((one) => scope.startsWith(one));
  return prefix === undefined ? undefined : scope.slice(prefix.length);
}
