import type { IncomingMessage } from "node:http";
import { privateFields } from "../../core/cache-steering.ts";
import { type JsonValue, toPlain } from "../../core/canonical-json.ts";
import { parseJson } from "../../core/strict-json.ts";
import { repeatedField } from "../../policy/scope.ts";
import type { AttemptLimit } from "../attempt-limit.ts";
import type { AuditTrail } from "../audit/audit-trail.ts";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "../vendor.ts";
import type { AdminRoute } from "./admin-route.ts";
import { type AdminToken, showsToken } from "./admin-token.ts";
import { readParameters } from "./parameters.ts";
import { problemOf, sendProblem, TooManyError } from "./problem.ts";

/**
 * The admin API: what is below `/admin`, for those who show the token. Nothing of it ever reaches an upstream, whatever
 * the path or the method, since a mistyped path carries the token, too.
 */

export interface AdminApiParts {
  readonly routes: readonly AdminRoute[];
  /** Replaced when the configuration is read again. `requests`: of those who show the token. */
  readonly live: { readonly token: AdminToken; readonly requests: AttemptLimit };
  readonly wrongTokens: AttemptLimit;
  /** Where it is logged who changes what. */
  readonly audit: Pick<AuditTrail, "doing" | "refused">;
  /** Somebody came without the token. */
  onRefused(): void;
  /** Hears of faults that are ours. */
  report(error: unknown, request: IncomingMessage): void;
}

const prefix = "/admin";
const version = "/v1";
/** Far more than an invalidation of all that may be named at once. */
const mostBodyBytes = 1024 * 1024;

export function isAdminPath(path: string): boolean {
  return path === prefix || path.startsWith(`${prefix}/`);
}

/**
 * What is below `/admin` written otherwise (`//admin`, `/Admin`, `/%61dmin`, `/admin%2fv1`), as a path of ours that is not
 * there: whoever writes so means us and shows the token, which is not for an upstream to see. What climbs is refused anyway.
 */
