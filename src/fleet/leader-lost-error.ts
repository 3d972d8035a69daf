import { OriginError } from "../core/errors.ts";
import type { Following } from "./fleet-parts.ts";

/** A stream that another process computed for all has broken off, which says nothing of the origin. */
export class LeaderLostError extends OriginError {
  /** How whoever has not begun to answer is to ask again. */
  readonly again: Following;

  constructor(again: Following) {
    super("truncated", { message: "The process that computed this answer for all is gone." });
    this.again = again;
  }
}
