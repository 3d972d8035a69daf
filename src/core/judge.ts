import type { Billed } from "./cost.ts";
import type { ModelAsk } from "./trace.ts";

/** The contract of what is asked, in the background and never on the way to an answer, whether two questions are one. */
export interface Judge {
  /** `undefined` when it cannot say, is not asked any more for now, or fails. Never rejects. */
  asksTheSame(one: string, other: string, listener?: JudgeListener): Promise<boolean | undefined>;
  close?(): void;
}

/** Hears what becomes of asking. */
export interface JudgeListener {
  billed(billed: Billed): void;
  failed(kind: "timeout" | "error" | "invalid"): void;
  /** A request to a server is over, however it ended. */
  asked?(ask: ModelAsk): void;
}
