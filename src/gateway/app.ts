import type { IncomingMessage, ServerResponse } from "node:http";
import { assembleCore, type Core, protocols } from "../cache.ts";
import { systemClock } from "../core/clock.ts";
import { RequestRejectedError } from "../core/errors.ts";
import type { Trace } from "../core/trace.ts";
import { openAiChat } from "../protocols/openai-chat.ts";
import { sqlite } from "../stores/sqlite.ts";
import type { Log } from "../telemetry/log.ts";
import { type Metrics, prometheusMetrics } from "../telemetry/prometheus.ts";
import { version } from "../version.ts";
import type { GatewayConfig } from "./config.ts";
import { type ModelRouteParts, modelRoute } from "./model-route.ts";
import { passThrough } from "./pass-through.ts";
import { sendError } from "./send-error.ts";
import { type Route, Upstreams } from "./upstreams.ts";
import { type FastifyInstance, type FastifyReply, type FastifyRequest, fastify } from "./vendor.ts";

/**
 * The gateway: fastify routes over the same core as the library. Model calls go through the pipeline, operations
 * answer for the gateway itself, and every other path passes through to its upstream untouched.
 */

export interface App {
  readonly server: FastifyInstance;
  /** Takes over rules, upstreams, limits and log level; what is under way ends as it began. */
  reload(config: GatewayConfig): void;
  /** Stops accepting, lets what runs finish for `drainMs`, then cuts it; writes what is pending. */
  close(drainMs: number): Promise<void>;
}

export async function createApp(config: GatewayConfig, log: Log): Promise<App> {
  const clock = systemClock;
  const metered: { metrics?: Metrics } = {};
  const trace: Trace = (event) => {
    metered.metrics?.trace(event);
    if (event.type === "store-state")
      log.warn({ store: event.store, state: event.state }, "the store's circuit breaker changed");
    if (event.type === "entry-reject") log.warn({ reason: event.reason }, "a stored entry was not served");
    if (event.type === "call-end") log.debug(event, "call");
  };
  const core = await assembleCore({ settings: config, clock, trace, ...storeOf(config, log) });
  const metrics = prometheusMetrics({
    flights: () => core.flights.size,
    stores: core.stores.map(({ store, available }) => ({ name: store.name, stats: () => store.stats(), available })),
    version,
  });
  metered.metrics = metrics;

  const parts: ModelRouteParts = {
    core,
    clock,
    live: liveParts(config),
    observe: metrics.observeResponse,
    report: (error, request) =>
      log.error({ err: error, method: request.method, path: pathOf(request) }, "the gateway failed"),
  };
  const server = fastify({
    logger: false,
    exposeHeadRoutes: false,
    forceCloseConnections: false,
    requestTimeout: 600_000,
    keepAliveTimeout: 75_000,
    routerOptions: { maxParamLength: 2_000 },
  });
  // Bodies are read, or passed through, by the routes themselves.
  server.removeAllContentTypeParsers();
  server.addContentTypeParser("*", (_request, _payload, done) => done(null));

  const state = { draining: false };
  addOperations(server, core, metrics, state);
  for (const protocol of protocols) {
    server.post(`/v1${protocol.path}`, (request, reply) => {
      reply.hijack();
      return modelRoute(parts, protocol, undefined, request.raw, reply.raw);
    });
  }
  server.all("/u/:upstream/*", (request, reply) => named(parts, request, reply));
  const rest = (request: FastifyRequest, reply: FastifyReply): Promise<void> => {
    reply.hijack();
    return pass(parts, parts.live.upstreams.route(request.raw.url as string), request.raw, reply.raw);
  };
  server.setNotFoundHandler(rest);

  return {
    server,
    reload(changed) {
      const before = parts.live.upstreams;
      core.reconfigure(changed);
      parts.live = liveParts(changed);
      log.level = changed.telemetry.logLevel;
      void before.retire();
    },
    async close(drainMs) {
      state.draining = true;
      const stopped = server.close();
      const cancel = clock.after(drainMs, () => server.server.closeAllConnections());
      server.server.closeIdleConnections();
      await stopped;
      cancel();
      await core.close();
      await parts.live.upstreams.close();
    },
  };
}

function liveParts(config: GatewayConfig): ModelRouteParts["live"] {
  const { maxBodyBytes, stallTimeout } = config.server;
  return { upstreams: new Upstreams(config.upstreams, config.models), maxBodyBytes, stallMs: stallTimeout };
}

function storeOf(config: GatewayConfig, log: Log) {
  const { url, maxBytes } = config.store;
  if (url === "memory") return {};
  const directory = url.startsWith("sqlite:") ? url.slice("sqlite:".length) : config.data.directory;
  return { store: sqlite({ directory, maxBytes, onWarning: (message) => log.warn({ store: "sqlite" }, message) }) };
}

function addOperations(
  server: FastifyInstance,
  core: Core,
  metrics: Metrics,
  state: { readonly draining: boolean },
): void {
  server.get("/healthz", () => ({ status: "ok", version }));
  server.get("/readyz", (_request, reply) => {
    if (state.draining) return reply.code(503).send({ status: "draining" });
    const down = core.stores.filter((one) => !one.available()).map((one) => one.store.name);
    return reply.send(down.length === 0 ? { status: "ready" } : { status: "degraded", unavailable: down });
  });
  server.get("/metrics", async (_request, reply) => {
    const { contentType, text } = await metrics.render();
    return reply.header("content-type", contentType).send(text);
  });
}

/** `/u/{upstream}/...`: the same routes on an upstream chosen by name. */
async function named(parts: ModelRouteParts, request: FastifyRequest, reply: FastifyReply): Promise<void> {
  reply.hijack();
  const url = request.raw.url as string;
  const [, , name = ""] = url.split(/[/?]/, 4).map(decode);
  const upstream = parts.live.upstreams.named(name);
  if (upstream === undefined) {
    const known = parts.live.upstreams.all.map((one) => one.name).join(", ");
    sendError(
      reply.raw,
      new RequestRejectedError({
        status: 502,
        code: "unknown_upstream",
        message: `There is no upstream named "${name.slice(0, 64)}"; configured: ${known}.`,
      }),
      openAiChat,
    );
    return;
  }
  const path = url.slice(url.indexOf("/", 3));
  const protocol = protocols.find(
    (one) => request.raw.method === "POST" && onlyPath(path).replace(/^\/v1(?=\/)/, "") === one.path,
  );
  if (protocol !== undefined) return modelRoute(parts, protocol, upstream, request.raw, reply.raw);
  return pass(parts, parts.live.upstreams.routeTo(upstream, path), request.raw, reply.raw);
}

async function pass(
  parts: ModelRouteParts,
  route: Route | undefined,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const startedAt = parts.clock.monotonic();
  let result = "bypass";
  try {
    if (route === undefined)
      throw new RequestRejectedError({
        status: 404,
        code: "unknown_upstream",
        message: "No upstream is configured for this path.",
      });
    await passThrough(request, response, route);
  } catch (error) {
    result = "error";
    sendError(response, error, openAiChat);
  }
  parts.observe("pass-through", result, false, parts.clock.monotonic() - startedAt);
}

function pathOf(request: IncomingMessage): string {
  return onlyPath(request.url as string);
}

function onlyPath(url: string): string {
  return url.split("?", 1)[0] as string;
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
