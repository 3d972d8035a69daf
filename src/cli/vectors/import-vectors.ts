import { LRUCache } from "lru-cache";
import { defaultDirectives } from "../../core/directives.ts";
import { RepriseError, StoreUnavailableError } from "../../core/errors.ts";
import type { RecordTicket } from "../../core/layer.ts";
import { userOfScope } from "../../core/user-scope.ts";
import type { VectorCall } from "../../layers/embedding/embedding-layer.ts";
import { vectorKeys } from "../../layers/embedding/vector-key.ts";
import { type OpenedStore, secretCheck } from "./opened-store.ts";
import { VectorFileError } from "./vector-file.ts";
import { openVectorFile, type VectorFileReader } from "./vector-file-reader.ts";
import type { VectorRow } from "./vector-row.ts";

/**
 * Vectors of a file into a store, under the keys by which this store's gateways and programs look for them: the file
 * has what a key is made of, and the store has the secret. The whole file is read and checked before anything is
 * written. What is there already stays, so that an import can be done again.
 */

export interface CheckWish {
  readonly file: string;
  /** What every row must be of. */
  readonly model: string | undefined;
  readonly dimensions: number | undefined;
}

/** A file that was read from end to end and found sound. */
export interface CheckedFile {
  readonly file: string;
  readonly reader: VectorFileReader;
  readonly tenants: ReadonlySet<string>;
  readonly models: ReadonlyMap<string, number>;
  /** Of all vectors together. */
  readonly bytes: number;
}

export interface Imported {
  readonly vectors: number;
  readonly imported: number;
  /** They were there already. */
  readonly kept: number;
  /** Their time was over. */
  readonly expired: number;
  readonly tenants: readonly string[];
  readonly models: Readonly<Record<string, number>>;
}

export type ImportProgress = (step: "checked" | "imported", vectors: number, of: number) => void;

/** What an entry takes beside its vector, at least. */
const entryBytes = 500;

/** Reads all of the file. Throws `VectorFileError` at the first row that may not be taken. */
export async function checkVectors(wish: CheckWish, onProgress: ImportProgress): Promise<CheckedFile> {
  const { file } = wish;
  const reader = await openVectorFile(file);
  const tenants = new Set<string>();
  const models = new Map<string, number>();
  let bytes = 0;
  for await (const { first, rows } of reader.groups()) {
    for (const [index, { scope, vector, tenant }] of rows.entries()) {
      const dimensions = vector.length / 4;
      const wrong = (what: string) =>
        new VectorFileError(`${file}, row ${first + index}: ${what}`, "Name the file of the model that you use.");
      if (wish.model !== undefined && scope.model !== wish.model)
        throw wrong(`the model is ${scope.model} and not ${wish.model}`);
      if (wish.dimensions !== undefined && dimensions !== wish.dimensions)
        throw wrong(`the vector has ${dimensions} dimensions and not ${wish.dimensions}`);
      tenants.add(tenant);
      models.set(scope.model, (models.get(scope.model) ?? 0) + 1);
      bytes += vector.length;
    }
    onProgress("checked", first + rows.length - 1, reader.count);
  }
  return { file, reader, tenants, models, bytes };
}

/** `tenant`: whose the vectors are here; those of the file without it. */
export async function importVectors(
  opened: OpenedStore,
  checked: CheckedFile,
  tenant: string | undefined,
  onProgress: ImportProgress,
): Promise<Imported> {
  const { reader } = checked;
  assertTenant(checked, tenant, secretCheck(opened.secret));
  await assertRoom(opened, checked.bytes + entryBytes * reader.count);
  const before = await opened.store.stats();
  const importer = new Importer(opened);
  for await (const { first, rows } of reader.groups()) {
    await importer.take(tenant === undefined ? rows : rows.map((row) => ({ ...row, tenant })));
    onProgress("imported", first + rows.length - 1, reader.count);
  }
  const after = await opened.store.stats();
  if (after.evictions > before.evictions)
    throw new RepriseError("store_full", {
      message: `The store is full: it dropped ${after.evictions - before.evictions} entries to make room`,
      remedy: "Raise store.maxBytes and import again.",
    });
  const { imported, kept, expired } = importer;
  const tenants = tenant === undefined ? [...checked.tenants].sort() : [tenant];
  const models = Object.fromEntries([...checked.models].sort());
  return { vectors: reader.count, imported, kept, expired, tenants, models };
}

/** Ids of tenants that are derived from credentials mean something only under the secret they were derived with. */
const derived = /^[A-Za-z0-9_-]{43}$/;

function assertTenant({ file, reader, tenants }: CheckedFile, tenant: string | undefined, ownSecret: string): void {
  if (tenant !== undefined) {
    if (tenants.size <= 1) return;
    throw new VectorFileError(
      `${file} has the vectors of ${tenants.size} tenants, which are not put together`,
      "Export those of one tenant with --tenant, or import without --tenant and --credential-env.",
    );
  }
  if (reader.secretCheck === ownSecret) return;
  const foreign = [...tenants].find((one) => derived.test(one));
  if (foreign === undefined) return;
  throw new VectorFileError(
    `${file} has the vectors of tenant ${foreign}, which is known by another id in this store, whose secret is another`,
    "Say whose they are: --credential-env names the variable that holds the API key, or give the id with --tenant.",
  );
}

