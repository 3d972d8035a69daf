import {
  asyncBufferFromFile,
  type FileMetaData,
  parquetMetadataAsync,
  parquetReadObjects,
  type RowGroup,
} from "hyparquet";
import { formatKey, formatVersion, secretKey, VectorFileError } from "./vector-file.ts";
import { assertReadable } from "./vector-pages.ts";
import { columns, RowMistake, rowOf, type VectorRow } from "./vector-row.ts";

/** Reads a file of vectors, one group of rows at a time. Every row is checked; the first that is wrong ends the reading. */

/** A group is read at once; `reprise embeddings export` writes groups of 16 MiB. */
const mostGroupBytes = 512 * 1024 * 1024;

const again = "Export the vectors again, or fetch the file again.";

export interface VectorFileReader {
  readonly count: number;
  readonly secretCheck: string | undefined;
  /** Groups of rows in their order, each with the number of its first row, counted from 1. */
  groups(): AsyncGenerator<{ readonly first: number; readonly rows: readonly VectorRow[] }>;
}

/** @throws VectorFileError when it is no file of vectors, or of a later format. */
export async function openVectorFile(file: string): Promise<VectorFileReader> {
  const { buffer, metadata } = await opened(file);
  const notes = new Map((metadata.key_value_metadata ?? []).map(({ key, value }) => [key, value]));
  const format = notes.get(formatKey);
  if (format === undefined)
    throw new VectorFileError(`${file} is a Parquet file, but none of vectors`, "Name a file that was exported.");
  if (format !== formatVersion)
    throw new VectorFileError(
      `${file} has format ${format}, and this version reads format ${formatVersion}`,
      "Import it with the version that exported it, or a later one.",
    );
  const present = new Set(metadata.schema.map(({ name }) => name));
  const lacking = columns.find(({ name }) => !present.has(name));
  if (lacking !== undefined) throw new VectorFileError(`${file} lacks the column ${lacking.name}`, again);
  const count = metadata.row_groups.reduce((sum, group) => sum + rowsOf(file, group), 0);
  if (count !== Number(metadata.num_rows))
    throw new VectorFileError(`${file} has ${count} rows and not ${metadata.num_rows}`, again);
  return {
    count,
    secretCheck: notes.get(secretKey),
    async *groups() {
      let first = 0;
      for (const group of metadata.row_groups) {
        const rows = rowsOf(file, group);
        const end = first + rows;
        if (Number(group.total_byte_size) > mostGroupBytes)
          throw new VectorFileError(
            `${file} has more than ${mostGroupBytes} bytes in one group of rows`,
            "Write it with smaller row groups.",
          );
        const found = await cellsOf(file, { file: buffer, metadata, group, rowStart: first, rowEnd: end });
        if (found.length !== end - first)
          throw new VectorFileError(
            `${file} has ${found.length} rows after row ${first} and not ${end - first}`,
            again,
          );
        yield { first: first + 1, rows: found.map((cells, index) => checked(file, cells, first + index + 1)) };
        first = end;
      }
    },
  };
}

async function opened(file: string) {
  try {
    const buffer = await asyncBufferFromFile(file);
    return { buffer, metadata: await parquetMetadataAsync(buffer) };
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ENOENT") throw new VectorFileError(`${file} does not exist`, "Correct the name of the file.");
    // Those of Node itself come from counts that are none.
    if (code !== undefined && !code.startsWith("ERR_"))
      throw new VectorFileError(`${file} cannot be read: ${code}`, "Check its permissions.", error);
    throw new VectorFileError(`${file} is no Parquet file, or only a part of one`, again, error);
  }
}

/** Each takes some bytes: no number that is larger can be true. */
function rowsOf(file: string, { num_rows, total_byte_size }: RowGroup): number {
  if (num_rows >= 0n && num_rows <= total_byte_size) return Number(num_rows);
  throw new VectorFileError(`${file} has a group of ${num_rows} rows in ${total_byte_size} bytes`, again);
}

async function cellsOf(
  file: string,
  options: {
    file: Awaited<ReturnType<typeof asyncBufferFromFile>>;
    metadata: FileMetaData;
    group: RowGroup;
    rowStart: number;
    rowEnd: number;
  },
): Promise<readonly Record<string, unknown>[]> {
  const { group, ...read } = options;
  try {
    const bounds = { rows: read.rowEnd - read.rowStart, mostBytes: mostGroupBytes };
    await assertReadable(read.file, read.metadata, group, bounds);
    return await parquetReadObjects({ ...read, columns: columns.map(({ name }) => name), utf8: false });
  } catch (error) {
    const rows = `rows ${options.rowStart + 1} to ${options.rowEnd}`;
    throw new VectorFileError(`${file} is damaged in ${rows}: ${(error as Error).message}`, again, error);
  }
}

function checked(file: string, cells: Record<string, unknown>, number: number): VectorRow {
  try {
    return rowOf(cells);
  } catch (error) {
    if (!(error instanceof RowMistake)) throw error;
    throw new VectorFileError(`${file}, row ${number}: ${error.message}`, again);
  }
}
