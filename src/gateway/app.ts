import process from "node:process";
import type { AuthFault } from "../core/auth-fault.ts";
import type { Bus } from "../core/bus.ts";
import { privateFields } from "../core/cache-steering.ts";
import { systemClock, systemRandom } from "../core/clock.ts";
import { fingerprint, lengthPrefixed } from "../core/fingerprint.ts";
import type { Trace } from "../core/trace.ts";
import { assembleCore, type Core, type CoreOptions } from "../core-assembly.ts";
import type { Log } from "../telemetry/log.ts";
import { type CallTracing, createTracing } from "../telemetry/opentelemetry/call-tracing.ts";
import { type Metrics, prometheusMetrics } from "../telemetry/prometheus.ts";
import { version } from "../version.ts";
import type { Peers } from "../workers/peers.ts";
import { AccessLogSwitch } from "./access-log-switch.ts";
import { accountabilityOf } from "./accountability.ts";
import {
  type AdminApiParts,
  admitOperator,
  isAdminPath,
  refuseMalformed,
  registerAdminApi,
} from "./admin/admin-api.ts";
import { watchRoutes } from "./admin/admin-routes.ts";
import { obtainAdminToken } from "./admin/admin-token.ts";
import { answersRoutes } from "./admin/answers-route.ts";
import { configRoute } from "./admin/config-route.ts";
import { feedbackRoute } from "./admin/feedback-route.ts";
import { invalidateRoute } from "./admin/invalidate-route.ts";
import { openApiRoute } from "./admin/openapi.ts";
import { purgesRoute } from "./admin/purges-route.ts";
import { tokenGuesses } from "./admin/token-guesses.ts";
import { AdminWatch } from "./admin/watch/admin-watch.ts";
import { AttemptLimit } from "./attempt-limit.ts";
import { BodyRoom } from "./body-room.ts";
import type { GatewayConfig } from "./config.ts";
import { Dashboard } from "./dashboard.ts";
import { dispatch, pathOf } from "./dispatch.ts";
import { doorsOf } from "./doors.ts";
import type { Edge } from "./edge/edge.ts";
import { edgeOf } from "./edge/edge-assembly.ts";
import { edgePurgingOf } from "./edge-purging.ts";
import { limitingOf } from "./limiting/limiting-assembly.ts";
import { limitsRoute } from "./limiting/limits-route.ts";
import { hasAdminPort, Listeners } from "./listeners.ts";
import { liveParts } from "./live-parts.ts";
import type { ModelRouteParts } from "./model-route.ts";
import { addOperations, type Observed } from "./operations.ts";
import type { PoolTalk } from "./pool/pool-gossip.ts";
import { promptWarmingOf } from "./prompts/prompt-warming-assembly.ts";
import { Readiness } from "./readiness.ts";
import { sealingNotice } from "./sealing-notice.ts";
import { partsInUse, sharedPartsOf } from "./shared-parts.ts";
import { admissionOf } from "./tenancy/admission.ts";
import { keyRoutes } from "./tenancy/key-routes.ts";
import { virtualKeysOf } from "./tenancy/keys-assembly.ts";
import { TenantStreams } from "./tenant-streams.ts";
import { TlsFileError, tlsOptionsOf } from "./tls-files.ts";
import { refuseUnreadable } from "./unreadable-request.ts";
import { refusalNotice, replicaNotice, tellOfOrigin } from "./upstream-notices.ts";
import { type FastifyInstance, fastify } from "./vendor.ts";

/**
 * The gateway: fastify routes over the same core as the library. Model calls go through the pipeline, operations
 * answer for the gateway itself, and every other path passes through to its upstream untouched.
 */

export interface App {
  readonly server: FastifyInstance;
  readonly listeners: Listeners;
  /** Takes over rules, upstreams, limits and log level; what is under way ends as it began. */
  reload(config: GatewayConfig): void;
  /** Resolves when all answers that have come whole are in the store. */
  flush(): Promise<void>;
  /** Stops accepting, lets what runs finish for `drainMs`, then cuts it; writes what is pending. */
  close(drainMs: number): Promise<void>;
}

