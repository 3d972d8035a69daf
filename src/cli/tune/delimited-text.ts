/**
 * Text of cells between delimiters, as RFC 4180 describes it: rows end with a line break, and a cell in quotation marks
 * may hold delimiters, line breaks and doubled quotation marks. Read in one pass over the characters.
 */

export interface DelimitedRow {
  /** The line on which it begins, counted from 1. */
  readonly line: number;
  readonly cells: readonly string[];
}

/** A row breaks the rules; the message says which, without the line. */
export class DelimitedTextMistake extends Error {
  readonly line: number;

  constructor(line: number, message: string) {
    super(message);
    this.line = line;
  }
}

/** Rows in their order, without empty lines. Throws `DelimitedTextMistake`. */
export function* delimitedRows(text: string, delimiter: "," | "\t"): Generator<DelimitedRow> {
  let at = 0;
  let line = 1;
  while (at < text.length) {
    const first = line;
    const cells: string[] = [];
    for (;;) {
      const cell = cellAt(text, at, delimiter, line);
      cells.push(cell.value);
      line += cell.breaks;
      at = cell.end;
      if (text[at] !== delimiter) break;
      at += 1;
    }
    at += text.startsWith("\r\n", at) ? 2 : 1;
    line += 1;
    if (cells.length > 1 || cells[0] !== "") yield { line: first, cells };
  }
}

interface Cell {
  readonly value: string;
  /** Where the delimiter, the line break or the end of the text is that ends it. */
  readonly end: number;
  /** Line breaks within. */
  readonly breaks: number;
}

function cellAt(text: string, start: number, delimiter: string, line: number): Cell {
  if (text[start] !== '"') {
    let end = start;
    while (end < text.length && text[end] !== delimiter && text[end] !== "\n" && !text.startsWith("\r\n", end))
      end += 1;
    return { value: text.slice(start, end), end, breaks: 0 };
  }
  let value = "";
  for (let from = start + 1; ; ) {
    const quote = text.indexOf('"', from);
    if (quote < 0) throw new DelimitedTextMistake(line, "a quotation mark is not closed");
    value += text.slice(from, quote);
    if (text[quote + 1] !== '"') {
      const end = quote + 1;
      if (end < text.length && text[end] !== delimiter && text[end] !== "\n" && !text.startsWith("\r\n", end))
        throw new DelimitedTextMistake(line, "a closing quotation mark is followed by text");
      return { value, end, breaks: value.split("\n").length - 1 };
    }
    value += '"';
    from = quote + 2;
  }
}
