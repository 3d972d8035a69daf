/**
 * Changes on their way to the thread that writes. A batch is two flat arrays and one block of bytes that is handed
 * over, not copied, as in stores/sqlite-batch.ts.
 */

/** `drop` removes a row that was found damaged, if it still has the checksum seen. */
export type VectorOperation =
  | {
      readonly kind: "put";
      readonly tenant: string;
      readonly partition: string;
      readonly model: string;
      readonly id: string;
      readonly deleteAt: number;
      /** How many vectors the space may hold. */
      readonly limit: number;
      /** 32-bit floats, little-endian. */
      readonly vector: Uint8Array;
      readonly note: Uint8Array;
      /** Whose it is: marks with spaces between them. */
      readonly marks: string;
    }
  /** Those that bear `mark`, or none because an earlier version wrote them; of neither `id` nor `mark` all. Without `partition` in the whole tenant. */
  | {
      readonly kind: "delete";
      readonly tenant: string;
      readonly partition: string | undefined;
      readonly id: string | undefined;
      readonly mark?: string | undefined;
    }
  | { readonly kind: "drop"; readonly seq: number; readonly checksum: number };

export interface VectorBatch {
  readonly kind: "batch";
  /** Milliseconds since the epoch by the clock of the store. */
  readonly now: number;
  /** Whose puts these are. */
  readonly origin: number;
  readonly maxVectors: number;
  readonly maxFileBytes: number;
  /** Five for each operation in turn. */
  readonly names: readonly (string | undefined)[];
  /** Kind and four numbers for each operation in turn. */
  readonly numbers: Float64Array;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

export type VectorWriterRequest =
  | VectorBatch
  | { readonly kind: "release" }
  | { readonly kind: "close" }
  | { readonly kind: "check" };

export type VectorWriterReply =
  | { readonly kind: "committed" }
  | { readonly kind: "failed"; readonly code: number | undefined; readonly message: string }
  | { readonly kind: "released" }
  | { readonly kind: "checked"; readonly problem: string | undefined };

const kinds = ["put", "delete", "drop"] as const;
const namesEach = 5;
const numbersEach = 5;

export function packVectorBatch(
  operations: readonly VectorOperation[],
): Pick<VectorBatch, "names" | "numbers" | "bytes"> {
  const names: (string | undefined)[] = [];
  const numbers = new Float64Array(operations.length * numbersEach);
  const bytes = new Uint8Array(operations.reduce((sum, operation) => sum + bytesOf(operation), 0));
  let offset = 0;
  operations.forEach((operation, index) => {
    const { kind } = operation;
    const put = (fields: readonly number[]) => numbers.set([kinds.indexOf(kind), ...fields], index * numbersEach);
    if (kind === "put") {
      const { tenant, partition, model, id, deleteAt, limit, vector, note, marks } = operation;
      names.push(tenant, partition, model, id, marks);
      put([deleteAt, limit, vector.byteLength, note.byteLength]);
      bytes.set(vector, offset);
      bytes.set(note, offset + vector.byteLength);
      offset += vector.byteLength + note.byteLength;
    } else if (kind === "delete") {
      names.push(operation.tenant, operation.partition, undefined, operation.id, operation.mark);
      put([]);
    } else {
      names.push(undefined, undefined, undefined, undefined, undefined);
      put([operation.seq, operation.checksum]);
    }
  });
  return { names, numbers, bytes };
}

export function unpackVectorBatch({ names, numbers, bytes }: VectorBatch): VectorOperation[] {
  const operations: VectorOperation[] = [];
  let offset = 0;
  for (let index = 0; index * namesEach < names.length; index += 1) {
    const name = (field: number) => names[index * namesEach + field];
    const at = (field: number) => numbers[index * numbersEach + field] as number;
    const kind = kinds[at(0)];
    if (kind === "put") {
      const [tenant, partition, model, id, marks] = [0, 1, 2, 3, 4].map((field) => name(field) as string) as [
        string,
        string,
        string,
        string,
        string,
      ];
      const noteAt = offset + at(3);
      const end = noteAt + at(4);
      const [vector, note] = [bytes.subarray(offset, noteAt), bytes.subarray(noteAt, end)];
      operations.push({ kind, tenant, partition, model, id, deleteAt: at(1), limit: at(2), vector, note, marks });
      offset = end;
    } else if (kind === "delete") {
      operations.push({ kind, tenant: name(0) as string, partition: name(1), id: name(3), mark: name(4) });
    } else operations.push({ kind: "drop", seq: at(1), checksum: at(2) });
  }
  return operations;
}

/** The bytes that an operation carries. */
export function bytesOf(operation: VectorOperation): number {
  return operation.kind === "put" ? operation.vector.byteLength + operation.note.byteLength : 0;
}
