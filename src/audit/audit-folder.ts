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
}

/** The end as the files have it. Throws `Error` where the last whole line is none of ours. */
export function endOf(folder: string): LogEnd {
  const file = auditFiles(folder).at(-1);
  if (file === undefined) return { head: chainStart, file, bytes: 0, torn: 0 };
  const text = readFileSync(file.path);
  const bytes = text.lastIndexOf(lineEnd) + 1;
  const torn = text.length - bytes;
  if (bytes === 0) return { head: headBefore(folder, file), file, bytes, torn };
  const last = text.toString("utf8", text.lastIndexOf(lineEnd, bytes - 2) + 1, bytes - 1);
  const read = readLine(last);
  if (read === undefined) throw new Error(`the last line of ${file.path} is damaged`);
  const { sequence, hash } = read.record;
  return { head: { sequence, hash }, file, bytes, torn };
}

const lineEnd = 0x0a;

/** Of a file that was begun and holds no line yet: where the one before ends. */
function headBefore(folder: string, file: AuditFile): ChainHead {
  const before = auditFiles(folder).at(-2);
  if (before === undefined || file.first === 1) return chainStart;
  const last = readFileSync(before.path, "utf8").trimEnd().split("\n").at(-1) ?? "";
  const read = readLine(last);
  if (read === undefined) throw new Error(`the last line of ${before.path} is damaged`);
  return { sequence: read.record.sequence, hash: read.record.hash };
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
