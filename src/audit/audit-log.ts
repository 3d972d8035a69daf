import { statSync } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import type { Clock } from "../core/clock.ts";
import { withDeadline } from "../core/deadline.ts";
import { RepriseError } from "../core/errors.ts";
import { makeFolder } from "../stores/make-folder.ts";
import type { AuditAnchor } from "./audit-anchor.ts";
import { type AuditFile, auditFile, auditFiles, endOf, type LogEnd } from "./audit-folder.ts";
import { type AuditEvent, type ChainDigest, type ChainHead, writeLine } from "./audit-line.ts";
import { FolderLock } from "./folder-lock.ts";

/**
 * The audit log: events are appended as lines of one chain, by all processes that share the data folder, one at a time.
 * What comes while a write is under way goes together in the next one. An event counts as logged when its line is on the
 * disk; the anchors follow, and one that cannot be written is told and does not hold anything up.
 *
 * A process that died in the middle of a line leaves a piece behind that nobody was told of. Whoever writes next removes
 * it, and logs that it did.
 */

export interface AuditLogParts {
  readonly folder: string;
  readonly digest: () => ChainDigest;
  readonly anchors: () => readonly AuditAnchor[];
  readonly clock: Clock;
  /** A file that has reached this is not appended to any more; default 8 MiB. */
  readonly maxFileBytes?: number;
  /** An anchor could not be written. */
  readonly onTrouble: (anchor: string, reason: string) => void;
}

/** The log cannot be written, so what was to be logged is not done. */
export class AuditUnavailableError extends RepriseError {
  constructor(cause: unknown) {
    const { code, message } = cause as NodeJS.ErrnoException;
    super("audit_unavailable", {
      message: `The audit log cannot be written (${code ?? message}), so this is not done.`,
      cause,
      remedy: "Give the data folder room, or correct its permissions.",
    });
  }
}

interface Waiting {
  readonly event: AuditEvent;
  readonly at: number;
  readonly logged: (sequence: number) => void;
  readonly failed: (error: AuditUnavailableError) => void;
}

/** What a store may take to write an anchor down. */
const anchorMs = 1_000;

export class AuditLog {
  readonly #parts: AuditLogParts;
  readonly #lock: FolderLock;
  #waiting: Waiting[] = [];
  #writing: Promise<void> | undefined;
  #isMade = false;
  /** As this process left it. */
  #end: LogEnd | undefined;

  constructor(parts: AuditLogParts) {
    this.#parts = parts;
    this.#lock = new FolderLock(parts.folder, parts.clock);
  }

  /** Resolves with the event's sequence number when it is on the disk. Rejects with `AuditUnavailableError`. */
  append(event: AuditEvent): Promise<number> {
    return new Promise((logged, failed) => {
      this.#waiting.push({ event, at: this.#parts.clock.now(), logged, failed });
      this.#writing ??= this.#writeAll();
    });
  }

  /** Resolves when everything that came before is on the disk, or could not be written. */
  async settled(): Promise<void> {
    await this.#writing;
  }

  async close(): Promise<void> {
    await this.#writing;
    this.#lock.close();
  }

  async #writeAll(): Promise<void> {
    while (this.#waiting.length > 0) {
      // What comes in this turn goes along.
      await Promise.resolve();
      const events = this.#waiting.splice(0);
      try {
        if (!this.#isMade) makeFolder(this.#parts.folder);
        this.#isMade = true;
        const head = await this.#lock.hold(() => this.#write(events));
        const first = head.sequence - events.length + 1;
        for (const [index, { logged }] of events.entries()) logged(first + index);
      } catch (error) {
        // Whoever comes next begins from nothing: the folder may be another one.
        this.#isMade = false;
        this.#end = undefined;
        this.#lock.close();
        const unavailable = new AuditUnavailableError(error);
        for (const { failed } of events) failed(unavailable);
      }
    }
    // In the same turn in which nothing was waiting: who comes later begins anew.
    this.#writing = undefined;
  }

  async #write(events: readonly Waiting[]): Promise<ChainHead> {
    const { folder, digest: digestOf, maxFileBytes = 8 * 1024 * 1024, clock } = this.#parts;
    const digest = digestOf();
    const end = this.#endNow();
    const { text, head } = linesOf(events, { end, digest, now: clock.now() });
    const isFull = end.file === undefined || end.bytes >= maxFileBytes;
    const next = isFull ? auditFile(folder, end.head.sequence + 1) : end.file;
    // Torn lines stand in the file before: it is to end with a whole line.
    if (end.torn > 0 && end.file !== undefined) await cut(end.file.path, end.bytes);
    const file = await open(next.path, "a", 0o600);
    try {
      await appendWhole(file, text, isFull ? 0 : end.bytes);
    } finally {
      await file.close();
    }
    this.#end = { head, file: next, bytes: (isFull ? 0 : end.bytes) + Buffer.byteLength(text), torn: 0 };
    for (const anchor of this.#parts.anchors()) await this.#anchor(anchor, head);
    return head;
  }

  /** Read from the files where others have written since. */
  #endNow(): LogEnd {
    const { folder } = this.#parts;
    const known = this.#end;
    const last = auditFiles(folder).at(-1);
    const isSame = known !== undefined && last?.path === known.file?.path;
    if (isSame && statSync((last as AuditFile).path).size === known.bytes) return known;
    return endOf(folder);
  }

  async #anchor(anchor: AuditAnchor, head: ChainHead): Promise<void> {
    const { clock, onTrouble } = this.#parts;
    try {
      await withDeadline((async () => anchor.write(head))(), anchorMs, clock, () => {
        throw new Error(`not within ${anchorMs} ms`);
      });
    } catch (error) {
      onTrouble(anchor.name, (error as Error).message);
    }
  }
}

function linesOf(
  events: readonly Waiting[],
  { end, digest, now }: { readonly end: LogEnd; readonly digest: ChainDigest; readonly now: number },
): { readonly text: string; readonly head: ChainHead } {
  let { head } = end;
  let text = "";
  const add = (event: AuditEvent, at: number): void => {
    const line = writeLine(event, { at, before: head, digest });
    text += line.text;
    head = line.head;
  };
  if (end.torn > 0)
    add({ action: "audit torn line removed", stage: "seen", by: { kind: "gateway" }, what: { bytes: end.torn } }, now);
  for (const { event, at } of events) add(event, at);
  return { text, head };
}

/** On the disk whole, or not at all. */
async function appendWhole(file: FileHandle, text: string, bytes: number): Promise<void> {
  try {
    await file.appendFile(text, "utf8");
    await file.datasync();
  } catch (error) {
    // What cannot be removed either is removed as a torn line by whoever writes next.
    await file.truncate(bytes).catch(() => {});
    throw error;
  }
}

async function cut(path: string, bytes: number): Promise<void> {
  const file = await open(path, "r+");
  try {
    await file.truncate(bytes);
  } finally {
    await file.close();
  }
}
