import { folderAnchor, storeAnchor } from "../../audit/audit-anchor.ts";
import { auditFolder } from "../../audit/audit-folder.ts";
import { ChainDigest } from "../../audit/audit-line.ts";
import { AuditLog } from "../../audit/audit-log.ts";
import { chainNames } from "../../audit/chain-names.ts";
import { FailedLogins } from "../../audit/failed-logins.ts";
import { obtainSigningKey, type SigningKey } from "../../audit/signing-key.ts";
import { systemClock, systemRandom } from "../../core/clock.ts";
import { fingerprint, lengthPrefixed } from "../../core/fingerprint.ts";
import type { Core } from "../../core-assembly.ts";
import type { Log } from "../../telemetry/log.ts";
import type { AdminRoute } from "../admin/admin-route.ts";
import type { GatewayConfig } from "../config.ts";
import { auditRoutes } from "./audit-routes.ts";
import { AuditTrail } from "./audit-trail.ts";

/** The audit log of a gateway, as its configuration has it. */

export interface GatewayAudit {
  readonly trail: AuditTrail;
  readonly routes: readonly AdminRoute[];
  readonly signingKey: () => SigningKey;
  close(): Promise<void>;
}

export interface GatewayAuditParts {
  readonly live: { readonly config: GatewayConfig };
  readonly core: Pick<Core, "stored" | "wrapParts">;
  readonly log: Pick<Log, "warn" | "error">;
}

export function gatewayAudit({ live, core, log }: GatewayAuditParts): GatewayAudit {
  const { directory } = live.config.data;
  const folder = auditFolder(directory);
  let key: SigningKey | undefined;
  const signingKey = () => {
    key ??= obtainSigningKey(directory, systemRandom);
    return key;
  };
  const { truth } = core.stored;
  const { url: storeUrl } = live.config.store;
  const chains = () => chainNames({ directory, storeUrl, signingKey: signingKey() });
  // A store in memory remembers nothing that this process does not.
  const anchors = () => [folderAnchor(folder), ...(truth.name === "memory" ? [] : [storeAnchor(truth, chains())])];
  const auditLog = new AuditLog({
    folder,
    anchors,
    digest: () => new ChainDigest(live.config.security.masterKey),
    clock: systemClock,
    onTrouble: (anchor, reason) => log.warn({ anchor, reason }, "the end of the audit log could not be noted"),
  });
  const trail = new AuditTrail({
    append: (event) => auditLog.append(event),
    logins: new FailedLogins(systemClock),
    fingerprintOf: (secret) => fingerprint(core.wrapParts.secret, lengthPrefixed(["audit", secret])).slice(0, 16),
    onUnlogged: (action, err) => log.error({ err, action }, "what was done is missing in the audit log"),
  });
  return {
    trail,
    signingKey,
    routes: auditRoutes({ folder, signingKey, settled: () => auditLog.settled() }),
    close: () => auditLog.close(),
  };
}