export async function createApp(config: GatewayConfig, log: Log, peers?: Peers): Promise<App> {
  const clock = systemClock;
  // Files that are of no use are told before anything is opened.
  tlsOptionsOf(config.server.tls);
  const metered: { metrics?: Metrics; readiness?: Readiness } = {};
  const unwell = new Set<string>();
  const tracing = await tracingOf(config, log);
  const watch = new AdminWatch(clock);
  const tellOfSealing = sealingNotice(log);
  const trace: Trace = (event) => {
    metered.metrics?.trace(event);
    watch.hear(event);
    tracing?.hear(event);
    if (event.type === "store-state") {
      metered.readiness?.noticed();
      log.warn({ store: event.store, state: event.state }, "the store's circuit breaker changed");
    }
    if (event.type === "entry-reject") log.warn({ reason: event.reason }, "a stored entry was not served");
    tellOfSealing(event);
    if (event.type === "origin-end") tellOfOrigin(log, unwell, event, upstreams().all);
    if (event.type === "call-end") log.debug(event, "call");
  };
  const upstreams = () => parts.live.upstreams;
  const accessLog: { current?: AccessLogSwitch } = {};
  const calls = () => accessLog.current?.listener;
  const onRefused = refusalNotice(log, trace);
  const shared = await sharedPartsOf(config, log, peers, onRefused);
  const edge: { current?: Edge } = {};
  const withTwin: CoreOptions["withTwin"] = (call, body, answer) =>
    edge.current?.withTwin(call, body, answer) ?? answer;
  const core = await assembleCore({
    settings: config,
    clock,
    trace,
    tracing,
    calls,
    withTwin,
    keepsStats: true,
    ...shared,
  }).catch((error: unknown) => {
    shared.keepSilent();
    throw error;
  });
  accessLog.current = accessLogOf(config, core, log);
  const talk = shared.bus && poolTalkOf(shared.bus, core);
  const metrics = prometheusMetrics({
    flights: () => core.flights.size,
    followers: core.followers,
    stores: core.stores.map(({ store, ...guard }) => ({ name: store.name, stats: () => store.stats(), ...guard })),
    replicas: () => upstreams().pools.flatMap((pool) => pool.metered),
    version,
    ledger: core.ledger,
    accessLogDropped: () => accessLog.current?.dropped ?? 0,
    tenantLabel: config.telemetry.tenantLabel,
    ...(tracing === undefined ? {} : { traceUnderWay: tracing.traceUnderWay }),
  });
  metered.metrics = metrics;
  const readiness = new Readiness(core.stores, clock);
  metered.readiness = readiness;
  peers?.answer({ metrics: () => metrics.read(), unavailable: () => readiness.unavailable() });

  const keys = virtualKeysOf({ core, clock, shared, peers });
  const onAuthFault = (fault: AuthFault): void => trace({ type: "auth-refuse", fault });
  const admissionFor = ({ tenancy }: GatewayConfig) => admissionOf(tenancy, { keys, onRefused: onAuthFault });
  const limiting = limitingOf(config, { core, clock, trace, shared, log });
  const around = { talk, notice: replicaNotice(log), onRefused, admissionFor };
  const parts: ModelRouteParts = {
    core,
    clock,
    live: liveParts(config, around),
    bodies: new BodyRoom(() => Math.max(admin.config.security.limits.bodyBytes, parts.live.maxBodyBytes)),
    streams: new TenantStreams(() => admin.config.security.limits.streamsPerTenant),
    limiting,
    tracing,
    findTwin: (address) => edge.current?.findTwin(address),
    observe: metrics.observeResponse,
    carriesAdminToken: (request) => admin.carriesToken(request),
    report: (error, request) =>
      log.error({ err: error, method: request.method, path: pathOf(request) }, "the gateway failed"),
    logLimited: (request, { code, status }) => calls()?.refused({ request, code, status, at: clock.now() }),
    countUnread: ({ name: protocol }, code) => {
      const unknown = { model: "", originId: "", stream: false, durationMs: 0 };
      trace({ type: "call-end", outcome: { kind: "error", code }, protocol, ...unknown });
    },
  };
  const dashboard = new Dashboard();
  const doors = doorsOf({
    isAdminApart: hasAdminPort(config),
    adminNames: () => admin.config.server.admin.names,
    dashboard: (request, response) => void dashboard.serve(request, response),
    edge: (path) => (edge.current?.owns(path) === true ? edge.current : undefined),
    dispatch: (request, response) => void dispatch(parts, request, response),
  });
  let listeners: Listeners | undefined;
  // Fastify serves the operations. Everything else is not for its router, its parsers or its idea of a path: it is read,
  // or passed on, as it came.
  const server = fastify({
    logger: false,
    exposeHeadRoutes: false,
    frameworkErrors: refuseMalformed,
    clientErrorHandler: refuseUnreadable,
    routerOptions: { maxParamLength: longestParameter },
    serverFactory: (serveOperation) => {
      listeners = new Listeners(config, doors(serveOperation));
      return listeners.main;
    },
  });
  const reached = listeners as unknown as Listeners;
  server.addHook("onRequest", (request, reply, next) => {
    reply.headers(privateFields);
    if (!request.is404 || isAdminPath(pathOf(request.raw))) return next();
    reply.hijack();
    void dispatch(parts, request.raw, reply.raw);
  });
  const state = { draining: false };
  const admin = { config, ...adminLimitsOf(config), ...adminTokenOf(config, log) };
  const purging = edgePurgingOf(config, { core, leases: shared.leases, trace, log, onRefused });
  edge.current = edgeOf({ config, parts, shared, peers, purging, keys, log });
  const invalidating = edge.current.invalidating(invalidatingAll(core, peers));
  const inUse = partsInUse(config, shared);
  const warming = promptWarmingOf({ core, upstreams, live: admin, log });
  const account = accountabilityOf({
    ...{ live: admin, core, shared, peers, edge: edge.current, invalidating, keys, log },
    remembering: [watch, metrics],
  });
  const adminRoutes = [
    ...watchRoutes({ core, invalidating, upstreams, readiness, watch, inUse, state, clock }),
    invalidateRoute(invalidating),
    feedbackRoute(edge.current.hearing(core), (feedback) => log.info(feedback, "an answer was reported on")),
    configRoute(admin),
    warming.route,
    purgesRoute(purging),
    ...keyRoutes({ keys, tenancy: () => admin.config.tenancy, clock }),
    limitsRoute(limiting, keys),
    ...answersRoutes(edge.current),
    ...account.routes,
  ];
  const adminParts: AdminApiParts = {
    routes: [...adminRoutes, openApiRoute(adminRoutes)],
    live: admin,
    audit: account.trail,
    wrongTokens: new AttemptLimit(clock, 10),
    onRefused: () => trace({ type: "admin-refuse" }),
    report: parts.report,
  };
  registerAdminApi(server, adminParts);
  // Every hit is counted there, which members of shared scopes may not see.
  const areMetricsTold = () => hasAdminPort(config) || Object.keys(admin.config.tenancy.shared).length === 0;
  const observed: Observed = {
    ...{ readiness, metrics, peers, isTraced: tracing !== undefined },
    admitToMetrics: async (request, reply) =>
      areMetricsTold() ? undefined : admitOperator(adminParts, request, reply),
  };
  addOperations(server, observed, state);

  return {
    server,
    listeners: reached,
    reload(changed) {
      log.hideSecretsOf?.(changed);
      core.reconfigure(changed);
      limiting.reconfigure(changed.limits.tenant);
      const config = afterReload(admin.config, changed);
      Object.assign(admin, { config, ...adminLimitsOf(config), ...adminTokenOf(config, log) });
      reloadListeners(reached, config, log);
      const { upstreams: before } = parts.live;
      parts.live = liveParts(changed, { before, ...around });
      before.giveWayTo(parts.live.upstreams);
      log.level = changed.telemetry.logLevel;
      accessLog.current?.follow(config);
      purging.follow(config);
      edge.current?.reconfigure(config);
      account.reloaded();
      // The upstreams of before end with the last call that holds them; their idle connections close by themselves.
    },
    flush: () => core.flush(),
    async close(drainMs) {
      state.draining = true;
      watch.feed.close();
      warming.close();
      keys.close();
      const stopped = server.close();
      const adminStopped = reached.closeAdmin();
      const cancel = clock.after(drainMs, () => reached.closeAllConnections());
      const stopSweeping = reached.sweep(clock);
      await stopped;
      await adminStopped;
      cancel();
      stopSweeping();
      await account.close();
      await edge.current?.close();
      await purging.close();
      await limiting.close();
      await core.close();
      await accessLog.current?.close();
      await tracing?.flush(flushMs);
      await parts.live.upstreams.close();
    },
  };
}

