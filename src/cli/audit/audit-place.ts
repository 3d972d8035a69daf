import { existsSync } from "node:fs";
import { join } from "node:path";
import { type AuditAnchor, folderAnchor, storeAnchor } from "../../audit/audit-anchor.ts";
import { auditFolder } from "../../audit/audit-folder.ts";
import { ChainDigest } from "../../audit/audit-line.ts";
import { chainNames } from "../../audit/chain-names.ts";
import { knownSigningKey } from "../../audit/signing-key.ts";
import { assembleCore } from "../../core-assembly.ts";
import type { GatewayConfig } from "../../gateway/config.ts";
import { embeddedFolder, storeFromUrl } from "../../stores/store-url.ts";

/** The audit log that a configuration names, with what its chain is checked against. */
export interface AuditPlace {
  readonly folder: string;
  readonly digests: readonly ChainDigest[];
  readonly anchors: readonly AuditAnchor[];
  close(): Promise<void>;
}

/** The store is opened as the gateway does it; one that cannot be is an anchor that cannot be read. */
export async function openAuditPlace(config: GatewayConfig): Promise<AuditPlace> {
  const { security, data } = config;
  const folder = auditFolder(data.directory);
  const { masterKey, previousMasterKeys = [] } = security;
  const keys = [undefined, ...(masterKey === undefined ? [] : [masterKey]), ...previousMasterKeys];
  const opened = await openStoreOf(config);
  const own = existsSync(join(folder, "head.json")) ? [folderAnchor(folder)] : [];
  return {
    folder,
    digests: keys.map((key) => new ChainDigest(key)),
    anchors: [...own, ...(opened === undefined ? [] : [opened.anchor])],
    close: async () => opened?.close(),
  };
}

/** `undefined` where nothing outlives the gateway, or there is no store yet. */
async function openStoreOf(
  config: GatewayConfig,
): Promise<{ readonly anchor: AuditAnchor; close(): Promise<void> } | undefined> {
  const { store, data } = config;
  const { directory } = data;
  const folder = embeddedFolder(store.url, directory);
  if (folder !== undefined && !existsSync(join(folder, "cache.db"))) return undefined;
  const unreadable = (error: unknown): { readonly anchor: AuditAnchor; close(): Promise<void> } => ({
    anchor: { name: "the store", read: () => Promise.reject(error), write: () => Promise.reject(error) },
    close: async () => {},
  });
  try {
    const chains = chainNames({ directory, storeUrl: store.url, signingKey: knownSigningKey(directory) });
    const driver = await storeFromUrl(store.url, { directory, maxBytes: store.maxBytes });
    if (driver === undefined) return undefined;
    const core = await assembleCore({ settings: config, store: driver });
    return { anchor: storeAnchor(core.stored.truth, chains), close: () => core.close() };
  } catch (error) {
    return unreadable(error);
  }
}
