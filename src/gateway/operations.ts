import { wantedFormat } from "../telemetry/exposition.ts";
import type { Metrics } from "../telemetry/prometheus.ts";
import { version } from "../version.ts";
import type { Peers } from "../workers/peers.ts";
import type { Readiness } from "./readiness.ts";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "./vendor.ts";

/** What the gateway says of itself: to a load balancer, and to Prometheus. */

export interface Observed {
  readonly readiness: Readiness;
  readonly metrics: Metrics;
  /** Then it is said of all of them, whoever is asked. */
  readonly peers: Peers | undefined;
  /** Only then there is something to say in OpenMetrics that the plain format cannot. */
  readonly isTraced: boolean;
  /** Whom metrics would tell what they may not know, as members of shared scopes: resolves with the reply where it was refused. */
  admitToMetrics(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply | undefined>;
}

/** `/healthz`, `/readyz` and `/metrics`. */
export function addOperations(
  server: FastifyInstance,
  { admitToMetrics, isTraced, readiness, metrics, peers }: Observed,
  state: { readonly draining: boolean },
): void {
  const withHead = { exposeHeadRoute: true };
  server.get("/healthz", withHead, () => ({ status: "ok", version }));
  server.get("/readyz", withHead, async (_request, reply) => {
    if (state.draining) return reply.code(503).send({ status: "draining" });
    const own = () => readiness.unavailable();
    const down = await (peers?.unavailable().catch(own) ?? own());
    if (down.length === 0) return reply.send({ status: "ready" });
    const since = Object.fromEntries(down.map(({ name, since }) => [name, new Date(since).toISOString()]));
    return reply.send({ status: "degraded", unavailable: down.map(({ name }) => name), since });
  });
  server.get("/metrics", { ...withHead, onRequest: admitToMetrics }, async (request, reply) => {
    // Without the others a worker can only speak for itself.
    const all = await peers?.metrics().catch(() => undefined);
    const { contentType, text } = await metrics.render(all, isTraced ? wantedFormat(request.headers.accept) : "plain");
    return reply.headers({ "content-type": contentType, vary: "Accept" }).send(text);
  });
}
