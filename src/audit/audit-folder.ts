import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { type AuditRecord, type ChainHead, chainStart, readLine } from "./audit-line.ts";

/**
 * The files of an audit log. Each is named by the sequence number of its first line, so the names alone say in which order
 * they follow each other and in which of them a line stands. The chain goes on from one to the next.
 */

export interface AuditFile {
  readonly path: string;
  /** The sequence number that its first line has. */
  readonly first: number;
}

export function auditFolder(dataDirectory: string): string {
  return join(dataDirectory, "audit");
}

export function auditFile(folder: string, first: number): AuditFile {
  return { path: join(folder, `audit-${String(first).padStart(12, "0")}.jsonl`), first };
}

/** In their order; none where there is no such folder. Throws what the file system says otherwise. */
export function auditFiles(folder: string): readonly AuditFile[] {
  const names = namesIn(folder).flatMap((name) => {
    const [, first] = /^audit-(\d{12})\.jsonl$/.exec(name) ?? [];
    return first === undefined ? [] : [Number(first)];
  });
  return names.sort((one, other) => one - other).map((first) => auditFile(folder, first));
}

/** Up to where the log goes, and what stands behind its last whole line. */
export interface LogEnd {
  readonly head: ChainHead;
  readonly file: AuditFile | undefined;
  /** Of the last file. */
  readonly bytes: number;
  /** Bytes of a line that was not written to its end. */
  readonly torn: number;
  /** The last whole line is none of ours; `head` is that of the last one which is. */
  readonly isDamaged: boolean;
}

/** The end as the files have it. */
export function endOf(folder: string): LogEnd {
  const files = auditFiles(folder);
  const file = files.at(-1);
  const text = file === undefined ? Buffer.alloc(0) : readFileSync(file.path);
  const bytes = text.lastIndexOf(lineEnd) + 1;
  const rest = { file, bytes, torn: text.length - bytes };
  let isDamaged = false;
  for (const { path } of files.toReversed()) {
    for (const line of wholeLinesBackwards(path === file?.path ? text : readFileSync(path))) {
      const read = readLine(line);
      if (read !== undefined)
        return { head: { sequence: read.record.sequence, hash: read.record.hash }, ...rest, isDamaged };
      isDamaged = true;
    }
  }
  return { head: chainStart, ...rest, isDamaged };
}

const lineEnd = 0x0a;

function* wholeLinesBackwards(text: Buffer): Generator<string> {
  let end = text.lastIndexOf(lineEnd);
  while (end >= 0) {
    const before = end === 0 ? -1 : text.lastIndexOf(lineEnd, end - 1);
    yield text.toString("utf8", before + 1, end);
    end = before;
  }
}

/** As the files have it; `undefined` where there is no such line. */
export function hashOfLine(folder: string, sequence: number): string | undefined {
  const file = auditFiles(folder).findLast(({ first }) => first <= sequence);
  const lines = file === undefined ? [] : readFileSync(file.path, "utf8").split("\n");
  return lines.map((line) => readLine(line)?.record).find((record) => record?.sequence === sequence)?.hash;
}

/** Records that end before `before`, the newest first. Lines that cannot be read are left out. */
export function newestRecords(folder: string, before: number, limit: number): readonly AuditRecord[] {
  const records: AuditRecord[] = [];
  for (const file of auditFiles(folder).toReversed()) {
    if (file.first >= before) continue;
    const lines = readFileSync(file.path, "utf8").split("\n");
    for (const line of lines.toReversed()) {
      const record = readLine(line)?.record;
      if (record === undefined || record.sequence >= before) continue;
      records.push(record);
      if (records.length === limit) return records;
    }
  }
  return records;
}

function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return [];
    throw error;
  }
}
