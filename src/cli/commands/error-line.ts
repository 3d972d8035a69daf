import type { RepriseError } from "../../core/errors.ts";

/** What went wrong and the remedy, as two sentences. */
export function lineOf({ message, remedy = "" }: RepriseError): string {
  const told = message.replace(/\.?$/, ".");
  return remedy === "" ? told : `${told} ${remedy.charAt(0).toUpperCase()}${remedy.slice(1).replace(/\.?$/, ".")}`;
}
