import type { RepriseError } from "../../core/errors.ts";
import { ended, sentence } from "../../core/sentence.ts";

/** What went wrong and the remedy, as two sentences. */
export function lineOf({ message, remedy = "" }: Pick<RepriseError, "message" | "remedy">): string {
  return remedy === "" ? ended(message) : `${ended(message)} ${sentence(remedy)}`;
}
