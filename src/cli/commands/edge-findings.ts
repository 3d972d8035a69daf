import { systemClock, systemRandom } from "../../core/clock.ts";
import type { SharedStore } from "../../core/shared-store.ts";
import type { Store } from "../../core/store.ts";
import { silentTrace } from "../../core/trace.ts";
import type { GatewayConfig } from "../../gateway/config.ts";
import { PurgeLog } from "../../layers/edge/purging/purge-log.ts";
import { knownCaches } from "../../layers/edge/purging/renamed-caches.ts";
import { hasRootKeyIn } from "../../storage/sealing/keyless.ts";
import { openSealing } from "../../storage/sealing/open-sealing.ts";
import type { Sealing } from "../../storage/sealing/sealing.ts";
import { sealingKeysOf } from "../../storage/sealing/settings.ts";
import { isMemoryUrl, storeFromUrl } from "../../stores/store-url.ts";
import type { Finding } from "./finding.ts";

/** What `reprise doctor` says of the caches in front: what they have still to be told, and why that did not work. */
export async function checkEdge(config: GatewayConfig): Promise<readonly Finding[]> {
  const { layers, store, data } = config;
  const caches = Object.entries(layers.edge.purge);
  if (caches.length === 0) return [];
  if (isMemoryUrl(store.url)) {
    const remedy = "Keep the store in the data folder or on a server; purges are lost with a store in memory.";
    return [{ check: "edge", detail: "purges are in memory", problem: { severity: "warning", remedy } }];
  }
  let opened: SharedStore | undefined;
  let sealing: Sealing | undefined;
  try {
    opened = await storeFromUrl(store.url, { directory: data.directory, maxBytes: store.maxBytes });
    if (opened === undefined) return [];
    const tools = { clock: systemClock, random: systemRandom, trace: silentTrace };
    // To look at it begins nothing: until it is sealed, all lies in plain.
    const isSealed = sealingKeysOf(config, undefined, systemRandom) === undefined || (await hasRootKeyIn(opened));
    sealing = isSealed ? await openSealing({ settings: config, store: opened }, tools) : undefined;
    const place = sealing?.store ?? opened;
    const findings: Finding[] = [];
    for (const [name, { kind }] of caches) findings.push(await findingOf(place, name, kind));
    for (const name of (await knownCaches(place)).keys())
      if (layers.edge.purge[name] === undefined) findings.push(...(await orphansOf(place, name)));
    return findings;
  } catch {
    // Of the store itself it was told before.
    return [];
  } finally {
    await sealing?.close();
    await opened?.close();
  }
}

/** What waits under a name that the configuration has no more. */
async function orphansOf(store: Store, name: string): Promise<readonly Finding[]> {
  const { rows } = await new PurgeLog({ store, name, clock: systemClock, random: systemRandom }).backlog();
  if (rows === 0) return [];
  const detail = `${rows} to be purged, and the configuration names no such cache any more`;
  const remedy =
    "Start the gateway, which hands them to the cache of the same kind and URL; where there is none, name it again, or empty it by hand.";
  return [{ check: `edge ${name}`, detail, problem: { severity: "warning", remedy } }];
}

async function findingOf(store: Store, name: string, kind: string): Promise<Finding> {
  const log = new PurgeLog({ store, name, clock: systemClock, random: systemRandom });
  const [{ error, refused }, { rows, since }] = [await log.state(), await log.backlog()];
  const check = `edge ${name}`;
  if (rows === 0 && refused === 0) return { check, detail: `${kind}: nothing waits to be purged` };
  const waiting = since === undefined ? "nothing waits" : `${rows} to be purged since ${new Date(since).toISOString()}`;
  const givenUp = refused === 0 ? "" : `; ${refused} refused and given up`;
  const detail = `${kind}: ${waiting}${givenUp}${error === undefined ? "" : `; last error: ${error}`}`;
  const remedy = `Check url, credentials and health of this cache; GET /admin/v1/edge/purges tells more.`;
  return error === undefined && refused === 0
    ? { check, detail }
    : { check, detail, problem: { severity: "warning", remedy } };
}
