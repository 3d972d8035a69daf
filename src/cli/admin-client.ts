import { type Dispatcher, request } from "undici";
import { RepriseError } from "../core/errors.ts";
import { adminTokenFile, readAdminToken } from "../gateway/admin/admin-token.ts";
import type { GatewayConfig } from "../gateway/config.ts";
import { baseUrl } from "../option-fields.ts";
import { type GatewayPlace, handshakeRemedy, trusting } from "./gateway-trust.ts";
import { MisuseError } from "./misuse-error.ts";

/**
 * A running gateway, as commands that speak to one see it: the one that the configuration describes, or another by its
 * URL. The token in the data folder is that of the gateway on this machine, and is shown to no other.
 */

/** The gateway could not be asked, or did not do it. */
class GatewayRequestError extends RepriseError {}

/** The gateway was asked for something in a wrong form: `field` of the request breaks `rule`. */
export class WrongFieldError extends GatewayRequestError {
  readonly field: string;
  readonly rule: string;

  constructor(field: string, rule: string) {
    super("misuse", { message: `${field} ${rule}` });
    this.field = field;
    this.rule = rule;
  }
}

const answerTimeoutMs = 30_000;

/** Sends `body` to a route below `/admin/v1` and returns what is answered. */
export function postToAdmin(config: GatewayConfig, place: GatewayPlace, route: string, body: object): Promise<unknown> {
  return askAdmin(config, place, route, body);
}

/** The same, for what is to stand at the route. */
export function putToAdmin(config: GatewayConfig, place: GatewayPlace, route: string, body: object): Promise<unknown> {
  return askAdmin(config, place, route, body, "PUT");
}

/** What a route below `/admin/v1` answers. */
export function getFromAdmin(config: GatewayConfig, place: GatewayPlace, route: string): Promise<unknown> {
  return askAdmin(config, place, route);
}

/** Removes what a route below `/admin/v1` names. */
export function deleteFromAdmin(config: GatewayConfig, place: GatewayPlace, route: string): Promise<unknown> {
  return askAdmin(config, place, route, undefined, "DELETE");
}

async function askAdmin(
  config: GatewayConfig,
  place: GatewayPlace,
  route: string,
  body?: object,
  method = body === undefined ? "GET" : "POST",
): Promise<unknown> {
  const url = place.url === undefined ? urlOf(config) : checked(place.url);
  const token = tokenFor(config, url);
  const dispatcher = url.startsWith("https:") ? trusting(config, place) : undefined;
  const question = { token, method, body, dispatcher };
  const answer = await asked(`${url}/admin/v1${route}`, question).catch((error: unknown) => {
    throw unreachable(url, error);
  });
  if (answer.status === 200 && answer.body !== undefined) return answer.body;
  throw refusal(url, answer);
}

function urlOf({ server }: GatewayConfig): string {
  const { admin } = server;
  if (admin.port === undefined) return listening(server, server, "server");
  return listening(server, { port: admin.port, host: admin.host ?? server.host }, "server.admin");
}

/** Where a gateway takes calls to models, without `/v1`. */
export function modelUrl({ server }: GatewayConfig, { url }: GatewayPlace): string {
  return url === undefined ? listening(server, server, "server") : checked(url);
}

function listening(
  { tls }: GatewayConfig["server"],
  { port, host }: { readonly port: number; readonly host: string },
  section: string,
): string {
  if (port === 0) throw new MisuseError(`${section}.port is 0, which is any free one`, "Name the gateway with --url.");
  // What listens on every address listens on this one.
  const name = host === "0.0.0.0" ? "127.0.0.1" : host === "::" ? "::1" : host;
  return `${tls.cert === undefined ? "http" : "https"}://${name.includes(":") ? `[${name}]` : name}:${port}`;
}

/** That nobody answers there, as a person reads it. */
export function unreachable(url: string, error: unknown): RepriseError {
  const { code, message } = error as { readonly code?: string; readonly message: string };
  return new GatewayRequestError("gateway_unreachable", {
    message: `No gateway answers at ${url} (${code ?? message})`,
    remedy:
      handshakeRemedy(code, url) ??
      "Start it with reprise serve, or name the one that runs with --url, or with --config or --port",
  });
}

function checked(given: string): string {
  const reading = baseUrl.safeParse(given);
  if (reading.success) return reading.data.replace(/\/v1$/, "");
  throw new MisuseError("--url must be an http or https URL without user, query or fragment", "Correct it.");
}

function tokenFor({ security, data: { directory } }: GatewayConfig, url: string): string {
  if (security.adminToken !== undefined) return security.adminToken;
  if (!isOnThisMachine(url))
    throw new GatewayRequestError("no_admin_token", {
      message: `There is no admin token for ${url}`,
      remedy: "Set REPRISE_ADMIN_TOKEN to that of the gateway",
    });
  const file = adminTokenFile(directory);
  const token = kept(directory, file);
  if (token !== undefined && token !== "") return token;
  throw new GatewayRequestError("no_admin_token", {
    message: `There is no admin token in ${file}`,
    remedy: "Start the gateway, which makes it; name its data folder with --data; or set REPRISE_ADMIN_TOKEN",
  });
}

function kept(directory: string, file: string): string | undefined {
  try {
    return readAdminToken(directory);
  } catch (error) {
    throw new GatewayRequestError("no_admin_token", {
      message: `${file} cannot be read (${(error as NodeJS.ErrnoException).code})`,
      remedy: "Run this as the user who runs the gateway, or set REPRISE_ADMIN_TOKEN",
    });
  }
}

function isOnThisMachine(url: string): boolean {
  return /^(localhost|127(\.\d+){3}|\[::1\])$/.test(new URL(url).hostname);
}

interface AdminAnswer {
  readonly status: number;
  /** `undefined` when it was no JSON. */
  readonly body: unknown;
}

interface AdminQuestion {
  readonly token: string;
  readonly method: string;
  readonly body: object | undefined;
  readonly dispatcher: Dispatcher | undefined;
}

async function asked(url: string, { token, method, body, dispatcher }: AdminQuestion): Promise<AdminAnswer> {
  const response = await request(url, {
    method: method as Dispatcher.HttpMethod,
    headers: { authorization: `Bearer ${token}`, ...(body !== undefined && { "content-type": "application/json" }) },
    body: body === undefined ? null : JSON.stringify(body),
    headersTimeout: answerTimeoutMs,
    bodyTimeout: answerTimeoutMs,
    ...(dispatcher && { dispatcher }),
  });
  const isJson = /\bjson\b/.test(String(response.headers["content-type"]));
  const text = await response.body.text();
  return { status: response.statusCode, body: isJson ? JSON.parse(text) : undefined };
}

function refusal(url: string, { status, body }: AdminAnswer): RepriseError {
  const { code, detail, path, rule } = (body ?? {}) as Readonly<Record<string, unknown>>;
  if (status === 401)
    return new GatewayRequestError("unauthorized", {
      message: `The gateway at ${url} has another admin token`,
      remedy: "Name its data folder with --data, or set REPRISE_ADMIN_TOKEN",
    });
  if (code === "invalid_request" && typeof path === "string" && path !== "" && typeof rule === "string")
    return new WrongFieldError(path, rule);
  if (typeof code === "string" && typeof detail === "string")
    return new GatewayRequestError(code, { message: detail.replace(/\.$/, "") });
  return new GatewayRequestError("no_gateway", {
    message: `What answers at ${url} is no gateway of this version (status ${status})`,
    remedy: "Correct --url, --host or --port",
  });
}
