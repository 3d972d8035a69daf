import type { Core } from "../core-assembly.ts";
import type { Log } from "../telemetry/log.ts";
import type { Peers } from "../workers/peers.ts";
import type { AdminRoute } from "./admin/admin-route.ts";
import { gatewayAudit } from "./audit/audit-assembly.ts";
import type { AuditTrail } from "./audit/audit-trail.ts";
import type { GatewayConfig } from "./config.ts";
import { type GatewayErasureParts, gatewayErasure } from "./erasure/erasure-assembly.ts";

/** What a gateway answers for: who changed what by its admin API, and that what is to be erased is. */

export interface AccountabilityParts extends Pick<GatewayErasureParts, "keys" | "edge" | "shared" | "remembering"> {
  readonly live: { readonly config: GatewayConfig };
  readonly core: Core;
  readonly peers: Peers | undefined;
  /** Reaches the edge and all workers as well. */
  readonly invalidating: Pick<Core, "invalidate">;
  readonly log: Log;
}

export interface Accountability {
  readonly trail: AuditTrail;
  readonly routes: readonly AdminRoute[];
  /** The configuration was read again. */
  reloaded(): void;
  close(): Promise<void>;
}

export function accountabilityOf({ invalidating, ...parts }: AccountabilityParts): Accountability {
  const audit = gatewayAudit(parts);
  const erasure = gatewayErasure({ ...parts, audit, invalidate: (wish) => invalidating.invalidate(wish) });
  return {
    trail: audit.trail,
    routes: [...audit.routes, ...erasure.routes],
    reloaded: () => void audit.trail.seen("configuration reload", { kind: "operator" }, {}),
    async close() {
      await erasure.close();
      await audit.close();
    },
  };
}
