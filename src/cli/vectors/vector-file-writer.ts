import { closeSync, openSync, renameSync, rmSync } from "node:fs";
import process from "node:process";
import { fileWriter, ParquetWriter } from "hyparquet-writer";
import { version } from "../../version.ts";
import { formatKey, formatVersion, secretKey } from "./vector-file.ts";
import { type Column, type ColumnType, columns, type VectorRow } from "./vector-row.ts";

/**
 * Writes vectors into a Parquet file, some rows at a time, so that memory stays as it is however many there are. The
 * file has its name only when it is complete, and belongs to its owner alone: vectors tell something of their texts.
 */

const groupRows = 1_000;
const groupBytes = 16 * 1024 * 1024;

const elements = {
  STRING: { type: "BYTE_ARRAY", converted_type: "UTF8" },
  INT32: { type: "INT32" },
  INT64: { type: "INT64" },
  BYTE_ARRAY: { type: "BYTE_ARRAY" },
  TIMESTAMP: { type: "INT64", converted_type: "TIMESTAMP_MILLIS" },
} as const satisfies Record<ColumnType, object>;

export class VectorFileWriter {
  readonly #file: string;
  readonly #partial: string;
  readonly #writer: ParquetWriter;
  #rows: VectorRow[] = [];
  #bytes = 0;

  /** Throws what the file system says. */
  constructor(file: string, secretCheck: string) {
    this.#file = file;
    this.#partial = `${file}.${process.pid}.partial`;
    closeSync(openSync(this.#partial, "w", 0o600));
    this.#writer = new ParquetWriter({
      writer: fileWriter(this.#partial),
      schema: [{ name: "root", num_children: columns.length }, ...columns.map(elementOf)],
      kvMetadata: [
        { key: formatKey, value: formatVersion },
        { key: secretKey, value: secretCheck },
      ],
      createdBy: `reprise ${version}`,
      statistics: false,
    });
  }

  add(row: VectorRow): void {
    this.#rows.push(row);
    this.#bytes += row.vector.length;
    if (this.#rows.length >= groupRows || this.#bytes >= groupBytes) this.#flush();
  }

  /** Now the file is there. */
  async finish(): Promise<void> {
    this.#flush();
    await this.#writer.finish();
    renameSync(this.#partial, this.#file);
  }

  /** Leaves nothing behind. */
  discard(): void {
    rmSync(this.#partial, { force: true });
  }

  #flush(): void {
    const rows = this.#rows;
    if (rows.length === 0) return;
    this.#rows = [];
    this.#bytes = 0;
    const columnData = columns.map((column) => ({
      name: column.name,
      data: rows.map((row) => column.of(row) ?? null),
      // Vectors neither repeat nor compress; looking for either would only take time.
      ...(column.type === "BYTE_ARRAY" ? ({ encoding: "PLAIN", codec: "UNCOMPRESSED" } as const) : {}),
    }));
    void this.#writer.write({ columnData, rowGroupSize: rows.length });
  }
}

function elementOf({ name, type, optional }: Column) {
  return { name, ...elements[type], repetition_type: optional ? ("OPTIONAL" as const) : ("REQUIRED" as const) };
}
