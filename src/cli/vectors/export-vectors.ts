import { defaultDirectives } from "../../core/directives.ts";
import { openEntry, type SealedEntry } from "../../core/entry.ts";
import { RepriseError } from "../../core/errors.ts";
import type { StoredItem } from "../../core/store-listing.ts";
import { readRecord } from "../../layers/embedding/vector-record.ts";
import { type OpenedStore, secretCheck } from "./opened-store.ts";
import { VectorFileWriter } from "./vector-file-writer.ts";
import type { VectorRow } from "./vector-row.ts";

/** All vectors of a store that would be served now, into a file: what was invalidated or has ended stays behind. */

export interface ExportWish {
  readonly file: string;
  /** Only of this tenant; of all with `all`; else there may be only one. */
  readonly tenant: string | undefined;
  readonly all: boolean;
  /** Only of this model. */
  readonly model: string | undefined;
}

export interface Exported {
  readonly vectors: number;
  readonly tenants: readonly string[];
  /** How many of each model. */
  readonly models: Readonly<Record<string, number>>;
}

/** The store has vectors of several tenants and nobody said whose are meant. */
export class SeveralTenantsError extends RepriseError {
  constructor(one: string, other: string) {
    super("several_tenants", {
      message: `The store has vectors of several tenants, such as ${one} and ${other}`,
      remedy: "Choose one with --tenant or --credential-env, or take all with --all.",
    });
  }
}

/** Entries of one page, about; a page of the embedded store also ends at 8 MiB. */
const pageItems = 1_000;

export async function exportVectors(
  opened: OpenedStore,
  wish: ExportWish,
  onProgress: (vectors: number) => void,
): Promise<Exported> {
  const writer = new VectorFileWriter(wish.file, secretCheck(opened.secret));
  const tenants = new Set<string>();
  const models = new Map<string, number>();
  let vectors = 0;
  try {
    for await (const rows of pagesOf(opened, wish.tenant)) {
      for (const row of rows) {
        const { model } = row.scope;
        if (wish.model !== undefined && model !== wish.model) continue;
        const [other] = tenants;
        if (!wish.all && other !== undefined && other !== row.tenant) throw new SeveralTenantsError(other, row.tenant);
        tenants.add(row.tenant);
        models.set(model, (models.get(model) ?? 0) + 1);
        writer.add(row);
        vectors += 1;
      }
      onProgress(vectors);
    }
    if (vectors > 0) await writer.finish();
  } finally {
    writer.discard();
  }
  return { vectors, tenants: [...tenants].sort(), models: Object.fromEntries([...models].sort()) };
}

async function* pagesOf(opened: OpenedStore, tenant: string | undefined): AsyncGenerator<readonly VectorRow[]> {
  const query = { limit: pageItems, ...(tenant === undefined ? {} : { tenant }) };
  let cursor: string | undefined;
  do {
    const page = await opened.store.list(cursor === undefined ? query : { ...query, cursor });
    yield await rowsOf(opened, page.items);
    cursor = page.cursor;
  } while (cursor !== undefined);
}

interface Found {
  readonly key: string;
  readonly tenant: string;
  readonly entry: SealedEntry;
}

/** The layer decides what is alive; entries that live by the same scopes are looked up together. */
async function rowsOf({ layer, rules }: OpenedStore, items: readonly StoredItem[]): Promise<readonly VectorRow[]> {
  const groups = new Map<string, Found[]>();
  for (const { tenant, key, value } of items) {
    const read = openEntry(value, tenant, key);
    const record = read.ok && read.entry.form === "vector" ? readRecord(read.entry.body) : undefined;
    if (!read.ok || record === undefined) continue;
    const { namespace, version, model } = record.origin.scope;
    const group = JSON.stringify([tenant, namespace, version, model]);
    groups.set(group, [...(groups.get(group) ?? []), { key, tenant, entry: read.entry }]);
  }
  const rows: VectorRow[] = [];
  for (const [group, found] of groups) {
    const [tenant, namespace, version, model] = JSON.parse(group) as [string, string, string, string];
    const call = {
      principal: { tenant, user: undefined },
      facts: { model },
      directives: { ...defaultDirectives, namespace, version },
      policy: rules.resolve({ model, protocol: "", operation: "embedding", namespace, tenant, tags: [] }),
    };
    const lookups = await layer.lookup(
      call,
      found.map(({ key }) => key),
    );
    for (const [index, lookup] of lookups.entries()) {
      if (lookup.kind === "miss") continue;
      const { record, lifetime } = lookup;
      const { digest, scope } = record.origin;
      const { protocol, tags } = (found[index] as Found).entry.note;
      rows.push({
        inputDigest: Buffer.from(digest, "base64url").toString("hex"),
        tenant,
        scope,
        vector: record.vector,
        tokens: record.tokens,
        answeredBy: record.model,
        protocol,
        tags,
        createdAt: Math.floor(lifetime.createdAt),
        expiresAt: Number.isFinite(lifetime.staleAt) ? Math.floor(lifetime.staleAt) : undefined,
      });
    }
  }
  return rows;
}
