import { createHash, createHmac } from "node:crypto";
import { readMasterKey } from "../core/master-key-text.ts";

/**
 * One line of the audit log, and the chain that the lines make. A line is a JSON object that ends with `hash`: the digest
 * of everything before it in the same line, byte for byte, so that nobody has to agree on how JSON is written. Among that is
 * `previous`, the hash of the line before. Whoever alters, removes or moves a line breaks every hash after it (S. Haber and
 * W. S. Stornetta, "How to Time-Stamp a Digital Document", 1991). Without a key whoever can write the file can make a new
 * chain; with the master key only who has it can, so the digest is an HMAC where there is one.
 */

/** Who did it. */
export interface AuditActor {
  /** `admin`: who showed the token. `nobody`: who did not. `operator`: by a signal to the process. `gateway`: by itself. */
  readonly kind: "admin" | "nobody" | "operator" | "gateway";
  /** Tells tokens apart, and nothing else of them. */
  readonly token?: string | undefined;
  /** The other end of the connection. */
  readonly address?: string | undefined;
}

/** What is logged where the log was found shorter than it was, or another. */
export const cutAction = "audit log was cut";

/** `asked` comes before the deed, `done` or `failed` behind it; `seen` is what only happened. */
export type AuditStage = "asked" | "done" | "failed" | "seen";

export interface AuditEvent {
  /** Such as `DELETE /tenants/{id}`. */
  readonly action: string;
  readonly stage: AuditStage;
  readonly by: AuditActor;
  /** Names and counts; never bodies, prompts or secrets. */
  readonly what: Readonly<Record<string, unknown>>;
}

export interface AuditRecord extends AuditEvent {
  /** From 1, without gaps. */
  readonly sequence: number;
  /** Instant, as ISO 8601. */
  readonly at: string;
  /** By what the hash was made: `sha256`, or `hmac:` and the name of the key. */
  readonly digest: string;
  readonly previous: string;
  readonly hash: string;
}

/** Up to where the chain goes. */
export interface ChainHead {
  readonly sequence: number;
  readonly hash: string;
}

export const chainStart: ChainHead = { sequence: 0, hash: "0".repeat(64) };

/** How the hashes of a chain are made. */
export class ChainDigest {
  /** As lines name it. */
  readonly name: string;
  readonly #key: Uint8Array | undefined;

  /** `masterKey`: as configured; without it there is no key. One key is the same however it is written. */
  constructor(masterKey: string | undefined) {
    const key = masterKey && (readMasterKey(masterKey) ?? masterKey);
    this.#key = key === undefined ? undefined : createHmac("sha256", key).update("reprise audit v1").digest();
    this.name = this.#key === undefined ? "sha256" : `hmac:${this.#hex("name of this key").slice(0, 16)}`;
  }

  get isKeyed(): boolean {
    return this.#key !== undefined;
  }

  of(text: string): string {
    return this.#hex(text);
  }

  #hex(text: string): string {
    const hash = this.#key === undefined ? createHash("sha256") : createHmac("sha256", this.#key);
    return hash.update(text, "utf8").digest("hex");
  }
}

/** The event as the next line of the chain, with its end of line. */
export function writeLine(
  { action, stage, by, what }: AuditEvent,
  { at, before, digest }: { readonly at: number; readonly before: ChainHead; readonly digest: ChainDigest },
): { readonly text: string; readonly head: ChainHead } {
  const sequence = before.sequence + 1;
  const told = { sequence, at: new Date(at).toISOString(), action, stage, by, what };
  const text = JSON.stringify({ ...told, digest: digest.name, previous: before.hash });
  const hash = digest.of(text);
  return { text: `${text.slice(0, -1)},"hash":"${hash}"}\n`, head: { sequence, hash } };
}

export interface ReadLine {
  readonly record: AuditRecord;
  /** What the hash is the digest of. */
  readonly digested: string;
}

/** A line without its end; `undefined` for what is none. Says nothing of whether its hash is right. */
export function readLine(line: string): ReadLine | undefined {
  const [, beginning, hash] = /^(\{.*),"hash":"([0-9a-f]{64})"\}$/.exec(line) ?? [];
  if (beginning === undefined || hash === undefined) return undefined;
  try {
    const record = JSON.parse(line) as AuditRecord;
    const { sequence, at, action, digest, previous } = record;
    const isSound =
      Number.isSafeInteger(sequence) && [at, action, digest, previous].every((value) => typeof value === "string");
    return isSound && record.hash === hash ? { record, digested: `${beginning}}` } : undefined;
  } catch {
    return undefined;
  }
}