function poolTalkOf(bus: Bus, { wrapParts: { secret } }: Core): PoolTalk {
  const from = Buffer.from(systemRandom.bytes(9)).toString("base64url");
  return { bus, from, salt: fingerprint(secret, lengthPrefixed(["blocks of pools"])) };
}

function accessLogOf(config: GatewayConfig, { wrapParts: { secret } }: Core, log: Log): AccessLogSwitch {
  const onTrouble = (reason: string | undefined): void => {
    if (reason === undefined) log.info({}, "the access log is written again");
    else log.warn({ reason }, "the access log cannot be written; calls are missing in it");
  };
  const accessLog = new AccessLogSwitch({ clock: systemClock, random: systemRandom, key: secret, onTrouble });
  accessLog.follow(config);
  return accessLog;
}

async function tracingOf(config: GatewayConfig, log: Log): Promise<CallTracing | undefined> {
  if (!config.telemetry.traces) return undefined;
  const tracing = await createTracing({ clock: systemClock, version, environment: process.env });
  if (tracing === undefined)
    log.warn({ remedy: "npm install @opentelemetry/api" }, "there are no traces without the API");
  return tracing;
}

/** What needs a restart stays as it was. */
function afterReload({ server, data, store }: GatewayConfig, changed: GatewayConfig): GatewayConfig {
  const { host, port, admin } = server;
  const { names } = changed.server.admin;
  // A gateway that speaks TLS goes on with it, and one that does not begins at a restart.
  const tls =
    (server.tls.cert === undefined) === (changed.server.tls.cert === undefined) ? changed.server.tls : server.tls;
  return { ...changed, server: { ...changed.server, host, port, admin: { ...admin, names }, tls }, data, store };
}

