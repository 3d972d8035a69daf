import { crc32 } from "node:zlib";
import type { Lifetime } from "./freshness.ts";
import { type Generation, tokenLength } from "./generations.ts";
import type { PersonalKind } from "./personal-data.ts";
import type { Usage } from "./recording.ts";

/**
 * The envelope in which every stored answer travels. Little-endian:
 *
 *   0 magic "RPRS" · 4 wire version u8 · 5 form u8 · 6 generations u16 · 8 crc32 u32 · 12 five instants f64
 *   52 tenant length u16 · 54 note length u32 · 58 tenant · generations (name length u16, name, token) · note · body
 *
 * The checksum is seeded with tenant and key, so a value that was damaged, or that stands under another key, is
 * found out when it is opened. The note is JSON that only dashboards and ledgers read. A reader that meets another
 * wire version treats the entry as absent.
 *
 * Opening verifies everything and takes out only what every hit needs: generations are compared where they stand, and
 * become objects, like the note, for those who ask.
 */

/** `vector`: numbers for the embedding layer; the others are forms of a recording. */
export type EntryForm = "json" | "events" | "vector";

export interface EntryNote {
  readonly protocol: string;
  readonly model: string | undefined;
  readonly usage: Usage | undefined;
  readonly tags: readonly string[];
  /** Kinds of personal data in the request or the answer, where some was looked for and found. */
  readonly personal?: readonly PersonalKind[];
  /** The beginning of the question, where questions are kept. */
  readonly question?: string;
  /** Who computed it: the base URL of the upstream. */
  readonly origin?: string;
  /** For whom: `key:` and the id of the virtual key, or the member of a shared scope; absent where the tenant says it all. */
  readonly by?: string;
  /** The removal of its key that it came after, in base64url; see removed-slots.ts. */
  readonly removal?: string;
}

export interface Entry {
  readonly form: EntryForm;
  readonly lifetime: Lifetime;
  readonly tenant: string;
  readonly generations: readonly Generation[];
  readonly note: EntryNote;
  readonly body: Uint8Array;
}

export type OpenedEntry =
  | { readonly ok: true; readonly entry: SealedEntry }
  | { readonly ok: false; readonly reason: "corrupt" | "unknown_version" | "tenant_mismatch" };

export const wireVersion = 1;
const magic = 0x53525052; // "RPRS"
const headLength = 58;
const forms: readonly EntryForm[] = ["json", "events", "vector"];

export function sealEntry(entry: Entry, key: string): Uint8Array {
  const tenant = Buffer.from(entry.tenant, "utf8");
  const names = entry.generations.map((generation) => Buffer.from(generation.scope, "utf8"));
  const note = Buffer.from(JSON.stringify(entry.note), "utf8");
  const generationsLength = names.reduce((sum, name) => sum + 2 + name.length + tokenLength, 0);
  const sealed = Buffer.allocUnsafeSlow(
    headLength + tenant.length + generationsLength + note.length + entry.body.length,
  );

  sealed.writeUInt32LE(magic, 0);
  sealed.writeUInt8(wireVersion, 4);
  sealed.writeUInt8(forms.indexOf(entry.form), 5);
  sealed.writeUInt16LE(names.length, 6);
  const { createdAt, staleAt, revalidateUntil, errorUntil, deleteAt } = entry.lifetime;
  [createdAt, staleAt, revalidateUntil, errorUntil, deleteAt].forEach((instant, index) => {
    sealed.writeDoubleLE(instant, 12 + 8 * index);
  });
  sealed.writeUInt16LE(tenant.length, 52);
  sealed.writeUInt32LE(note.length, 54);
  let at = headLength + tenant.copy(sealed, headLength);
  names.forEach((name, index) => {
    at = sealed.writeUInt16LE(name.length, at);
    at += name.copy(sealed, at);
    sealed.set((entry.generations[index] as Generation).token, at);
    at += tokenLength;
  });
  at += note.copy(sealed, at);
  sealed.set(entry.body, at);
  sealed.writeUInt32LE(checksum(sealed, entry.tenant, key), 8);
  return sealed;
}

