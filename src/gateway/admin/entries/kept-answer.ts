import { openEntry, type SealedEntry } from "../../../core/entry.ts";
import { systemTenant } from "../../../core/scopes.ts";
import type { Store } from "../../../core/store.ts";
import type { StoredItem } from "../../../core/store-listing.ts";
import { aliasKindOf, readAlias } from "../../../layers/semantic/aliases.ts";

/**
 * What a store keeps, as far as it is an answer: of the exact layer and of wrapped values, a vector, or a question that
 * leads to an answer. All else that stands between them (tokens, evidence, figures) is nobody's answer and left out.
 */

export interface KeptAnswer {
  readonly layer: "exact" | "semantic" | "embedding";
  readonly tenant: string;
  readonly slot: string;
  /** Under which key it was met. */
  readonly key: string;
  /** `undefined` for a question whose answer is gone. */
  readonly entry: SealedEntry | undefined;
  /** As stored. */
  readonly bytes: number;
  /** The text that leads here, of a like question. */
  readonly question: string | undefined;
}

/** A key of the exact layer or of a vector: a fingerprint, and which of the variants. */
const slotShape = /^[\w-]+(?:\.\d+)?$/;

/** Whether a key is that of an answer or a vector. */
export function isSlot(key: string): boolean {
  return slotShape.test(key);
}

/** In the order of `items`. Answers that questions lead to are read from `store`, one round trip a tenant. */
export async function keptAnswers(
  items: readonly StoredItem[],
  store: Pick<Store, "get">,
): Promise<readonly KeptAnswer[]> {
  const found = items.flatMap((item) => keptAs(item) ?? []);
  const tenants = new Set(found.filter(({ layer }) => layer === "semantic").map(({ tenant }) => tenant));
  const answers = new Map<string, SealedEntry>();
  for (const tenant of tenants) {
    const slots = [...new Set(found.filter((one) => one.tenant === tenant).map(({ slot }) => slot))];
    const values = await store.get(tenant, slots);
    for (const [index, slot] of slots.entries()) {
      const entry = openedAt(tenant, slot, values[index]);
      if (entry !== undefined) answers.set(nameOf(tenant, slot), entry);
    }
  }
  return found.map((one) =>
    one.layer === "semantic" ? { ...one, entry: answers.get(nameOf(one.tenant, one.slot)) } : one,
  );
}

/** What stands at a slot; `undefined` for what is no entry of this tenant. */
export function keptAt(tenant: string, slot: string, value: Uint8Array | undefined): KeptAnswer | undefined {
  const entry = openedAt(tenant, slot, value);
  if (entry === undefined || value === undefined) return undefined;
  const layer = entry.form === "vector" ? "embedding" : "exact";
  return { layer, tenant, slot, key: slot, entry, bytes: value.byteLength, question: undefined };
}

function keptAs({ tenant, key, value }: StoredItem): KeptAnswer | undefined {
  if (tenant === systemTenant) return undefined;
  if (isSlot(key)) return keptAt(tenant, key, value);
  const kind = aliasKindOf(key);
  // The same question stands under its content as well; once is enough.
  if (kind === undefined || kind === "signature") return undefined;
  const alias = readAlias(value);
  if (alias === undefined) return undefined;
  const { slot, text: question } = alias;
  return { layer: "semantic", tenant, slot, key, entry: undefined, bytes: value.byteLength, question };
}

function openedAt(tenant: string, slot: string, value: Uint8Array | undefined): SealedEntry | undefined {
  if (value === undefined) return undefined;
  const opened = openEntry(value, tenant, slot);
  return opened.ok ? opened.entry : undefined;
}

function nameOf(tenant: string, slot: string): string {
  return `${slot} ${tenant}`;
}
