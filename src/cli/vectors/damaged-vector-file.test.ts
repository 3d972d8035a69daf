import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type FileMetaData, parquetMetadata } from "hyparquet";
import { parquetHeader } from "hyparquet/src/column.js";
import { ByteWriter } from "hyparquet-writer";
import { writeMetadata } from "hyparquet-writer/src/metadata.js";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { assertRuns, assertSnappy } from "./encoded-counts.ts";
import { openVectorFile } from "./vector-file-reader.ts";
import { VectorFileWriter } from "./vector-file-writer.ts";

let folder = "";
let whole: Buffer;
const rows = 40;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "reprise-damaged-"));
  const writer = new VectorFileWriter(join(folder, "whole"), "s");
  const [namespace, origin, query, version, headers] = ["", "", "", "", []];
  for (let index = 0; index < rows; index++)
    writer.add({
      inputDigest: index.toString(16).padStart(64, "0"),
      tenant: "library",
      scope: {
        ...{ whom: "shared", family: "function", model: "m", parameters: "{}" },
        ...{ namespace, origin, query, version, headers },
      },
      vector: new Uint8Array(new Float32Array([1, index]).buffer),
      tokens: index % 2 === 0 ? index : undefined,
      answeredBy: "m",
      protocol: "value",
      tags: [],
      createdAt: 1_000,
      expiresAt: undefined,
    });
  await writer.finish();
  whole = readFileSync(join(folder, "whole"));
});
afterAll(() => rmSync(folder, { recursive: true }));

async function read(bytes: Uint8Array): Promise<number> {
  const file = join(folder, "damaged");
  writeFileSync(file, bytes);
  let count = 0;
  for await (const group of (await openVectorFile(file)).groups()) count += group.rows.length;
  return count;
}

/** The file with another footer. */
function withFooter(change: (metadata: FileMetaData) => void): Uint8Array {
  const metadata = parquetMetadata(whole);
  const end = whole.length - 8 - metadata.metadata_length;
  change(metadata);
  const writer = new ByteWriter();
  writer.appendBytes(whole.subarray(0, end));
  writeMetadata(writer, metadata);
  writer.appendUint32(0x31524150);
  return writer.getBytes();
}

/** The file with other bytes behind the header of the last page of a column. */
function withPage(column: string, change: (page: Buffer) => void): Uint8Array {
  const bytes = Buffer.from(whole);
  const chunk = parquetMetadata(whole).row_groups[0]?.columns.find(
    ({ meta_data }) => meta_data?.path_in_schema[0] === column,
  )?.meta_data;
  if (chunk === undefined) throw new Error(`no column ${column}`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const reader = { view, offset: Number(chunk.data_page_offset) };
  const size = parquetHeader(reader).compressed_page_size;
  change(bytes.subarray(reader.offset, reader.offset + size));
  return bytes;
}

describe("a damaged file of vectors", () => {
  it("is read where nothing is damaged", async () => {
    expect(await read(whole)).toBe(rows);
    expect(await read(withFooter(() => {}))).toBe(rows);
  });

  it.each([
    ["fewer than none", -1n],
    ["more than a number can tell", 2n ** 62n],
    ["more than its bytes", 2n ** 31n],
  ])("is refused for a group with %s rows", async (_, count) => {
    const both = withFooter((metadata) => {
      for (const group of metadata.row_groups) group.num_rows = count;
      metadata.num_rows = count;
    });
    await expect(read(both)).rejects.toThrow(/has a group of -?\d+ rows in \d+ bytes/);
  });

  it("is refused where its groups have other rows than the file", async () => {
    const other = withFooter((metadata) => {
      metadata.num_rows = 41n;
    });
    await expect(read(other)).rejects.toThrow(/has 40 rows and not 41/);
    const fewer = withFooter((metadata) => {
      for (const group of metadata.row_groups) group.num_rows = 41n;
      metadata.num_rows = 41n;
    });
    await expect(read(fewer)).rejects.toThrow(/is damaged in rows 1 to 41: a column lacks 1 values/);
  });

  it("is refused for a run of two thousand million values, before they are counted out", async () => {
    const run = withPage("tokens", (page) => page.set([0xfe, 0xff, 0xff, 0xff, 0x0f, 1]));
    await expect(read(run)).rejects.toThrow(/is damaged in rows 1 to 40: a run of 2147483647 values/);
  });

  it("is refused for a column that lies outside of it", async () => {
    const outside = withFooter((metadata) => {
      const chunk = metadata.row_groups[0]?.columns[3]?.meta_data;
      if (chunk !== undefined) chunk.total_compressed_size = 10n ** 9n;
    });
    await expect(read(outside)).rejects.toThrow(/a column lies outside of the file/);
  });
});

describe("counts inside a page", () => {
  const bytes = (...given: number[]) => Uint8Array.from(given);

  it("are good where they fit", () => {
    expect(() => assertRuns(bytes(80, 1), 0, 1, 40)).not.toThrow();
    expect(() => assertRuns(bytes(0x0b, 1, 2, 3, 4, 5), 0, 1, 37)).not.toThrow();
    expect(() => assertSnappy(bytes(3, 8, 1, 2, 3))).not.toThrow();
    expect(() => assertSnappy(bytes(3, 0xf0, 2, 1, 2, 3))).not.toThrow();
    expect(() => assertSnappy(bytes(8, 8, 1, 2, 3, 5, 1, 10, 1, 0, 11, 1, 0, 0, 0))).not.toThrow();
  });

  it.each([
    ["a packed run that is too long", [0xff, 0xff, 0xff, 0xff, 0x0f], /a run of 17179869176 values/],
    ["a count that has no end", [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1], /more than five bytes/],
    ["runs of nothing", [0, 0, 0, 0], /ends too early/],
  ])("are refused: %s", (_, given, message) => {
    expect(() => assertRuns(bytes(...given), 0, 1, 40)).toThrow(message);
  });

  it.each([
    ["a literal of less than nothing", [3, 0xfc, 0xf0, 0xff, 0xff, 0xff, 1, 2]],
    ["a literal that is longer than what is left", [3, 12, 1, 2, 3]],
  ])("are refused: %s", (_, given) => {
    expect(() => assertSnappy(bytes(...given))).toThrow(/a literal that is longer/);
  });
});
