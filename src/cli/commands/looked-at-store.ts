import { existsSync } from "node:fs";
import { join } from "node:path";
import { systemClock, systemRandom } from "../../core/clock.ts";
import type { Store } from "../../core/store.ts";
import { silentTrace } from "../../core/trace.ts";
import type { GatewayConfig } from "../../gateway/config.ts";
import { hasRootKeyIn } from "../../storage/sealing/keyless.ts";
import { openSealing } from "../../storage/sealing/open-sealing.ts";
import type { Sealing } from "../../storage/sealing/sealing.ts";
import { sealingKeysOf } from "../../storage/sealing/settings.ts";
import { embeddedFolder, isMemoryUrl, storeFromUrl } from "../../stores/store-url.ts";

/**
 * What `look` makes of the store as gateways see it, opened with its keys where it is sealed. `undefined` where there is
 * none yet, and where it cannot be opened, which is told elsewhere.
 */
export async function lookedAtStore<T>(
  { store: { url, maxBytes }, data: { directory }, ...config }: GatewayConfig,
  look: (store: Store) => Promise<T>,
): Promise<T | undefined> {
  const folder = embeddedFolder(url, directory);
  if (isMemoryUrl(url) || (folder !== undefined && !existsSync(join(folder, "cache.db")))) return undefined;
  let sealing: Sealing | undefined;
  let store: Awaited<ReturnType<typeof storeFromUrl>>;
  try {
    store = await storeFromUrl(url, { directory, maxBytes, onWarning: () => {} });
    if (store === undefined) return undefined;
    // Until it is sealed, which is not begun here, all lies in plain.
    const isSealed = sealingKeysOf(config, undefined, systemRandom) === undefined || (await hasRootKeyIn(store));
    const tools = { clock: systemClock, random: systemRandom, trace: silentTrace };
    sealing = isSealed ? await openSealing({ settings: config, store }, tools) : undefined;
    return await look(sealing?.store ?? store);
  } catch {
    return undefined;
  } finally {
    await sealing?.close();
    await store?.close();
  }
}
