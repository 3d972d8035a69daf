import type { CacheMarks } from "../core/cache-marks.ts";
import type { KeptContent } from "../core/kept-content.ts";
import type { OriginResponse } from "../core/origin.ts";

/** A call whose provider is told what to keep of its prompt, or whose answer tells of that. */
export interface MarkedCall {
  readonly marks: CacheMarks | undefined;
  /** What it names in place of its beginning. */
  readonly content: KeptContent | undefined;
  /** The origin answered with this status to it, and took it as the client had sent it. */
  refused(status: number): void;
  /** The same answer, whose beginning and usage the planner hears of. */
  watched(response: OriginResponse): OriginResponse;
}
