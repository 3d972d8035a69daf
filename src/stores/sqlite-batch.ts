/**
 * Writes on their way to the writer thread. A batch is two flat arrays and one block of bytes that is handed over,
 * not copied: cloning an object a write would cost more than the write, and a view into a large buffer would be
 * cloned with all of it.
 */

import type { Cleared } from "../core/key-rows.ts";
import type { EvictionPriority } from "../core/store.ts";
import { priorityFromNumber, priorityToNumber } from "./priority-number.ts";

/** `drop` removes a row that was found damaged, if it still has the checksum seen. */
export type OperationKind = "set" | "add" | "delete" | "drop";

export interface Operation {
  readonly kind: OperationKind;
  readonly tenant: string;
  readonly key: string;
  readonly value: Uint8Array | undefined;
  readonly deleteAt: number;
  readonly priority: EvictionPriority;
  readonly storedAt: number;
  /** For `drop`. */
  readonly checksum: number;
}

export interface Batch {
  readonly kind: "batch";
  /** Milliseconds since the epoch by the clock of the store. */
  readonly now: number;
  readonly maxBytes: number;
  /** Tenant and key of each operation in turn. */
  readonly names: readonly string[];
  /** Kind, deleteAt, priority, storedAt, checksum, length of the value (-1 for none) of each operation in turn. */
  readonly numbers: Float64Array;
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** Rows that were read lately. */
  readonly touched: Float64Array;
}

/** An operation's answer: for `delete` whether something alive was there; for `add` the earlier value, if it lost. */
export type Answer = boolean | Uint8Array | undefined;

export type WriterRequest =
  | Batch
  | { readonly kind: "release" }
  | { readonly kind: "scrub"; readonly now: number }
  | { readonly kind: "close" };

export type WriterReply =
  | {
      readonly kind: "committed";
      readonly answers: readonly Answer[];
      readonly evictions: number;
      readonly corrupt: number;
    }
  | { readonly kind: "failed"; readonly code: number | undefined; readonly message: string }
  /** `cleared`: after a scrub that went well. */
  | { readonly kind: "released"; readonly cleared?: Cleared };

const kinds: readonly OperationKind[] = ["set", "add", "delete", "drop"];
const width = 6;

export function packBatch(
  operations: readonly Operation[],
  touched: ReadonlySet<number>,
  now: number,
  maxBytes: number,
): Batch {
  const bytes = new Uint8Array(operations.reduce((sum, { value }) => sum + (value?.byteLength ?? 0), 0));
  const numbers = new Float64Array(operations.length * width);
  const names: string[] = [];
  let offset = 0;
  operations.forEach(({ kind, tenant, key, value, deleteAt, priority, storedAt, checksum }, index) => {
    names.push(tenant, key);
    const length = value?.byteLength ?? -1;
    const fields = [kinds.indexOf(kind), deleteAt, priorityToNumber(priority), storedAt, checksum, length];
    numbers.set(fields, index * width);
    if (value === undefined) return;
    bytes.set(value, offset);
    offset += value.byteLength;
  });
  return { kind: "batch", now, maxBytes, names, numbers, bytes, touched: Float64Array.from(touched) };
}

export function unpackBatch({ names, numbers, bytes }: Batch): Operation[] {
  const operations: Operation[] = [];
  let offset = 0;
  for (let index = 0; index * 2 < names.length; index += 1) {
    const at = (field: number) => numbers[index * width + field] as number;
    const length = at(5);
    operations.push({
      kind: kinds[at(0)] as OperationKind,
      tenant: names[index * 2] as string,
      key: names[index * 2 + 1] as string,
      deleteAt: at(1),
      priority: priorityFromNumber(at(2)),
      storedAt: at(3),
      checksum: at(4),
      value: length < 0 ? undefined : bytes.subarray(offset, offset + length),
    });
    offset += Math.max(0, length);
  }
  return operations;
}
