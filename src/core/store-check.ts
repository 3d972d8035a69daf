import { RepriseError } from "./errors.ts";
import { sentence } from "./sentence.ts";
import type { Store } from "./store.ts";

/**
 * The contract of a store that can say what is wrong with it, for `reprise doctor` and the log of a starting gateway:
 * an address that nobody answers, a password that is refused, rights that are lacking. Nothing here answers a call.
 */

export interface StoreFinding {
  /** What was found, in one line, without credentials. */
  readonly detail: string;
  /** Absent where all is well. `warning`: it works, but not as one would wish; `error`: the store is of no use so. */
  readonly severity?: "warning" | "error";
  /** What the reader can do about it; always there with a severity. */
  readonly remedy?: string;
}

export interface CheckableStore extends Store {
  /** Looks now, as with a first connection; at least one finding. Rejects for nothing but a defect. */
  check(): Promise<readonly StoreFinding[]>;
}

/** What a check says that came to an end before it could look: why, and what to do. */
export function failedCheck(error: unknown): StoreFinding {
  const remedy = RepriseError.isInstance(error) ? error.remedy : undefined;
  return {
    detail: error instanceof Error ? error.message : String(error),
    severity: "error",
    remedy: sentence(remedy ?? "look at the log of the server"),
  };
}

export function isCheckable(store: Store): store is CheckableStore {
  return typeof (store as Partial<CheckableStore>).check === "function";
}
