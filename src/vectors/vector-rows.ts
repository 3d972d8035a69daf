/** The rows of the file as the thread that answers reads them: it never writes. */

import type { DatabaseSync, StatementSync } from "node:sqlite";
import { floatsWithin } from "../core/vector.ts";
import type { VectorSpace, VectorStats } from "../core/vector-store.ts";
import { isSealedRow, type VectorBytes } from "./sealed-row.ts";
import { vectorChecksum } from "./vector-file.ts";

export interface VectorRow {
  readonly seq: number;
  readonly id: string;
  readonly deleteAt: number;
  readonly checksum: number;
  /** `undefined` when the row fails its checksum. */
  readonly vector: Float32Array | undefined;
  readonly note: Uint8Array;
  /** As it stands there, where it is sealed; `vector` and `note` are not known then. */
  readonly sealed?: VectorBytes;
}

/** Where a space is: the number it has in the file, and the seed of its checksums. */
export interface SpaceInFile {
  readonly place: number;
  readonly seed: number;
  readonly dimensions: number;
}

type RawRow = readonly [number, unknown, unknown, number, unknown, unknown];
const columns = "seq, id, delete_at, checksum, vector, note";

export class VectorRows {
  readonly #version: StatementSync;
  readonly #place: StatementSync;
  readonly #newest: StatementSync;
  readonly #page: StatementSync;
  readonly #row: StatementSync;
  readonly #totals: StatementSync;
  readonly #tenants: StatementSync;

  constructor(database: DatabaseSync) {
    // A reader waits for nobody but another process that repairs the log after a crash.
    database.exec("PRAGMA query_only = ON; PRAGMA busy_timeout = 50; PRAGMA cache_size = -8000");
    const arrays = (sql: string) => {
      const statement = database.prepare(sql);
      statement.setReturnArrays(true);
      return statement;
    };
    this.#version = arrays("PRAGMA data_version");
    this.#place = arrays("SELECT id FROM spaces_v1 WHERE tenant = ? AND context = ? AND model = ? AND dimensions = ?");
    this.#newest = arrays("SELECT max(seq) FROM vectors_v1 WHERE space = ?");
    const page = "space = ? AND seq > ? AND seq <= ? AND origin <> ? ORDER BY seq LIMIT ?";
    this.#page = arrays(`SELECT ${columns} FROM vectors_v1 INDEXED BY vectors_v1_by_space WHERE ${page}`);
    this.#row = arrays(`SELECT ${columns} FROM vectors_v1 WHERE id = ? AND space = ?`);
    this.#tenants = arrays("SELECT DISTINCT tenant FROM spaces_v1");
    this.#totals = arrays("SELECT vectors, bytes FROM vector_totals_v1");
  }

  /** Another number whenever somebody has written since. */
  version(): number {
    return first(this.#version.get());
  }

  placeOf({ tenant, partition, model, dimensions }: VectorSpace): number | undefined {
    const row = this.#place.get(tenant, partition, model, dimensions);
    return row && first(row);
  }

  newest(place: number): number {
    return first(this.#newest.get(place)) || 0;
  }

  /** The rows after one `seq`, up to and with another, in their order, that another than `origin` has put. */
  page(space: SpaceInFile, after: number, upTo: number, origin: number, limit: number): readonly VectorRow[] {
    const rows = this.#page.all(space.place, after, upTo, origin, limit) as unknown as RawRow[];
    return rows.map((row) => rowOf(space, row));
  }

  row(space: SpaceInFile, id: string): VectorRow | undefined {
    const row = this.#row.get(id, space.place) as unknown as RawRow | undefined;
    return row && rowOf(space, row);
  }

  tenants(): readonly string[] {
    return (this.#tenants.all() as unknown as readonly (readonly unknown[])[]).map(([tenant]) => String(tenant));
  }

  totals(): VectorStats {
    const [vectors = 0, bytes = 0] = (this.#totals.get() ?? []) as unknown as readonly number[];
    return { vectors, bytes };
  }
}

function first(row: unknown): number {
  return (row as readonly number[])[0] as number;
}

function rowOf(
  { seed, dimensions }: SpaceInFile,
  [seq, idRead, deleteAtRead, checksum, vector, note]: RawRow,
): VectorRow {
  const [id, deleteAt] = [String(idRead), Number(deleteAtRead)];
  const isSound =
    vector instanceof Uint8Array &&
    note instanceof Uint8Array &&
    vector.byteLength === 4 * dimensions &&
    vectorChecksum(seed, { id, deleteAt, vector, note }) === checksum;
  const noNote = new Uint8Array(0);
  if (isSound && isSealedRow({ vector, note }))
    return { seq, id, deleteAt, checksum, vector: undefined, note: noNote, sealed: { vector, note } };
  return {
    seq,
    id,
    deleteAt,
    checksum,
    vector: isSound ? floatsWithin(vector) : undefined,
    note: isSound ? note : noNote,
  };
}
