import { systemRandom } from "../../core/clock.ts";
import type { EdgePurges } from "../../core/edge-purges.ts";
import type { SharedStore } from "../../core/shared-store.ts";
import type { CoreOptions } from "../../core-assembly.ts";
import type { SqliteStore } from "../../stores/sqlite.ts";
import type { Log } from "../../telemetry/log.ts";
import type { Peers } from "../../workers/peers.ts";
import type { GatewayConfig } from "../config.ts";
import { targetOf } from "../dispatch.ts";
import type { ModelRouteParts } from "../model-route.ts";
import { Edge, type EdgeParts } from "./edge.ts";

export interface EdgeAssemblyParts {
  readonly config: GatewayConfig;
  readonly parts: ModelRouteParts;
  readonly shared: Pick<CoreOptions, "bus" | "leases"> & { readonly store?: SharedStore };
  readonly peers: Peers | undefined;
  readonly purging: EdgePurges;
  readonly keys: EdgeParts["keys"];
  readonly log: Log;
}

/** The edge of a gateway, as its configuration and its company have it. */
export function edgeOf({ config, parts, shared, peers, purging, keys, log }: EdgeAssemblyParts): Edge {
  const { core, clock, observe, report } = parts;
  const { store, bus = store?.bus, leases = store?.leases } = shared;
  const { flush } = (store ?? {}) as Partial<Pick<SqliteStore, "flush">>;
  return new Edge({
    ...{ core, clock, observe, report, bus, leases },
    settings: config,
    flush: flush && (() => Promise.resolve(flush.call(store as SqliteStore))),
    heard: peers && (() => peers.heard()),
    purges: purging,
    keys,
    targetOf: (path) => targetOf(path, parts.live.upstreams),
    admit: (request) => parts.live.admission?.admit(request),
    random: systemRandom,
    onStale: (slug, reason) => log.warn({ answer: slug, reason }, "a published answer could not be kept fresh"),
  });
}