async function assertRoom({ store }: OpenedStore, needed: number): Promise<void> {
  const { bytes, capacityBytes } = await store.stats();
  if (bytes + needed <= capacityBytes || needed <= 0) return;
  throw new RepriseError("store_full", {
    message: `The vectors need more than ${needed} bytes, and the store has room for ${capacityBytes - bytes}`,
    remedy: "Raise store.maxBytes.",
  });
}

/** Entries that are written at once; they share what is the same for all of them. */
interface Parcel {
  readonly call: VectorCall;
  readonly row: VectorRow;
  readonly places: { readonly slot: string; readonly row: VectorRow }[];
}

/** Scopes that are remembered; one that is met again later is only worked out again. */
const mostScopes = 1_000;
/** What the embedded store has not written yet is bounded; so often it may say that it is behind. */
const mostAttempts = 50;

class Importer {
  readonly #opened: OpenedStore;
  readonly #keys = new LRUCache<string, (digest: string) => string>({ max: mostScopes });
  readonly #tickets = new LRUCache<string, Promise<RecordTicket>>({ max: mostScopes });
  imported = 0;
  kept = 0;
  expired = 0;

  constructor(opened: OpenedStore) {
    this.#opened = opened;
  }

  async take(rows: readonly VectorRow[]): Promise<void> {
    const parcels = new Map<string, Parcel>();
    for (const row of rows) {
      const { tenant, scope, tags, createdAt, expiresAt, protocol } = row;
      if (expiresAt !== undefined && expiresAt <= this.#opened.clock.now()) {
        this.expired += 1;
        continue;
      }
      const { namespace, version, model, whom } = scope;
      const name = JSON.stringify([tenant, namespace, version, model, whom, tags, createdAt, expiresAt, protocol]);
      const parcel = parcels.get(name) ?? { call: this.#callOf(row), row, places: [] };
      parcel.places.push({ slot: this.#slotOf(row), row });
      parcels.set(name, parcel);
    }
    for (const parcel of parcels.values()) await this.#put(parcel);
  }

  #slotOf({ tenant, scope, inputDigest }: VectorRow): string {
    const name = JSON.stringify([tenant, scope]);
    const keyOf = this.#keys.get(name) ?? vectorKeys(this.#opened.secret, tenant, scope);
    this.#keys.set(name, keyOf);
    return keyOf(Buffer.from(inputDigest, "hex").toString("base64url"));
  }

  #callOf({ tenant, scope, tags, createdAt, expiresAt, protocol }: VectorRow): VectorCall {
    const { namespace, version, model, whom } = scope;
    const user = userOfScope(whom);
    const ttlMs = expiresAt === undefined ? undefined : expiresAt - createdAt;
    return {
      principal: { tenant, user },
      facts: { model },
      directives: { ...defaultDirectives, namespace, version, tags, user, ttlMs },
      policy: this.#opened.rules.resolve({ model, protocol, operation: "embedding", namespace, tenant, tags }),
    };
  }

  async #put({ call, row, places }: Parcel): Promise<void> {
    const { layer } = this.#opened;
    const lookups = await layer.lookup(
      call,
      places.map(({ slot }) => slot),
    );
    const missing = places.filter((_, index) => lookups[index]?.kind === "miss");
    this.kept += places.length - missing.length;
    if (missing.length === 0) return;
    const ticket = { ...(await this.#ticket(call)), createdAt: row.createdAt };
    let left = missing.map(({ slot, row }) => ({ slot, record: recordOf(row) }));
    for (let attempt = 1; left.length > 0; attempt += 1) {
      const written = await layer.record(call, ticket, left, row.protocol);
      if (written === "no_store") {
        this.expired += left.length;
        return;
      }
      if (typeof written === "string" || attempt > mostAttempts) throw failed(String(written));
      const refused = written.find((result) => result === "declined" || result === "failed");
      if (refused !== undefined) throw failed(refused);
      const behind = left.filter((_, index) => written[index] === "overloaded");
      this.imported += left.length - behind.length;
      left = behind;
      // Resolves when what is pending is written.
      if (left.length > 0) await this.#opened.store.stats();
    }
  }

  #ticket(call: VectorCall): Promise<RecordTicket> {
    const { principal, directives, facts } = call;
    const name = JSON.stringify([principal, directives.namespace, directives.version, facts.model, directives.tags]);
    const ticket = this.#tickets.get(name) ?? this.#opened.layer.prepare(call);
    this.#tickets.set(name, ticket);
    return ticket;
  }
}

function recordOf({ vector, tokens, answeredBy, inputDigest, scope }: VectorRow) {
  const digest = Buffer.from(inputDigest, "hex").toString("base64url");
  return { vector, tokens, model: answeredBy, origin: { digest, scope } };
}

function failed(how: string): StoreUnavailableError {
  return new StoreUnavailableError({
    message: `The store did not take a vector (${how})`,
    remedy: "Import again when the store is well; what was imported is kept and not asked for twice.",
  });
}
