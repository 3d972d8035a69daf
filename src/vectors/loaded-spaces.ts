/**
 * The spaces whose vectors are in memory, by partition, the one used longest ago first. Most contexts are asked in
 * once or twice, so an empty place costs nothing here and a space is forgotten with its last vector.
 */

import type { VectorSpace } from "../core/vector-store.ts";
import type { ScanMemory } from "./scan-memory.ts";
import type { TrueVector } from "./search.ts";
import { VectorIndex } from "./vector-index.ts";

/** What an object of this kind takes, about. */
const bytesPerKept = 200;
const bytesPerMark = 40;
/** What a space takes that holds nothing, about. */
const bytesPerSpace = 600;

export class LoadedSpace {
  readonly space: VectorSpace;
  readonly index: VectorIndex;
  readonly #memory: ScanMemory;
  /** True vectors that are nowhere else: all of them without a file, else those that are not written yet. */
  readonly #kept = new Map<string, TrueVector>();
  #bytes = 0;

  constructor(space: VectorSpace, memory: ScanMemory) {
    this.space = space;
    this.#memory = memory;
    this.index = new VectorIndex(memory, space.dimensions);
    this.#count(bytesPerSpace);
  }

  get keepsAny(): boolean {
    return this.#kept.size > 0;
  }

  kept(id: string): TrueVector | undefined {
    return this.#kept.get(id);
  }

  /** The ids of what is kept and bears one of the marks. */
  marked(marks: ReadonlySet<string>): readonly string[] {
    return [...this.#kept].flatMap(([id, item]) => (item.marks?.some((mark) => marks.has(mark)) === true ? [id] : []));
  }

  keep(id: string, item: TrueVector): void {
    this.unkeep(id);
    this.#kept.set(id, item);
    this.#count(bytesOf(item));
  }

  unkeep(id: string): void {
    const item = this.#kept.get(id);
    if (item === undefined) return;
    this.#kept.delete(id);
    this.#count(-bytesOf(item));
  }

  remove(id: string): void {
    this.index.remove(id);
    this.unkeep(id);
  }

  /** Leaves only what is kept. */
  clearUnkept(): void {
    const kept = [...this.#kept].map(([id, { vector }]) => ({ id, vector, deleteAt: this.index.deleteAtOf(id) }));
    this.index.clear();
    for (const { id, vector, deleteAt } of kept) if (deleteAt !== undefined) this.index.put(id, vector, deleteAt);
  }

  /** For good. */
  clear(): void {
    this.index.clear();
    this.#kept.clear();
    this.#count(-this.#bytes);
  }

  #count(bytes: number): void {
    this.#bytes += bytes;
    this.#memory.bytesBeside += bytes;
  }
}

function bytesOf({ vector, note, marks = [] }: TrueVector): number {
  return vector.byteLength + note.byteLength + bytesPerKept + bytesPerMark * marks.length;
}

export class LoadedSpaces<Space extends LoadedSpace> {
  readonly #make: (space: VectorSpace) => Space;
  readonly #partitions = new Map<string, Space[]>();
  /** The same by tenant. */
  readonly #tenants = new Map<string, Map<string, Space[]>>();

  constructor(make: (space: VectorSpace) => Space) {
    this.#make = make;
  }

  /** Counts as a use. */
  find(space: VectorSpace): Space | undefined {
    const key = keyOf(space.tenant, space.partition);
    const partition = this.#partitions.get(key);
    if (partition === undefined) return undefined;
    this.#place(space.tenant, key, partition);
    return partition.find((loaded) => isSame(loaded.space, space));
  }

  findOrMake(space: VectorSpace): Space {
    const found = this.find(space);
    if (found !== undefined) return found;
    const { tenant, partition, model, dimensions } = space;
    const made = this.#make({ tenant, partition, model, dimensions });
    const key = keyOf(tenant, partition);
    this.#place(tenant, key, [...(this.#partitions.get(key) ?? []), made]);
    return made;
  }

  /** All of a tenant, or of one of its partitions. */
  of(tenant: string, partition: string | undefined): readonly Space[] {
    if (partition !== undefined) return this.#partitions.get(keyOf(tenant, partition)) ?? [];
    return [...(this.#tenants.get(tenant)?.values() ?? [])].flat();
  }

  get tenants(): Iterable<string> {
    return this.#tenants.keys();
  }

  /** The one used longest ago first; of all, or of one tenant. */
  *all(tenant?: string): Iterable<Space> {
    const partitions = tenant === undefined ? this.#partitions : this.#tenants.get(tenant);
    for (const partition of partitions?.values() ?? []) yield* partition;
  }

  forget(loaded: Space): void {
    const key = keyOf(loaded.space.tenant, loaded.space.partition);
    const left = (this.#partitions.get(key) ?? []).filter((other) => other !== loaded);
    const own = this.#tenants.get(loaded.space.tenant);
    if (left.length > 0) {
      this.#partitions.set(key, left);
      own?.set(key, left);
    } else {
      this.#partitions.delete(key);
      own?.delete(key);
      if (own?.size === 0) this.#tenants.delete(loaded.space.tenant);
    }
    loaded.clear();
  }

  /** Behind all others. */
  #place(tenant: string, key: string, partition: Space[]): void {
    this.#partitions.delete(key);
    this.#partitions.set(key, partition);
    const own = this.#tenants.get(tenant) ?? new Map<string, Space[]>();
    own.delete(key);
    own.set(key, partition);
    this.#tenants.set(tenant, own);
  }
}

function isSame(one: VectorSpace, other: VectorSpace): boolean {
  return one.dimensions === other.dimensions && one.model === other.model;
}

/** The length in front keeps two names from running together. */
function keyOf(tenant: string, partition: string): string {
  return `${tenant.length}:${tenant}${partition}`;
}
