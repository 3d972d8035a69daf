import type { z } from "zod";

/** One thing that the admin API does. The routes of its document are these, so it cannot say anything else. */
export interface AdminRoute {
  readonly method: "GET" | "POST" | "PUT" | "DELETE";
  /** Below `/admin/v1`, such as `/invalidate`. */
  readonly path: string;
  /** Completes "With this request I …". */
  readonly summary: string;
  /** What the body must be; whoever answers checks it. */
  readonly body?: z.ZodType;
  readonly answer: z.ZodType;
  /** Statuses of failures, besides those that every route has. */
  readonly failures: readonly number[];
  /** What is answered as JSON with status 200. What it throws becomes a problem. */
  handle(body: unknown): unknown;
}