export function adminForm(target: string): string {
  if (!mayMeanUs.test(target)) return target;
  const [path = ""] = target.split(/[?#]/, 1);
  const plain = path.replace(/%([0-9a-f]{2})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
  return !isAdminPath(path) && !plain.includes("..") && meansUs.test(plain) ? `${prefix}/${target}` : target;
}

/** Told of every request, so that most need no more. */
const mayMeanUs = /^(?:[/\\.]|%(?:2e|2f|5c))+(?:a|%[46]1)/i;
const meansUs = /^[/\\.]+admin(?![\w-])/i;

export function registerAdminApi(server: FastifyInstance, parts: AdminApiParts): void {
  server.register(
    async (admin) => {
      admin.addHook("onRequest", async (request, reply) => admitOperator(parts, request, reply));
      admin.removeAllContentTypeParsers();
      admin.addContentTypeParser(
        "*",
        { parseAs: "buffer", bodyLimit: mostBodyBytes },
        // Some clients name a type where they send nothing.
        async ({ routeOptions }: FastifyRequest, body: Buffer) =>
          (routeOptions.config as Partial<RouteConfig>).isBodyRead === true
            ? toPlain(parseJson(body) as JsonValue)
            : undefined,
      );
      admin.setErrorHandler((error, request, reply) => {
        const problem = problemOf(error, request.method === "GET" || request.method === "HEAD");
        if (problem === undefined) parts.report(error, request.raw);
        if (problem?.status === 503) reply.header("retry-after", "1");
        if (error instanceof TooManyError) reply.header("retry-after", String(error.retryAfterS));
        return sendProblem(reply, problem ?? ourFault);
      });
      // Never gets as far as this, but without it those who are lost would not meet the hook.
      admin.setNotFoundHandler(lost);
      for (const path of new Set(parts.routes.map((route) => route.path))) addPath(admin, parts, path);
    },
    { prefix },
  );
}

/** With this status nothing is said about why: the log says it. */
const ourFault = {
  status: 500,
  code: "internal_error",
  detail: "The gateway failed to handle this request; its log says why.",
};

function lost(request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const detail = `There is no ${request.url.split("?")[0]}; ${prefix}${version}/openapi.json lists what there is.`;
  return sendProblem(reply, { status: 404, code: "not_found", detail });
}

/** What the server turns down before it looks for a route. */
export function refuseMalformed(error: Error, _request: unknown, reply: FastifyReply): void {
  sendProblem(reply, problemOf(error) ?? ourFault);
}

interface RouteConfig {
  readonly isBodyRead: boolean;
}

/** Every method of the path: what the routes do, and for the others that they are not among them. */
function addPath(admin: FastifyInstance, parts: AdminApiParts, path: string): void {
  const routes = parts.routes.filter((route) => route.path === path);
  // What stands in braces in the path of a route is a parameter to the router.
  const url = version + path.replace(/\{(\w+)\}/g, ":$1");
  for (const route of routes) {
    const { method, answerType } = route;
    admin.route({
      method,
      url,
      exposeHeadRoute: hasHead(route),
      config: { isBodyRead: route.body !== undefined } satisfies RouteConfig,
      handler: async (request, reply) => {
        reply.headers(privateFields);
        const params = route.params === undefined ? {} : readParameters(route.params, request.params);
        const query = route.query === undefined ? {} : readParameters(route.query, request.query);
        if (answerType !== undefined) reply.header("content-type", answerType);
        const { body } = request;
        if (method === "GET") return route.handle({ body, query, params });
        const asked = { action: `${method} ${path}`, from: request, params, query, body };
        return parts.audit.doing(asked, () => route.handle({ body, query, params }));
      },
    });
  }
  const allowed = routes.flatMap((route) => (hasHead(route) ? ["GET", "HEAD"] : [route.method]));
  const unread = (): never => {
    throw new Error("answered before its body was read");
  };
  admin.route({
    method: admin.supportedMethods.filter((method) => !allowed.includes(method)),
    url,
    onRequest: async (request, reply) => {
      const detail = `${request.method} is not what ${prefix}${version}${path} takes; it takes ${allowed.join(", ")}.`;
      return sendProblem(reply.header("allow", allowed.join(", ")), {
        status: 405,
        code: "method_not_allowed",
        detail,
      });
    },
    handler: unread,
  });
}

/** What goes on for ever has no length and no end to tell. */
function hasHead({ method, answerType }: AdminRoute): boolean {
  return method === "GET" && answerType === undefined;
}

/** Resolves with the reply when it was sent: nobody gets further without the token. */
export async function admitOperator(
  {
    live: { token, requests },
    wrongTokens,
    audit,
    onRefused,
  }: Pick<AdminApiParts, "live" | "wrongTokens" | "audit" | "onRefused">,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply | undefined> {
  if (repeatedField(request.raw.rawHeaders) !== undefined) {
    const detail = "The request has a credential, or its host, more than once. Send it once.";
    return sendProblem(reply, { status: 400, code: "repeated_field", detail });
  }
  const { authorization } = request.headers;
  // Here, and not where fastify has its place for it: there a body that cannot be read would be told of first.
  // Nothing is compared for an address that is to wait: whoever guesses would be told the right one all the same.
  const isHeard = authorization === undefined || wrongTokens.waitOf(request.ip) === undefined;
  if (token.kind === "open" && isHeard && showsToken(authorization, token.token)) {
    wrongTokens.trust(request.ip);
    const restMs = requests.count(request.ip);
    if (restMs !== undefined) return refuseFor(reply, restMs, "too_many_requests", "Too many requests");
    return request.is404 ? lost(request, reply) : undefined;
  }
  onRefused();
  audit.refused(request.ip, authorization !== undefined);
  if (token.kind === "closed") {
    const detail = `The admin API is closed: ${token.reason}. ${token.remedy}`;
    return sendProblem(reply, { status: 403, code: "admin_closed", detail });
  }
  const isShown = authorization !== undefined;
  const waitMs = isShown ? wrongTokens.count(request.ip) : undefined;
  if (waitMs !== undefined) return refuseFor(reply, waitMs, "too_many_attempts", "Too many wrong tokens");
  // RFC 6750 section 3: who shows nothing is told the scheme and no error.
  reply.header("www-authenticate", `Bearer realm="reprise admin"${isShown ? ', error="invalid_token"' : ""}`);
  const detail = isShown
    ? "This is not the admin token of this gateway."
    : "Show the admin token as a bearer token in the Authorization field.";
  return sendProblem(reply, { status: 401, code: "unauthorized", detail });
}

function refuseFor(reply: FastifyReply, waitMs: number, code: string, what: string): FastifyReply {
  const seconds = Math.ceil(waitMs / 1_000);
  reply.header("retry-after", String(seconds));
  const detail = `${what} came from this address. Ask again in ${seconds} s.`;
  return sendProblem(reply, { status: 429, code, detail });
}
