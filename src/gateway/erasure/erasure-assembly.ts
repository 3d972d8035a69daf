import type { Bus } from "../../core/bus.ts";
import { systemClock, systemRandom } from "../../core/clock.ts";
import type { Leases } from "../../core/lease.ts";
import { ownerMark } from "../../core/owner-marks.ts";
import type { SharedStore } from "../../core/shared-store.ts";
import type { VectorStore } from "../../core/vector-store.ts";
import type { Core } from "../../core-assembly.ts";
import { ErasedElsewhere } from "../../erasure/erased-elsewhere.ts";
import { ErasedLog } from "../../erasure/erased-log.ts";
import { Eraser } from "../../erasure/eraser.ts";
import type { ErasedScope } from "../../erasure/erasure-record.ts";
import { signReceipt } from "../../erasure/receipt.ts";
import { sharedScopesOf } from "../../shared-scope-options.ts";
import type { Log } from "../../telemetry/log.ts";
import { version } from "../../version.ts";
import type { Peers } from "../../workers/peers.ts";
import type { AdminRoute } from "../admin/admin-route.ts";
import type { GatewayAudit } from "../audit/audit-assembly.ts";
import type { GatewayConfig } from "../config.ts";
import { readErasedNotice, writeErasedNotice } from "./erased-notice.ts";
import { erasedScopes } from "./erased-scopes.ts";
import { type DeedsParts, erasureDeeds } from "./erasure-deeds.ts";
import { erasureRoutes } from "./erasure-routes.ts";

/** Erasure as a gateway does it, with the others that share its store. */

export interface GatewayErasureParts extends Pick<DeedsParts, "keys" | "edge" | "invalidate"> {
  readonly live: { readonly config: GatewayConfig };
  readonly core: Core;
  readonly shared: {
    readonly store?: SharedStore;
    readonly bus?: Bus;
    readonly leases?: Leases;
    readonly semantic: { readonly vectors?: VectorStore };
  };
  readonly peers: Peers | undefined;
  readonly audit: Pick<GatewayAudit, "trail" | "signingKey">;
  /** Parts of this process that remember tenants by name. */
  readonly remembering: readonly { forget(tenant: string): void }[];
  readonly log: Pick<Log, "info" | "warn">;
}

export interface GatewayErasure {
  readonly routes: readonly AdminRoute[];
  close(): Promise<void>;
}

const topic = "erased";

/** How long a store keeps what has been said of a call that ended, and a little longer. */
const relayMs = 6_000;

export function gatewayErasure(parts: GatewayErasureParts): GatewayErasure {
  const { live, core, shared, peers, audit, log } = parts;
  const { bus = shared.store?.bus, leases = shared.store?.leases } = shared;
  const { truth } = core.stored;
  const forgetHere = (tenant: string): void => {
    for (const part of parts.remembering) part.forget(tenant);
  };
  const erased = new ErasedLog(truth, core.wrapParts.secret, systemRandom);
  const sharedScopes = () => sharedScopesOf(live.config).keys();
  const stopListening = bus?.subscribe({
    heard(message) {
      if (message.kind !== "said" || message.topic !== topic) return;
      const notice = readErasedNotice(message.text);
      if (notice === undefined) return;
      const { tenant, isWhole } = notice;
      if (isWhole) forgetHere(tenant);
      void core.forget(tenant, isWhole ? undefined : {}).catch(() => {});
      for (const { tenant: of, marks } of notice.parts) void core.forget(of, { marks }).catch(() => {});
    },
    // Nothing of it is served; it is only in memory for longer.
    missed: () => {},
  });
  const deeds = erasureDeeds({
    ...{ core, keys: parts.keys, edge: parts.edge, invalidate: parts.invalidate },
    driver: shared.store ?? truth,
    vectors: shared.semantic.vectors,
    sharedScopes,
    writeDown: ({ tenant, user }) =>
      erased.append(user === undefined ? tenant : undefined, erasedScopes({ tenant, user }, sharedScopes())),
    async forgetElsewhere({ tenant, user }) {
      if (user === undefined) forgetHere(tenant);
      const scopes = erasedScopes({ tenant, user }, sharedScopes());
      const owned = scopes.map((scope) => ({
        tenant: scope.tenant,
        marks: [ownerMark(core.wrapParts.secret, scope)],
      }));
      const text = writeErasedNotice({ tenant, isWhole: user === undefined, parts: owned });
      // Who does not hear it serves nothing of it either.
      await Promise.resolve(bus?.publish([{ kind: "said", topic, text }])).catch(() => {});
      await peers?.heard();
    },
    outOfReach: (scope) => outOfReach(live.config, scope),
    clock: systemClock,
    random: systemRandom,
  });
  const eraser = new Eraser({
    ...{ store: truth, secret: core.wrapParts.secret, keyring: core.sealing, deeds },
    receiptOf: (record) =>
      JSON.stringify(
        signReceipt(record, {
          ...{ key: audit.signingKey(), software: `reprise ${version}`, random: systemRandom },
          finishedAt: systemClock.now(),
        }),
      ),
    // What others follow of a call under way lies in the store, and open where nothing is sealed.
    ...(leases?.relay !== undefined && core.sealing === undefined && { settleMs: relayMs }),
    clock: systemClock,
    random: systemRandom,
    onTrouble: (erasure, step, err) =>
      log.warn({ erasure, step, err }, "an erasure does not get on; it is tried again"),
    onDone: ({ id, counts }) => {
      log.info({ erasure: id, ...counts }, "an erasure is done");
      void audit.trail.seen("erasure done", { kind: "gateway" }, { erasure: id, ...counts });
    },
  });
  void eraser.watch();
  const elsewhere =
    shared.semantic.vectors &&
    new ErasedElsewhere({
      ...{ log: erased, vectors: shared.semantic.vectors, folder: live.config.data.directory, clock: systemClock },
      onTrouble: (err) => log.warn({ err }, "vectors of who was erased elsewhere are removed later"),
    });
  // A store that is nothing but memory knows of no erasure before this process.
  if (shared.store !== undefined) void elsewhere?.watch();
  return {
    routes: erasureRoutes(eraser),
    async close() {
      stopListening?.();
      await eraser.close();
      await elsewhere?.close();
    },
  };
}

function outOfReach({ layers: { edge }, telemetry }: GatewayConfig, { user }: ErasedScope): readonly string[] {
  const caches = Object.keys(edge.purge);
  const told = caches.length === 0 ? "" : ` Caches that were told to forget: ${caches.join(", ")}.`;
  const isLogged = telemetry.accessLog !== undefined;
  return [
    "Backups of the store, its journals and its replicas hold what they held when they were made.",
    `Caches in front and browsers may show what they were given before until it expires there.${told}`,
    "Gateways that share the store and do not run keep vectors in data folders of their own until they start again.",
    "Providers keep what they were sent by rules of their own.",
    ...(isLogged ? ["Lines that the access log has of earlier calls stay in its files."] : []),
    "The audit log names the tenant, and users by a digest.",
    ...(user === undefined
      ? ["The store has the names of its registered prompts, and what it used of its limits until that expires."]
      : ["Vectors of texts that the tenant's users asked for alike belong to the tenant, and were left."]),
  ];
}
