import { readFileSync, statSync } from "node:fs";
import { type DelimitedRow, DelimitedTextMistake, delimitedRows } from "./delimited-text.ts";
import { LabelledFileError } from "./labelled-file-error.ts";
import {
  type Fields,
  isObservation,
  isPair,
  type LabelledObservation,
  type LabelledPair,
  type Lined,
  observationIn,
  pairIn,
  RecordMistake,
} from "./labelled-record.ts";

/** Reads a file of labels: JSON lines, or cells under a header. The first record that is wrong ends the reading. */

export type Labelled =
  | { readonly kind: "pairs"; readonly records: readonly Lined<LabelledPair>[] }
  | { readonly kind: "observations"; readonly records: readonly Lined<LabelledObservation>[] };

interface Numbered {
  readonly line: number;
  readonly fields: Fields;
}

/** Far from what a string can hold. */
const mostBytes = 256 * 1024 * 1024;
const forms =
  'Lines are like {"a":"a text","b":"another","label":1}, or cells under a header a,b,label; ' +
  'or like {"score":0.97,"similarity":0.91,"right":true,"tier":"vector","at":0}.';

/** Throws `LabelledFileError`. */
export function readLabelled(file: string): Labelled {
  const records = [...numberedIn(file, textOf(file))];
  const [first] = records;
  if (first === undefined) throw new LabelledFileError(`${file} has no records`, forms);
  if (isPair(first.fields)) return { kind: "pairs", records: records.map((record) => read(file, record, pairIn)) };
  if (isObservation(first.fields))
    return { kind: "observations", records: records.map((record) => read(file, record, observationIn)) };
  throw new LabelledFileError(`${file}, line ${first.line}: neither a pair of texts nor an observation`, forms);
}

function textOf(file: string): string {
  try {
    const { size } = statSync(file);
    if (size > mostBytes)
      throw new LabelledFileError(`${file} has ${size} bytes, and at most ${mostBytes} are read`, "Take a part of it.");
    return new TextDecoder("utf-8", { fatal: true }).decode(readFileSync(file));
  } catch (error) {
    if (error instanceof LabelledFileError) throw error;
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ENOENT") throw new LabelledFileError(`${file} does not exist`, "Correct the name of the file.");
    if (code === "ERR_ENCODING_INVALID_ENCODED_DATA")
      throw new LabelledFileError(`${file} is no text in UTF-8`, "Save it in UTF-8.", error);
    throw new LabelledFileError(`${file} cannot be read: ${code}`, "Check what it is and its permissions.", error);
  }
}

function numberedIn(file: string, text: string): Iterable<Numbered> {
  if (/\.csv$/i.test(file)) return cellsIn(file, text, ",");
  if (/\.tsv$/i.test(file)) return cellsIn(file, text, "\t");
  if (/\.(jsonl|ndjson|json|log)$/i.test(file) || text.trimStart().startsWith("{")) return linesIn(file, text);
  throw new LabelledFileError(`${file} is of no known form`, "Name it .jsonl, .csv or .tsv, as its content is.");
}

function* linesIn(file: string, text: string): Generator<Numbered> {
  for (const [index, line] of text.split("\n").entries()) {
    if (line.trim() === "") continue;
    let fields: unknown;
    try {
      fields = JSON.parse(line);
    } catch (cause) {
      throw new LabelledFileError(`${file}, line ${index + 1}: no JSON`, forms, cause);
    }
    if (typeof fields !== "object" || fields === null || Array.isArray(fields))
      throw new LabelledFileError(`${file}, line ${index + 1}: no JSON object`, forms);
    yield { line: index + 1, fields: fields as Fields };
  }
}

function* cellsIn(file: string, text: string, delimiter: "," | "\t"): Generator<Numbered> {
  let header: readonly string[] | undefined;
  for (const { line, cells } of rowsIn(file, text, delimiter)) {
    if (header === undefined) {
      header = cells.map((name) => name.trim());
      continue;
    }
    if (cells.length !== header.length)
      throw new LabelledFileError(
        `${file}, line ${line}: ${cells.length} cells under a header of ${header.length}`,
        "Put texts that have delimiters in quotation marks.",
      );
    yield { line, fields: Object.fromEntries(header.map((name, index) => [name, cells[index]])) };
  }
}

function* rowsIn(file: string, text: string, delimiter: "," | "\t"): Generator<DelimitedRow> {
  try {
    yield* delimitedRows(text, delimiter);
  } catch (error) {
    if (!(error instanceof DelimitedTextMistake)) throw error;
    throw new LabelledFileError(
      `${file}, line ${error.line}: ${error.message}`,
      "Quotation marks within a cell are doubled.",
    );
  }
}

function read<Value>(file: string, { line, fields }: Numbered, reader: (fields: Fields) => Value): Lined<Value> {
  try {
    return { line, ...reader(fields) };
  } catch (error) {
    if (!(error instanceof RecordMistake)) throw error;
    throw new LabelledFileError(`${file}, line ${line}: ${error.message}`, forms);
  }
}