export function openEntry(bytes: Uint8Array, tenant: string, key: string): OpenedEntry {
  if (bytes.length < headLength || uint32(bytes, 0) !== magic) return { ok: false, reason: "corrupt" };
  if (bytes[4] !== wireVersion) return { ok: false, reason: "unknown_version" };
  const tenantEnd = headLength + uint16(bytes, 52);
  // Under the tenant that it names itself, so that an entry of another tenant is told from a damaged one.
  const storedTenant = isAscii(bytes, headLength, tenantEnd, tenant) ? tenant : textOf(bytes, headLength, tenantEnd);
  if (checksumOf(bytes) !== checksum(bytes, storedTenant, key)) return { ok: false, reason: "corrupt" };
  if (storedTenant !== tenant) return { ok: false, reason: "tenant_mismatch" };
  let noteAt = tenantEnd;
  // Lengths that lead beyond the end make what is read there undefined, and `noteAt` larger or no number.
  for (let left = uint16(bytes, 6); left > 0; left--) noteAt += 2 + uint16(bytes, noteAt) + tokenLength;
  const bodyAt = noteAt + uint32(bytes, 54);
  const form = forms[bytes[5] as number];
  // The checksum is right and the content is not: somebody else wrote this.
  if (!(bodyAt <= bytes.length) || form === undefined) return { ok: false, reason: "corrupt" };
  return { ok: true, entry: new SealedEntry(bytes, form, tenant, tenantEnd, noteAt, bodyAt) };
}

/** What two entries hardly share; any number for what is no entry. */
export function checksumOf(bytes: Uint8Array): number {
  return uint32(bytes, 8);
}

/** An entry that was opened; it stands in the bytes it was read from. */
export class SealedEntry implements Entry {
  readonly form: EntryForm;
  readonly lifetime: Lifetime;
  readonly tenant: string;
  readonly body: Uint8Array;
  readonly #sealed: Uint8Array;
  readonly #generationsAt: number;
  readonly #noteAt: number;

  /** The lengths in `sealed` are right: `openEntry` has looked. */
  constructor(
    sealed: Uint8Array,
    form: EntryForm,
    tenant: string,
    generationsAt: number,
    noteAt: number,
    bodyAt: number,
  ) {
    const instants = new DataView(sealed.buffer, sealed.byteOffset + 12, 40);
    this.form = form;
    this.lifetime = {
      createdAt: instants.getFloat64(0, true),
      staleAt: instants.getFloat64(8, true),
      revalidateUntil: instants.getFloat64(16, true),
      errorUntil: instants.getFloat64(24, true),
      deleteAt: instants.getFloat64(32, true),
    };
    this.tenant = tenant;
    this.body = Buffer.from(sealed.buffer, sealed.byteOffset + bodyAt, sealed.length - bodyAt);
    this.#sealed = sealed;
    this.#generationsAt = generationsAt;
    this.#noteAt = noteAt;
  }

  get generationCount(): number {
    return uint16(this.#sealed, 6);
  }

  /** Whether its first generations have these tokens. */
  hasTokens(tokens: readonly (Uint8Array | undefined)[]): boolean {
    if (tokens.length > this.generationCount) return false;
    const sealed = this.#sealed;
    let at = this.#generationsAt;
    for (const token of tokens) {
      if (token?.length !== tokenLength) return false;
      at += 2 + uint16(sealed, at);
      for (let index = 0; index < tokenLength; index++) if (sealed[at + index] !== token[index]) return false;
      at += tokenLength;
    }
    return true;
  }

  get generations(): readonly Generation[] {
    const sealed = this.#sealed;
    let at = this.#generationsAt;
    return Array.from({ length: this.generationCount }, () => {
      const nameEnd = at + 2 + uint16(sealed, at);
      const scope = textOf(sealed, at + 2, nameEnd);
      at = nameEnd + tokenLength;
      return { scope, token: sealed.subarray(nameEnd, at) };
    });
  }

  get note(): EntryNote {
    const noteEnd = this.#noteAt + uint32(this.#sealed, 54);
    return JSON.parse(textOf(this.#sealed, this.#noteAt, noteEnd)) as EntryNote;
  }
}

function uint16(bytes: Uint8Array, at: number): number {
  return (bytes[at] as number) + (bytes[at + 1] as number) * 0x100;
}

function uint32(bytes: Uint8Array, at: number): number {
  return uint16(bytes, at) + uint16(bytes, at + 2) * 0x1_0000;
}

function textOf(bytes: Uint8Array, from: number, to: number): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("utf8", from, to);
}

/** True when the bytes are `text` and that is ASCII: the usual tenant needs no decoding. */
function isAscii(bytes: Uint8Array, from: number, to: number, text: string): boolean {
  if (to - from !== text.length) return false;
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index);
    if (code > 0x7f || code !== bytes[from + index]) return false;
  }
  return true;
}

/** Over the head without its checksum, and everything behind it. */
function checksum(sealed: Uint8Array, tenant: string, key: string): number {
  const seed = crc32(`${tenant.length}:${tenant}${key}`);
  return crc32(sealed.subarray(12), crc32(sealed.subarray(0, 8), seed));
}
