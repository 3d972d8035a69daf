import { Store } from "../shell/store.ts";
import { AdminClient } from "./admin-client.ts";
import { Failure, failureOf } from "./failure.ts";

/**
 * Who is logged in: the token, kept in memory and in the storage of this tab, which ends with it. It never gets into a
 * URL, a cookie or the storage that tabs share.
 */

const place = "reprise.admin-token";

export interface Session {
  readonly client: AdminClient | undefined;
  /** Why nobody is logged in, where that is not plain. */
  readonly notice: string | undefined;
}

export const session = new Store<Session>({ client: restored(), notice: undefined });

/** Asks the gateway whether the token is right, and only then keeps it. */
export async function logIn(token: string): Promise<void> {
  // No field of HTTP could hold it, so nobody can have been given it.
  if (!/^[\x21-\x7e]+$/.test(token)) throw failureOf(401, {}, false, null);
  const client = new AdminClient(token);
  await client.get("/config");
  storage()?.setItem(place, token);
  session.set({ client, notice: undefined });
}

export function logOut(notice?: string): void {
  storage()?.removeItem(place);
  session.set({ client: undefined, notice });
}

/** What is wrong with the token ends the session, whoever notices it. */
export function endIfRefused(error: unknown): void {
  if (!(error instanceof Failure) || session.value.client === undefined) return;
  if (error.kind === "unauthorized") logOut("The gateway no longer takes this token. Log in again.");
  if (error.kind === "closed" || error.kind === "limited") logOut(error.message);
}

function restored(): AdminClient | undefined {
  const token = storage()?.getItem(place);
  return token ? new AdminClient(token) : undefined;
}

/** A browser may forbid it; then the session ends with the page. */
function storage(): Storage | undefined {
  try {
    return sessionStorage;
  } catch {
    return undefined;
  }
}
