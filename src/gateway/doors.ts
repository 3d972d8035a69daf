import type { IncomingMessage, ServerResponse } from "node:http";
import { adminForm, isAdminPath } from "./admin/admin-api.ts";
import { isDashboardPath } from "./dashboard.ts";
import { originForm, pathOf } from "./dispatch.ts";
import type { Handlers } from "./listeners.ts";
import { sendRefusal, strangerAt } from "./refuse-head.ts";

/** Which part of the gateway a request is for, by its path alone, and by the port that it came to. */

type Serve = (request: IncomingMessage, response: ServerResponse) => void;

export interface DoorParts {
  /** Then the public port has nothing that is for the operator, and the other one nothing else. */
  readonly isAdminApart: boolean;
  /** Names by which the operator may ask on the loopback interface. */
  readonly adminNames: () => readonly string[];
  readonly dashboard: Serve;
  /** What serves published answers and twins, where the path is one of them. */
  readonly edge: (path: string) => { serve(request: IncomingMessage, response: ServerResponse): unknown } | undefined;
  readonly dispatch: Serve;
}

/** What the gateway says of itself. */
const operations: ReadonlySet<string> = new Set(["/healthz", "/readyz", "/metrics"]);

const refusals = {
  unknown_host: {
    status: 421,
    detail: "This name is not one of the gateway's; server.admin.names lists those that are.",
  },
  cross_site: { status: 403, detail: "A page of another site may not ask this." },
} as const;

/** `serveOperation`: what serves operations and the admin API. */
export function doorsOf(parts: DoorParts): (serveOperation: Serve) => Handlers {
  const { isAdminApart, adminNames, dashboard, edge, dispatch } = parts;
  return (serveOperation) => {
    const serveOwn = (serve: Serve, request: IncomingMessage, response: ServerResponse): void => {
      const stranger = strangerAt(request, adminNames());
      // Whoever follows a link of another site to the dashboard sees no more than a field for the token.
      if (stranger === undefined || (stranger === "cross_site" && serve === dashboard)) serve(request, response);
      else sendRefusal(response, refusals[stranger].status, refusals[stranger].detail, stranger);
    };
    return {
      serve(request, response) {
        request.url = adminForm(originForm(request.url as string));
        const path = pathOf(request);
        const isOwn = isAdminPath(path) || isDashboardPath(path);
        if (isAdminApart && (isOwn || path === "/metrics")) notHere(response);
        else if (operations.has(path)) serveOperation(request, response);
        else if (isOwn) serveOwn(isAdminPath(path) ? serveOperation : dashboard, request, response);
        else {
          const own = edge(path);
          if (own === undefined) dispatch(request, response);
          else void own.serve(request, response);
        }
      },
      serveAdmin(request, response) {
        request.url = adminForm(originForm(request.url as string));
        const path = pathOf(request);
        const isLook = request.method === "GET" || request.method === "HEAD";
        if (isAdminPath(path)) serveOwn(serveOperation, request, response);
        else if (isDashboardPath(path)) serveOwn(dashboard, request, response);
        else if (operations.has(path) && isLook) serveOperation(request, response);
        else notHere(response);
      },
    };
  };
}

function notHere(response: ServerResponse): void {
  sendRefusal(response, 404, "There is no such path on this port.", "not_found");
}
