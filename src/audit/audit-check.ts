import { readFileSync } from "node:fs";
import type { AnchoredHead, AuditAnchor } from "./audit-anchor.ts";
import { type AuditFile, auditFiles } from "./audit-folder.ts";
import { ChainDigest, type ChainHead, chainStart, cutAction, type ReadLine, readLine } from "./audit-line.ts";

/** Whether an audit log is as it was written, and where the first line stands that is not. */

export interface AuditCheckParts {
  readonly folder: string;
  /** Of the present master key and of earlier ones. */
  readonly digests: readonly ChainDigest[];
  readonly anchors: readonly AuditAnchor[];
  /** The first line that is to be there; those before were moved to an archive. Default 1. */
  readonly from?: number;
}

export type AuditFault =
  /** Not a line of a log. */
  | "unreadable"
  /** What it says is not what was written. */
  | "altered"
  /** Lines before it are missing, or it stands in another place than it was written in. */
  | "gap"
  /** Lines behind it are missing. */
  | "truncated"
  /** It is hashed with a key that is not here, or without the key that there is. */
  | "other_key";

export type AuditCheck =
  | {
      readonly ok: true;
      readonly lines: number;
      readonly head: ChainHead;
      /** Those that the end was compared with. */
      readonly anchors: readonly string[];
      /** What could not be compared and what the log says of itself, in sentences. */
      readonly notes: readonly string[];
    }
  | {
      readonly ok: false;
      readonly fault: AuditFault;
      readonly file: string;
      /** In the file, from 1. */
      readonly line: number;
      /** That it should have. */
      readonly sequence: number;
      readonly detail: string;
    };

export async function checkAudit({ folder, digests, anchors, from = 1 }: AuditCheckParts): Promise<AuditCheck> {
  const files = auditFiles(folder);
  const hashes = new Map<number, string>([[chainStart.sequence, chainStart.hash]]);
  let head: ChainHead = { ...chainStart, sequence: from - 1 };
  let lines = 0;
  const notes: string[] = [];
  const known: { readonly name: string; readonly head: AnchoredHead | "unreadable" | undefined }[] = [];
  for (const anchor of anchors) known.push({ name: anchor.name, head: await readAnchor(anchor) });
  // From there on a line without a key does not count, whatever the files say.
  let keyedSince = Math.min(
    ...known.map(({ head }) => (typeof head === "object" && head.keyedSince) || Number.POSITIVE_INFINITY),
  );
  let [place, at]: [string, number] = [files.at(-1)?.path ?? folder, 0];
  for (const file of files) {
    [place, at] = [file.path, 0];
    for (const text of linesOf(file)) {
      at += 1;
      const found = readLine(text);
      const fault = faultOf(found, { before: head, isFirst: lines === 0, from, digests, keyedSince });
      if (fault !== undefined) return { ok: false, file: file.path, line: at, sequence: head.sequence + 1, ...fault };
      const { sequence, hash, digest, action } = (found as ReadLine).record;
      if (action === cutAction) notes.push(`Line ${sequence} says that lines before it are gone.`);
      if (digest !== keyless) keyedSince = Math.min(keyedSince, sequence);
      head = { sequence, hash };
      hashes.set(sequence, hash);
      lines += 1;
    }
  }
  const compared: string[] = [];
  for (const { name, head: end } of known) {
    if (end === "unreadable") notes.push(`${name} could not be asked where the log ends.`);
    else if (end === undefined) notes.push(`${name} does not know where the log ends.`);
    else {
      compared.push(name);
      const where = { file: place, line: at, sequence: head.sequence };
      if (end.sequence > head.sequence) {
        const detail = `${name} knows of line ${end.sequence}, and the log ends with line ${head.sequence}.`;
        return { ok: false, fault: "truncated", ...where, detail };
      }
      const hash = hashes.get(end.sequence);
      if (hash !== undefined && hash !== end.hash) {
        const detail = `${name} remembers another line ${end.sequence}: the log was written anew.`;
        return { ok: false, fault: "altered", ...where, sequence: end.sequence, detail };
      }
    }
  }
  return { ok: true, lines, head, anchors: compared, notes };
}

interface Expected {
  readonly before: ChainHead;
  readonly isFirst: boolean;
  readonly from: number;
  readonly digests: readonly ChainDigest[];
  /** The first line that was hashed with a key. */
  readonly keyedSince: number;
}

const keyless = new ChainDigest(undefined).name;

function faultOf(
  found: ReadLine | undefined,
  { before, isFirst, from, digests, keyedSince }: Expected,
): { readonly fault: AuditFault; readonly detail: string } | undefined {
  if (found === undefined) return { fault: "unreadable", detail: "This is not a line of an audit log." };
  const { record, digested } = found;
  const digest = digests.find(({ name }) => name === record.digest);
  if (digest === undefined)
    return { fault: "other_key", detail: `It is hashed by ${record.digest}, and that key is not configured.` };
  // Whoever has no key could go on with a chain that needs none.
  if (before.sequence + 1 >= keyedSince && digest.name === keyless)
    return {
      fault: "other_key",
      detail: `It is hashed without a key, and from line ${keyedSince} on the log is hashed with one.`,
    };
  if (digest.of(digested) !== record.hash)
    return { fault: "altered", detail: "Its hash is not that of what it says: it was altered." };
  const expected = before.sequence + 1;
  if (record.sequence !== expected)
    return { fault: "gap", detail: `It is line ${record.sequence} of the log, where line ${expected} should stand.` };
  // What an archive begins after is not here to be compared.
  const isCompared = !isFirst || from === 1;
  if (isCompared && record.previous !== before.hash)
    return {
      fault: "gap",
      detail: "It does not follow the line before it: one was altered, removed, moved or put in.",
    };
  return undefined;
}

/** With a last one that has no end, where there is something behind the last end of line. */
function linesOf({ path }: AuditFile): readonly string[] {
  const lines = readFileSync(path, "utf8").split("\n");
  return lines.at(-1) === "" ? lines.slice(0, -1) : lines;
}

async function readAnchor(anchor: AuditAnchor): Promise<AnchoredHead | "unreadable" | undefined> {
  try {
    return await anchor.read();
  } catch {
    return "unreadable";
  }
}
