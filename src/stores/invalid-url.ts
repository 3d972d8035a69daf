import { InvalidOptionError } from "../core/errors.ts";

/** What is wrong with the URL of a store. Neither text may repeat any of it: a slip of the hand puts a password anywhere. */
export function invalidUrl(what: string, remedy: string): InvalidOptionError {
  return new InvalidOptionError("store.url", { message: `store.url ${what}`, remedy });
}