function adminTokenOf({ security, data: { directory } }: GatewayConfig, log: Log) {
  const token = obtainAdminToken({ given: security.adminToken, directory, random: systemRandom });
  if (token.kind === "closed") log.warn({ reason: token.reason, remedy: token.remedy }, "the admin API is closed");
  return { token, carriesToken: tokenGuesses(token, new AttemptLimit(systemClock, 10)) };
}

function adminLimitsOf({ security: { limits } }: GatewayConfig): { readonly requests: AttemptLimit } {
  return { requests: new AttemptLimit(systemClock, limits.adminPerMinute) };
}

/** Certificates that cannot be used leave the ones in use in their place. */
function reloadListeners(listeners: Listeners, config: GatewayConfig, log: Log): void {
  try {
    listeners.reload(config);
  } catch (error) {
    if (!(error instanceof TlsFileError)) throw error;
    log.error({ reason: error.message, remedy: error.remedy }, "the certificate is not renewed");
  }
}

/** How long spans may take to leave when the gateway ends. */
const flushMs = 5_000;

/** The id of an entry may name a tenant of any length that fits a request. */
const longestParameter = 8_192;

/** Acknowledged when it is in force with all workers, not only in the store and with the one that was asked. */
function invalidatingAll(core: Core, peers: Peers | undefined): Pick<Core, "invalidate"> {
  if (peers === undefined) return core;
  return {
    async invalidate(wish) {
      const invalidated = await core.invalidate(wish);
      await peers.heard();
      return invalidated;
    },
  };
}
