import { existsSync } from "node:fs";
import { join } from "node:path";
import { systemClock, systemRandom } from "../../core/clock.ts";
import { InvalidOptionError } from "../../core/errors.ts";
import { type KeyRows, keyRowsAmongValues } from "../../core/key-rows.ts";
import type { SharedStore } from "../../core/shared-store.ts";
import type { GatewayConfig } from "../../gateway/config.ts";
import { refuseKeyless } from "../../storage/sealing/keyless.ts";
import { firstRootKey } from "../../storage/sealing/root-keys.ts";
import { sealingKeysOf } from "../../storage/sealing/settings.ts";
import { embeddedFolder, isMemoryUrl, storeFromUrl } from "../../stores/store-url.ts";
import type { Finding } from "./finding.ts";

/** What `reprise doctor` says of sealing: whether the master key is that of the store, or is missing. Nothing is left behind. */
export async function checkSealing(config: GatewayConfig): Promise<readonly Finding[]> {
  const keys = sealingKeysOf(config, undefined, systemRandom);
  const { url, maxBytes } = config.store;
  if (config.security.sealing === "off" || isMemoryUrl(url)) return [];
  const folder = embeddedFolder(url, config.data.directory);
  if (folder !== undefined && !existsSync(join(folder, "keys.db"))) return keys === undefined ? [] : [notYet];
  let store: SharedStore | undefined;
  let rows: KeyRows | undefined;
  try {
    store = await storeFromUrl(url, { directory: config.data.directory, maxBytes, onWarning: () => {} });
    if (store === undefined) return [];
    if (keys === undefined) {
      await refuseKeyless(store, systemClock);
      return [];
    }
    rows = store.keyRows?.() ?? keyRowsAmongValues(store, () => ({ isErased: false, notes: [] }));
    const first = await firstRootKey(rows, keys.masters);
    if (first === undefined) return [notYet];
    const since = new Date(first.createdAt).toISOString();
    return [{ check, detail: `the store is sealed with this master key, ${keys.masters.id}, since ${since}` }];
  } catch (error) {
    // Of the store itself it was told before.
    if (!(error instanceof InvalidOptionError)) return [];
    return [{ check, detail: error.message, problem: { severity: "error", remedy: error.remedy ?? "" } }];
  } finally {
    await rows?.close();
    await store?.close();
  }
}

const check = "sealing";
const notYet: Finding = { check, detail: "the store will be sealed at the next start" };
