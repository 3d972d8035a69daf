import type { AskedBy } from "../../core/asked-by.ts";
import { defined } from "../../core/defined.ts";
import { type LayerName, layerNames } from "../../core/directives.ts";
import { limitsText, readLimits } from "../../core/limits.ts";
import { readRecord, writeRecord } from "../../core/written-record.ts";

/** A virtual key, and how it is written into a store. What it is for never changes; its texts are hashed, see `key-text.ts`. */

export interface VirtualKey extends Omit<AskedBy, "keyId"> {
  readonly id: string;
  /** For people. */
  readonly name?: string;
  readonly note?: string;
  /** Milliseconds since the epoch. */
  readonly createdAt: number;
  readonly expiresAt?: number;
}

/** One text of a key. */
export interface KeyEdition {
  readonly salt: Uint8Array;
  readonly hash: Uint8Array;
  readonly createdAt: number;
  /** Until when texts before it are taken as well, where none of them ends them sooner. */
  readonly overlapUntil: number;
}

const format = 1;

export function encodeKey({ limits, ...key }: VirtualKey): Uint8Array {
  return writeRecord(format, { ...key, ...(limits && { limits: limitsText(limits) }) });
}

/** `undefined` for what is none, or names what this version does not understand: nobody is let in by half of a record. */
export function decodeKey(bytes: Uint8Array | undefined): VirtualKey | undefined {
  const fields = readRecord(format, bytes);
  const { id, tenant, user, name, note, createdAt, expiresAt } = fields;
  const texts = [user, name, note].every((text) => text === undefined || typeof text === "string");
  if (!texts || typeof id !== "string" || typeof tenant !== "string" || tenant === "") return undefined;
  if (!isInstant(createdAt) || (expiresAt !== undefined && !isInstant(expiresAt))) return undefined;
  const models = listOf(fields["models"], (one): one is string => typeof one === "string");
  const layers = listOf(fields["layers"], (one): one is LayerName => layerNames.includes(one as LayerName));
  const limits = fields["limits"] === undefined ? undefined : readLimits(fields["limits"]);
  if (models === "wrong" || layers === "wrong" || limits?.ok === false) return undefined;
  return defined({
    ...{ id, tenant, createdAt, expiresAt, models, layers, limits: limits?.limits },
    ...{ user: user as string, name: name as string, note: note as string },
  }) as VirtualKey;
}

export function encodeEdition({ salt, hash, ...edition }: KeyEdition): Uint8Array {
  return writeRecord(format, { ...edition, salt: textOf(salt), hash: textOf(hash) });
}

export function decodeEdition(bytes: Uint8Array | undefined): KeyEdition | undefined {
  const { salt, hash, createdAt, overlapUntil } = readRecord(format, bytes);
  if (typeof salt !== "string" || typeof hash !== "string" || !isInstant(createdAt)) return undefined;
  const [saltBytes, hashBytes] = [Buffer.from(salt, "base64url"), Buffer.from(hash, "base64url")];
  if (saltBytes.length < 16 || hashBytes.length !== 32 || !isInstant(overlapUntil)) return undefined;
  return { salt: saltBytes, hash: hashBytes, createdAt, overlapUntil };
}

/** What is kept for good of a key that was taken back. */
export function encodeRevocation(revokedAt: number): Uint8Array {
  return writeRecord(format, { revokedAt });
}

/** One that cannot be read is one all the same. */
export function decodeRevocation(bytes: Uint8Array | undefined): number | undefined {
  if (bytes === undefined) return undefined;
  const { revokedAt } = readRecord(format, bytes);
  return isInstant(revokedAt) ? revokedAt : 0;
}

/** Who asks by this key. */
export function askedBy({ id, tenant, user, models, layers, limits }: VirtualKey): AskedBy {
  return Object.freeze({ tenant, ...defined({ user, models, layers, limits }), keyId: id });
}

function listOf<T>(value: unknown, isOne: (one: unknown) => one is T): readonly T[] | "wrong" | undefined {
  if (value === undefined) return undefined;
  return Array.isArray(value) && value.length > 0 && value.every(isOne) ? value : "wrong";
}

function isInstant(value: unknown): value is number {
  return typeof value === "number" && Number.isFinite(value) && value >= 0;
}

function textOf(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("base64url");
}
