import type { z } from "zod";

/** What a route is handed: the query and the names in the path were read by its schemas, the body was not. */
export interface AdminRequest<Query extends z.ZodObject = z.ZodObject, Params extends z.ZodObject = z.ZodObject> {
  readonly body: unknown;
  readonly query: z.output<Query>;
  readonly params: z.output<Params>;
}

/** One thing that the admin API does. The routes of its document are these, so it cannot say anything else. */
export interface AdminRoute<Query extends z.ZodObject = z.ZodObject, Params extends z.ZodObject = z.ZodObject> {
  readonly method: "GET" | "POST" | "PUT" | "DELETE";
  /** Below `/admin/v1`, such as `/invalidate` or `/entries/{id}`. */
  readonly path: string;
  /** Completes "With this request I …". */
  readonly summary: string;
  /** What is behind the `?`; what breaks it is 400, and so is a parameter that is not in it. Without it all is ignored. */
  readonly query?: Query;
  /** The names in braces in `path`. */
  readonly params?: Params;
  /** What the body must be; whoever answers checks it. */
  readonly body?: z.ZodType;
  readonly answer: z.ZodType;
  /** Default JSON. Of events `answer` is the data of one, and `handle` gives a stream of them. */
  readonly answerType?: "text/event-stream";
  /** Statuses of failures, besides those that every route has. */
  readonly failures: readonly number[];
  /** What is answered as JSON with status 200. What it throws becomes a problem. */
  handle(request: AdminRequest<Query, Params>): unknown;
}

/** A route among others; here its `handle` gets the types of its schemas. */
export function adminRoute<Query extends z.ZodObject = z.ZodObject, Params extends z.ZodObject = z.ZodObject>(
  route: AdminRoute<Query, Params>,
): AdminRoute {
  return route as unknown as AdminRoute;
}
