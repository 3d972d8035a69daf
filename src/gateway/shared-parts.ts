import { systemClock } from "../core/clock.ts";
import type { Leases } from "../core/lease.ts";
import type { SharedStore } from "../core/shared-store.ts";
import { type CheckableStore, isCheckable } from "../core/store-check.ts";
import type { SqliteStore } from "../stores/sqlite.ts";
import { storeFromUrl } from "../stores/store-url.ts";
import type { Log } from "../telemetry/log.ts";
import type { Peers } from "../workers/peers.ts";
import { releasedWhenWritten } from "../workers/release-when-written.ts";
import type { PartName } from "./admin/watch/part-watch.ts";
import type { GatewayConfig } from "./config.ts";
import type { NetworkRules } from "./network/guarded-agent.ts";
import { semanticToolsOf } from "./semantic-tools.ts";

/** What a gateway works with beside itself: the store, how processes talk to each other, models. */

/** What is shared with others. A bus and leases of the store reach further than those of this machine. */
export async function sharedPartsOf(
  config: GatewayConfig,
  log: Log,
  peers: Peers | undefined,
  onRefused?: NetworkRules["onRefused"],
) {
  // Whoever looks at a store that is closed meanwhile finds faults that are none.
  let isSilent = false;
  const store = await storeOf(config, log, () => isSilent);
  const keepSilent = (): void => {
    isSilent = true;
  };
  const bus = store?.bus ?? peers?.bus;
  const leases = store?.leases ?? (peers && leasesOver(peers, store));
  const onWarning = (message: string): void => log.warn({ store: "vectors" }, message);
  const onNotice = (message: string): void => log.info({ layer: "semantic" }, message);
  const semantic = semanticToolsOf(config, { clock: systemClock, onWarning, onNotice, onRefused });
  return { semantic, keepSilent, ...(store && { store }), ...(bus && { bus }), ...(leases && { leases }) };
}

/** What is looked after beside the stores, by name. */
export function partsInUse({ layers, rules }: GatewayConfig, shared: Awaited<ReturnType<typeof sharedPartsOf>>) {
  const { bus, leases, semantic } = shared;
  const isSemantic = layers.semantic.mode !== "off" || rules.some((rule) => (rule.semantic ?? "off") !== "off");
  const { embedder, vectors, judge } = isSemantic ? semantic : {};
  const named = (part: PartName, name: (() => string) | undefined) => (name === undefined ? [] : [{ part, name }]);
  return [
    ...named("bus", bus && (() => bus.name)),
    ...named("leases", leases && (() => bus?.name ?? "workers")),
    ...named("embedder", embedder && (() => embedder.name)),
    ...named("vectors", vectors && (() => vectors.name)),
    ...named("judge", judge && (() => layers.semantic.judge?.model ?? "judge")),
  ];
}

/** SQLite gathers writes; the other workers see them when they are in the file. */
function leasesOver({ leases }: Peers, store: SharedStore | undefined): Leases {
  const { flush } = (store ?? {}) as Partial<Pick<SqliteStore, "flush">>;
  return flush === undefined ? leases : releasedWhenWritten(leases, () => flush.call(store));
}

async function storeOf(
  { store: { url, maxBytes }, data: { directory } }: GatewayConfig,
  log: Log,
  isSilent: () => boolean,
) {
  const onWarning = (message: string): void => log.warn({ store: "sqlite" }, message);
  const store = await storeFromUrl(url, { directory, maxBytes, onWarning });
  if (store !== undefined && isCheckable(store)) void tellOfStore(store, log, isSilent);
  return store;
}

/** A store that is away or refuses us does not keep the gateway from starting, but it is said why. */
async function tellOfStore(store: CheckableStore, log: Log, isSilent: () => boolean): Promise<void> {
  const findings = await store.check().catch(() => []);
  for (const { detail, severity, remedy } of isSilent() ? [] : findings) {
    if (severity === undefined) log.info({ store: store.name }, detail);
    else log[severity === "error" ? "error" : "warn"]({ store: store.name, remedy }, detail);
  }
}
