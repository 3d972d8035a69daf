import { nothing } from "./numbers.ts";

/** The model that was asked, and the one that answered where that is another: a snapshot, or a fallback. */
export function modelsShown(asked: string | undefined, answered: string | undefined): string {
  return answered === undefined || answered === asked
    ? (asked ?? nothing)
    : `${asked ?? nothing}, answered by ${answered}`;
}
