import { crc32 } from "node:zlib";
import type { Lifetime } from "./freshness.ts";
import { type Generation, tokenLength } from "./generations.ts";
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
 */

export type EntryForm = "json" | "events";

export interface EntryNote {
  readonly protocol: string;
  readonly model: string | undefined;
  readonly usage: Usage | undefined;
  readonly tags: readonly string[];
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
  | { readonly ok: true; readonly entry: Entry }
  | { readonly ok: false; readonly reason: "corrupt" | "unknown_version" | "tenant_mismatch" };

export const wireVersion = 1;
const magic = 0x53525052; // "RPRS"
const headLength = 58;
const forms: readonly EntryForm[] = ["json", "events"];

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
  const sealed = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (sealed.length < headLength || sealed.readUInt32LE(0) !== magic) return { ok: false, reason: "corrupt" };
  if (sealed.readUInt8(4) !== wireVersion) return { ok: false, reason: "unknown_version" };
  const tenantEnd = headLength + sealed.readUInt16LE(52);
  const storedTenant = sealed.toString("utf8", headLength, tenantEnd);
  // Under the tenant that it names itself, so that an entry of another tenant is told from a damaged one.
  if (sealed.readUInt32LE(8) !== checksum(sealed, storedTenant, key)) return { ok: false, reason: "corrupt" };
  if (storedTenant !== tenant) return { ok: false, reason: "tenant_mismatch" };
  try {
    return { ok: true, entry: readEntry(sealed, tenant, tenantEnd) };
  } catch (error) {
    // The checksum is right and the content is not: somebody else wrote this.
    if (error instanceof RangeError) return { ok: false, reason: "corrupt" };
    throw error;
  }
}

/** Throws `RangeError` when the lengths in it lead beyond its end. */
function readEntry(sealed: Buffer, tenant: string, generationsAt: number): Entry {
  let at = generationsAt;
  const generations: Generation[] = [];
  for (let left = sealed.readUInt16LE(6); left > 0; left--) {
    const nameEnd = at + 2 + sealed.readUInt16LE(at);
    generations.push({
      scope: sealed.toString("utf8", at + 2, nameEnd),
      token: sealed.subarray(nameEnd, nameEnd + tokenLength),
    });
    at = nameEnd + tokenLength;
  }
  const noteAt = at;
  const bodyAt = noteAt + sealed.readUInt32LE(54);
  const form = forms[sealed.readUInt8(5)];
  if (bodyAt > sealed.length || form === undefined) throw new RangeError("not an entry");
  return {
    form,
    lifetime: {
      createdAt: sealed.readDoubleLE(12),
      staleAt: sealed.readDoubleLE(20),
      revalidateUntil: sealed.readDoubleLE(28),
      errorUntil: sealed.readDoubleLE(36),
      deleteAt: sealed.readDoubleLE(44),
    },
    tenant,
    generations,
    get note() {
      return JSON.parse(sealed.toString("utf8", noteAt, bodyAt)) as EntryNote;
    },
    body: sealed.subarray(bodyAt),
  };
}

/** Over the head without its checksum, and everything behind it. */
function checksum(sealed: Buffer, tenant: string, key: string): number {
  const seed = crc32(`${tenant.length}:${tenant}${key}`);
  return crc32(sealed.subarray(12), crc32(sealed.subarray(0, 8), seed));
}
