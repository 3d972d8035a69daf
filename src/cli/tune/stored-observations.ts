import type { ListableStore } from "../../core/store-listing.ts";
import type { Observation } from "../../layers/semantic/boundary/observations.ts";
import { learntKey, readEvidence } from "../../layers/semantic/learnt.ts";

/** What a store keeps of how answers to like questions did: of each entry the newest observations, oldest first. */

/** Entries of one page, about. */
const pageItems = 1_000;
const prefix = learntKey("");
/** Kept is a score to a sixteenth of its log-odds. */
const digits = 10_000;

/** Of one tenant, or of all. */
export async function storedObservations(store: ListableStore, tenant: string | undefined): Promise<Observation[]> {
  const query = { limit: pageItems, ...(tenant === undefined ? {} : { tenant }) };
  const found: Observation[] = [];
  let cursor: string | undefined;
  do {
    const page = await store.list(cursor === undefined ? query : { ...query, cursor });
    for (const { key, value } of page.items) {
      if (!key.startsWith(prefix)) continue;
      for (const { score, right } of readEvidence(value).observations)
        found.push({ score: Math.round(score * digits) / digits, right });
    }
    cursor = page.cursor;
  } while (cursor !== undefined);
  return found;
}
