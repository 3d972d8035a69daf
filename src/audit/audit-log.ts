import { statSync } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import type { Clock } from "../core/clock.ts";
import { withDeadline } from "../core/deadline.ts";
import { RepriseError } from "../core/errors.ts";
import type { MaybePromise } from "../core/store.ts";
import { makeFolder } from "../stores/make-folder.ts";
import type { AuditAnchor } from "./audit-anchor.ts";
import { type AuditFile, auditFile, auditFiles, endOf, hashOfLine, type LogEnd } from "./audit-folder.ts";
import { type AuditEvent, type ChainDigest, type ChainHead, cutAction, writeLine } from "./audit-line.ts";
import { FolderLock } from "./folder-lock.ts";

/**
 * The audit log: events are appended as lines of one chain, by all processes that share the data folder, one at a time.
 * What comes while a write is under way goes together in the next one. An event counts as logged when its line is on the
 * disk; the anchors follow, and one that cannot be written is told and does not hold anything up.
 *
 * A process that died in the middle of a line leaves a piece behind that nobody was told of. Whoever writes next removes
 * it, and logs that it did.
 *
 * Where an anchor, or the process itself, knows of another end than the files have, the log was cut off, taken away or written
 * anew. That is logged, and the chain goes on behind what was known: what is missing stays missing for whoever checks it. An
 * anchor is written only after it was compared, so that none forgets what it knew.
 */

