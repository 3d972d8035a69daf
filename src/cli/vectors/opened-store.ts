import { existsSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { type Clock, systemClock, systemRandom } from "../../core/clock.ts";
import { RepriseError, StoreUnavailableError } from "../../core/errors.ts";
import { type FingerprintKey, fingerprint, fingerprintKey } from "../../core/fingerprint.ts";
import { systemTenant } from "../../core/scopes.ts";
import type { SharedStore } from "../../core/shared-store.ts";
import { isListable, type ListableStore } from "../../core/store-listing.ts";
import { silentTrace } from "../../core/trace.ts";
import { assembleCore } from "../../core-assembly.ts";
import type { GatewayConfig } from "../../gateway/config.ts";
import { EmbeddingLayer } from "../../layers/embedding/embedding-layer.ts";
import type { PolicyRules } from "../../policy/rules.ts";
import { masterKeyName } from "../../storage/master-key.ts";
import { embeddedFolder, storeFromUrl } from "../../stores/store-url.ts";

/**
 * The store of a configuration, opened for moving vectors: without the tier in memory and without the guard, whose
 * deadlines are for callers who wait.
 */
export interface OpenedStore {
  readonly store: ListableStore;
  readonly layer: EmbeddingLayer;
  readonly secret: FingerprintKey;
  readonly rules: PolicyRules;
  readonly clock: Clock;
  close(): Promise<void>;
}

/** Nothing can be done with this store; the message says why. */
export class StoreAccessError extends RepriseError {
  constructor(message: string, remedy: string) {
    super("store_access", { message, remedy });
  }
}

/** `make`: whether a store that is not there yet is made. */
export async function openStore(config: GatewayConfig, { make }: { readonly make: boolean }): Promise<OpenedStore> {
  const opened = await storeOf(config, make);
  const clock = systemClock;
  try {
    const core = await assembleCore({ settings: config, store: opened });
    const store = core.sealing?.store ?? opened;
    if (!isListable(store))
      throw new StoreAccessError(`The ${store.name} store cannot list what it holds`, "Use a store that can.");
    const { secret, rules } = core.vectorParts;
    if (config.security.masterKey === undefined || core.sealing !== undefined) await assertLastingSecret(store, secret);
    const layer = new EmbeddingLayer({ store, clock, random: systemRandom, trace: silentTrace });
    return { store, layer, secret, rules, clock, close: () => core.close() };
  } catch (error) {
    await opened.close();
    throw error;
  }
}

async function storeOf({ store: { url, maxBytes }, data }: GatewayConfig, make: boolean): Promise<SharedStore> {
  const folder = embeddedFolder(url, data.directory);
  if (folder !== undefined && !make && !existsSync(join(folder, "cache.db")))
    throw new StoreAccessError(`There is no store in ${folder}`, "Name its folder with --data.");
  const onWarning = (message: string): void => void process.stderr.write(`reprise: ${message}\n`);
  const store = await storeFromUrl(url, { directory: data.directory, maxBytes, onWarning });
  if (store !== undefined) return store;
  throw new StoreAccessError(
    "A store in memory belongs to the process that has it, and ends with it",
    "Name the store with --data or --store.",
  );
}

/** Under a secret that only this process has, what is written would never be found again. */
async function assertLastingSecret(store: ListableStore, secret: FingerprintKey): Promise<void> {
  const [kept] = await store.get(systemTenant, [masterKeyName]);
  if (kept !== undefined && secretCheck(secret) === secretCheck(fingerprintKey(kept))) return;
  throw new StoreUnavailableError({
    message: "the store did not hand out its secret",
    remedy: "Try again when it is less busy.",
  });
}

/** Tells whether two stores have the same secret, and nothing else of it. */
export function secretCheck(secret: FingerprintKey): string {
  return fingerprint(secret, "embeddings-file").slice(0, 16);
}
