import type { AsyncBuffer, ColumnMetaData, FileMetaData, PageHeader, RowGroup, SchemaElement } from "hyparquet";
import { snappyUncompress } from "hyparquet";
import { parquetHeader } from "hyparquet/src/column.js";
import { readRleBitPackedHybrid } from "hyparquet/src/encoding.js";
import { assertRuns, assertSnappy } from "./encoded-counts.ts";
import { columns } from "./vector-row.ts";

/**
 * Looks through the pages of a group of rows before it is read. hyparquet believes every count it finds and loops as often, so a
 * damaged file could keep it busy for ever; here each count is held against the rows of the group and the bytes there are.
 */

/** All other encodings have counts of their own, and no file of vectors has them. */
const dictionaryEncodings: readonly unknown[] = ["PLAIN_DICTIONARY", "RLE_DICTIONARY"];

type SecondPageHeader = NonNullable<PageHeader["data_page_header_v2"]>;

interface Bounds {
  readonly rows: number;
  readonly mostBytes: number;
}

/** Throws what is wrong, in words that follow "is damaged in these rows". */
export async function assertReadable(
  file: AsyncBuffer,
  { schema }: FileMetaData,
  group: RowGroup,
  bounds: Bounds,
): Promise<void> {
  for (const { name } of columns) {
    const elements = schema.filter((element) => element.name === name);
    const chunks = group.columns.filter(({ meta_data: found }) => found?.path_in_schema[0] === name);
    const [element, chunk] = [elements[0], chunks[0]?.meta_data];
    if (element === undefined || chunk === undefined || elements.length + chunks.length !== 2)
      throw new Error(`column ${name} is not there once`);
    if (!isFlat(element) || chunk.path_in_schema.length !== 1) throw new Error(`column ${name} is no plain column`);
    assertPages(await bytesOf(file, chunk), chunk, element, bounds);
  }
}

function isFlat({ num_children: children = 0, repetition_type: repetition }: SchemaElement): boolean {
  return children === 0 && (repetition === "REQUIRED" || repetition === "OPTIONAL");
}

async function bytesOf(file: AsyncBuffer, chunk: ColumnMetaData): Promise<Uint8Array> {
  const start = Number(chunk.dictionary_page_offset || chunk.data_page_offset);
  const end = start + Number(chunk.total_compressed_size);
  if (!(start >= 0 && end > start && end <= file.byteLength)) throw new Error("a column lies outside of the file");
  return new Uint8Array(await file.slice(start, end));
}

function assertPages(
  bytes: Uint8Array,
  chunk: ColumnMetaData,
  element: SchemaElement,
  { rows, mostBytes }: Bounds,
): void {
  const reader = { view: new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength), offset: 0 };
  let [left, bytesLeft] = [rows, mostBytes];
  while (left > 0 && reader.offset < bytes.length) {
    const header = parquetHeader(reader);
    const { compressed_page_size: size, uncompressed_page_size: fullSize } = header;
    if (!isWithin(size, bytes.length - reader.offset) || !isWithin(fullSize, bytesLeft))
      throw new Error("a page is larger than its column");
    bytesLeft -= fullSize;
    const page = bytes.subarray(reader.offset, reader.offset + size);
    reader.offset += size;
    left -= assertPage(header, page, chunk, element.repetition_type === "OPTIONAL", left);
  }
  if (left > 0) throw new Error(`a column lacks ${left} values`);
}

/** How many rows are in it. */
function assertPage(
  header: PageHeader,
  bytes: Uint8Array,
  chunk: ColumnMetaData,
  isOptional: boolean,
  left: number,
): number {
  const { type, uncompressed_page_size: fullSize } = header;
  if (type === "DICTIONARY_PAGE") {
    // A text takes four bytes at the least, a number as many.
    if (!isWithin(header.dictionary_page_header?.num_values, fullSize)) throw new Error("a dictionary is too long");
    uncompressed(bytes, fullSize, chunk);
    return 0;
  }
  const told = type === "DATA_PAGE_V2" ? header.data_page_header_v2 : header.data_page_header;
  if (told === undefined || (type !== "DATA_PAGE" && type !== "DATA_PAGE_V2"))
    throw new Error(`a page is of type ${String(type)}`);
  const { encoding, num_values: count } = told;
  if (!isWithin(count, left)) throw new Error(`a page has ${count} values where ${left} are left`);
  if (encoding !== "PLAIN" && !dictionaryEncodings.includes(encoding))
    throw new Error(`a page is encoded as ${String(encoding)}`);
  const { values, page } =
    "num_nulls" in told
      ? valuesOf(told, bytes, fullSize, chunk, isOptional)
      : valuesOfFirst(count, uncompressed(bytes, fullSize, chunk), isOptional);
  // The first byte is the width of what follows; what has no width is not read at all.
  const width = encoding === "PLAIN" ? 0 : (page[0] ?? 0);
  if (encoding !== "PLAIN") assertRuns(page, 1, width, values);
  return count;
}

interface PageValues {
  /** Without those that are null. */
  readonly values: number;
  readonly page: Uint8Array;
}

/** Of the second version of pages: which values are null stands before what is compressed. */
function valuesOf(told: SecondPageHeader, bytes: Uint8Array, size: number, chunk: ColumnMetaData, isOptional: boolean) {
  const { definition_levels_byte_length: levels, num_nulls: nulls, num_rows: rows, num_values: count } = told;
  if (told.repetition_levels_byte_length !== 0 || !isWithin(levels, bytes.length) || levels > size)
    throw new Error("the levels of a page are longer than the page");
  if (!isWithin(nulls, count) || rows !== count) throw new Error(`a page of ${count} values has ${nulls} without one`);
  if (isOptional) assertRuns(bytes.subarray(0, levels), 0, 1, count);
  const page = bytes.subarray(levels);
  return {
    values: count - nulls,
    page: told.is_compressed === false ? page : uncompressed(page, size - levels, chunk),
  } satisfies PageValues;
}

/** Of the first version of pages: all is compressed, and the levels have their length before them. */
function valuesOfFirst(count: number, page: Uint8Array, isOptional: boolean): PageValues {
  if (!isOptional) return { values: count, page };
  const view = new DataView(page.buffer, page.byteOffset, page.byteLength);
  const end = 4 + view.getUint32(0, true);
  assertRuns(page.subarray(0, end), 4, 1, count);
  const levels = new Array<number>(count);
  readRleBitPackedHybrid({ view, offset: 4 }, 1, levels, end - 4);
  return { values: levels.filter((level) => level === 1).length, page: page.subarray(end) };
}

function uncompressed(bytes: Uint8Array, size: number, { codec }: ColumnMetaData): Uint8Array {
  if (codec === "UNCOMPRESSED") return bytes;
  if (codec !== "SNAPPY") throw new Error(`a column is compressed with ${String(codec)}`);
  assertSnappy(bytes);
  const output = new Uint8Array(size);
  snappyUncompress(bytes, output);
  return output;
}

function isWithin(count: number | undefined, most: number): count is number {
  return count !== undefined && Number.isSafeInteger(count) && count >= 0 && count <= most;
}