export interface AuditLogParts {
  readonly folder: string;
  readonly digest: () => ChainDigest;
  readonly anchors: () => readonly AuditAnchor[];
  readonly clock: Clock;
  /** A file that has reached this is not appended to any more; default 8 MiB. */
  readonly maxFileBytes?: number;
  /** An anchor could not be read or written. */
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

/** What a store may take to read an anchor or to write it down. */
const anchorMs = 1_000;

export class AuditLog {
  readonly #parts: AuditLogParts;
  readonly #lock: FolderLock;
  #waiting: Waiting[] = [];
  #writing: Promise<void> | undefined;
  /** As this process left it. */
  #end: LogEnd | undefined;
  /** The last line that this process wrote: it knows of it, whatever the anchors do. */
  #wrote: ChainHead | undefined;
  /** Names of the anchors that agree with it. */
  readonly #compared = new Set<string>();
  /** The first line that was hashed with a key, as the anchors know it. */
  #keyedSince: number | undefined;

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
        // Each time: it may have been taken away.
        makeFolder(this.#parts.folder);
        const head = await this.#lock.hold(() => this.#write(events));
        const first = head.sequence - events.length + 1;
        for (const [index, { logged }] of events.entries()) logged(first + index);
      } catch (error) {
        // Whoever comes next begins from nothing: the folder may be another one.
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
    const { folder, digest: digestOf, maxFileBytes = 8 * 1024 * 1024, clock, anchors: anchorsOf } = this.#parts;
    const digest = digestOf();
    const anchors = anchorsOf();
    const end = this.#endNow();
    const missed = await this.#compare(anchors, end.head);
    const before = missed === undefined ? end.head : behind(missed, end.head);
    const findings = findingsOf(end, missed);
    const { text, head } = linesOf(
      [...findings.map((event) => ({ event, at: clock.now() })), ...events],
      before,
      digest,
    );
    const fresh = auditFile(folder, before.sequence + 1);
    const isFull =
      end.file === undefined || end.bytes >= maxFileBytes || (end.isDamaged && fresh.first > end.file.first);
    const next = isFull ? fresh : (end.file as AuditFile);
    // Torn lines stand in the file before: it is to end with a whole line.
    if (end.torn > 0 && end.file !== undefined) await cut(end.file.path, end.bytes);
    const file = await open(next.path, "a", 0o600);
    try {
      await appendWhole(file, text, isFull ? 0 : end.bytes);
    } finally {
      await file.close();
    }
    if (isFull) await syncFolder(folder);
    this.#wrote = head;
    this.#end = {
      head,
      file: next,
      bytes: (isFull ? 0 : end.bytes) + Buffer.byteLength(text),
      torn: 0,
      isDamaged: false,
    };
    if (digest.isKeyed) this.#keyedSince ??= before.sequence + 1;
    const anchored = { ...head, ...(this.#keyedSince !== undefined && { keyedSince: this.#keyedSince }) };
    for (const anchor of anchors)
      if (this.#compared.has(anchor.name)) await this.#ask(anchor, () => anchor.write(anchored));
    return head;
  }

  /** Read from the files where others have written since. */
  #endNow(): LogEnd {
    const { folder } = this.#parts;
    const known = this.#end;
    const last = auditFiles(folder).at(-1);
    const isSame = known !== undefined && last?.path === known.file?.path;
    if (isSame && statSync((last as AuditFile).path).size === known.bytes) return known;
    this.#compared.clear();
    return endOf(folder);
  }

  /** What an anchor knows that the files have not: of several the one that knows most. */
  async #compare(anchors: readonly AuditAnchor[], end: ChainHead): Promise<Missed | undefined> {
    const own = this.#wrote;
    let missed: Missed | undefined =
      own === undefined || this.#has(own, end) ? undefined : { anchor: "the gateway", known: own };
    for (const anchor of anchors) {
      if (this.#compared.has(anchor.name)) continue;
      const asked = await this.#ask(anchor, () => anchor.read());
      if (asked === undefined) continue;
      this.#compared.add(anchor.name);
      const { answer: known } = asked;
      this.#keyedSince = earlier(this.#keyedSince, known?.keyedSince);
      if (known === undefined || this.#has(known, end)) continue;
      if (missed === undefined || known.sequence > missed.known.sequence) missed = { anchor: anchor.name, known };
    }
    return missed;
  }

  #has({ sequence, hash }: ChainHead, end: ChainHead): boolean {
    if (sequence >= end.sequence) return sequence === end.sequence && hash === end.hash;
    const found = hashOfLine(this.#parts.folder, sequence);
    // What was moved to an archive cannot be compared.
    return found === undefined || found === hash;
  }

  /** `undefined`: it did not answer, and that was told. */
  async #ask<T>(anchor: AuditAnchor, work: () => MaybePromise<T>): Promise<{ readonly answer: T } | undefined> {
    const { clock, onTrouble } = this.#parts;
    try {
      const answer = await withDeadline((async () => work())(), anchorMs, clock, () => {
        throw new Error(`not within ${anchorMs} ms`);
      });
      return { answer };
    } catch (error) {
      onTrouble(anchor.name, (error as Error).message);
      return undefined;
    }
  }
}

function earlier(one: number | undefined, other: number | undefined): number | undefined {
  return one === undefined || other === undefined ? (one ?? other) : Math.min(one, other);
}

/** What an anchor knows of and the files have not. */
interface Missed {
  readonly anchor: string;
  readonly known: ChainHead;
}

/** Where the chain goes on so that the gap stays: behind all numbers, and with the hash that is missing. */
function behind({ known }: Missed, end: ChainHead): ChainHead {
  return { sequence: Math.max(known.sequence, end.sequence), hash: known.hash };
}

/** What is to be logged of how the log was found. */
function findingsOf({ head, torn, isDamaged }: LogEnd, missed: Missed | undefined): readonly AuditEvent[] {
  const seen = { stage: "seen", by: { kind: "gateway" } } as const;
  const findings: AuditEvent[] = [];
  if (torn > 0) findings.push({ action: "audit torn line removed", ...seen, what: { bytes: torn } });
  if (isDamaged) findings.push({ action: "audit log is damaged", ...seen, what: { found: head.sequence } });
  if (missed !== undefined) {
    const what = { anchor: missed.anchor, known: missed.known.sequence, found: head.sequence };
    findings.push({ action: cutAction, ...seen, what });
  }
  return findings;
}

function linesOf(
  events: readonly { readonly event: AuditEvent; readonly at: number }[],
  before: ChainHead,
  digest: ChainDigest,
): { readonly text: string; readonly head: ChainHead } {
  let head = before;
  let text = "";
  for (const { event, at } of events) {
    const line = writeLine(event, { at, before: head, digest });
    text += line.text;
    head = line.head;
  }
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

/** Without it a new file may be gone after a power failure, however much of it was written. Not every system can. */
async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, "r").catch(() => undefined);
  try {
    await handle?.sync().catch(() => {});
  } finally {
    await handle?.close();
  }
}
