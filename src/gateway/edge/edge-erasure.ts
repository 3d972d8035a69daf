import type { FingerprintKey } from "../../core/fingerprint.ts";
import { scopeOf, systemTenant } from "../../core/scopes.ts";
import type { Store } from "../../core/store.ts";
import { isListable } from "../../core/store-listing.ts";
import type { ErasedScope } from "../../erasure/erasure-record.ts";
import { openSealedText } from "../../layers/edge/sealed-text.ts";
import { isTwinKey, type TwinRecord } from "../../layers/edge/twin-record.ts";
import type { AnswerRegistry } from "./answer-registry.ts";

/**
 * What is published of somebody who is erased. It was withdrawn when everything of his was taken back; here the texts of all
 * versions are removed as well, shown or not, and what leads from URLs to his answers.
 */

export interface EdgeErasureParts {
  readonly registry: AnswerRegistry;
  /** The store that holds everything. */
  readonly truth: Store;
  readonly secret: FingerprintKey;
}

const pageItems = 200;

/** Returns how many versions and twins were removed. */
export async function eraseFromEdge(parts: EdgeErasureParts, scope: ErasedScope): Promise<number> {
  return (await removeVersions(parts, scope)) + (await removeTwins(parts, scope));
}

async function removeVersions({ registry }: EdgeErasureParts, { tenant, user }: ErasedScope): Promise<number> {
  const userScope = user === undefined ? undefined : scopeOf("user", user, tenant).name;
  let removed = 0;
  for (const { slug, latest } of await registry.heads()) {
    for (let number = 1; number <= latest; number += 1) {
      const version = await registry.version(slug, number);
      if (version === undefined || version.source.tenant !== tenant) continue;
      if (userScope !== undefined && !version.generations.some(([name]) => name === userScope)) continue;
      await registry.removeVersion(slug, number);
      removed += 1;
    }
  }
  return removed;
}

/** Where the store cannot list what it holds they lead to nothing, and expire. */
async function removeTwins({ truth, secret }: EdgeErasureParts, { tenant, user }: ErasedScope): Promise<number> {
  if (!isListable(truth)) return 0;
  let removed = 0;
  let cursor: string | undefined;
  do {
    const page = await truth.list({ tenant: systemTenant, limit: pageItems, ...(cursor !== undefined && { cursor }) });
    for (const { key, value } of page.items) {
      const text = isTwinKey(key) ? openSealedText(secret, key, value) : undefined;
      const twin = text === undefined ? undefined : (JSON.parse(text) as TwinRecord);
      if (twin?.tenant !== tenant || (user !== undefined && twin.user !== user)) continue;
      if (await truth.delete(systemTenant, key)) removed += 1;
    }
    cursor = page.cursor;
  } while (cursor !== undefined);
  return removed;
}
