import { createCipheriv, createDecipheriv, createHmac } from "node:crypto";
import type { Random } from "../core/clock.ts";
import type { FingerprintKey } from "../core/fingerprint.ts";

/**
 * An erasure as it stands in the store from the moment it was wished until its receipt is written, so that one which was
 * broken off is gone on with. It has to name who is erased, and that name must not be what is left of him: it is
 * encrypted (AES-256-GCM, NIST SP 800-38D), under a key that follows from the secret of the keys, which no other
 * row of the store tells.
 */

/** Who is erased: a tenant with everything, or one user of it. */
export interface ErasedScope {
  readonly tenant: string;
  readonly user?: string | undefined;
}

/** In the order in which they are done. Each may be done again. */
export const erasureSteps = ["dead", "keys", "rows", "edge", "memory", "rows again", "scrub", "receipt"] as const;
export type ErasureStep = (typeof erasureSteps)[number];

/** What was removed so far. */
export interface ErasedCounts {
  /** Rows of the store. */
  readonly rows: number;
  /** Among them, answers and vectors of embeddings. */
  readonly answers: number;
  readonly virtualKeys: number;
  /** Keys that values were sealed with. */
  readonly dataKeys: number;
  /** Versions of published answers, and answers that had a URL of their own. */
  readonly published: number;
}

export const nothingErased: ErasedCounts = { rows: 0, answers: 0, virtualKeys: 0, dataKeys: 0, published: 0 };

export interface ErasureRecord extends ErasedScope {
  readonly id: string;
  /** Milliseconds since the epoch. */
  readonly askedAt: number;
  /** The step that is next, or under way. */
  readonly step: ErasureStep;
  readonly counts: ErasedCounts;
  /** Whether it had keys before anything was done; the first steps make some. */
  readonly hadKeys?: boolean | undefined;
  /** The store cannot say whether it held anything. */
  readonly isBlind?: boolean | undefined;
  /** What may be left, and where; plain sentences. */
  readonly remains: readonly string[];
  /** The process that is at it, and when it said so last. */
  readonly by: string;
  readonly aliveAt: number;
}

/** Whether anything was there; `undefined` where nobody can tell. */
export function wasFound({ counts, user, hadKeys, isBlind }: ErasureRecord): boolean | undefined {
  const sum = Object.values(counts).reduce((all, count) => all + count, 0);
  // The generation of a tenant is sealed with a key that was made for it.
  const made = hadKeys === false && user === undefined ? Math.min(1, counts.dataKeys) : 0;
  if (hadKeys === true || sum > made) return true;
  return isBlind === true ? undefined : false;
}

const nonceBytes = 12;
const tagBytes = 16;

export function encodeRecord(secret: FingerprintKey, place: string, record: ErasureRecord, random: Random): Uint8Array {
  const nonce = random.bytes(nonceBytes);
  const cipher = createCipheriv("aes-256-gcm", keyOf(secret), nonce).setAAD(Buffer.from(place, "utf8"));
  const text = Buffer.concat([cipher.update(JSON.stringify(record), "utf8"), cipher.final()]);
  return Buffer.concat([nonce, cipher.getAuthTag(), text]);
}

/** `undefined` for what is damaged, of another place, or not ours. */
export function decodeRecord(secret: FingerprintKey, place: string, value: Uint8Array): ErasureRecord | undefined {
  try {
    const decipher = createDecipheriv("aes-256-gcm", keyOf(secret), value.subarray(0, nonceBytes))
      .setAAD(Buffer.from(place, "utf8"))
      .setAuthTag(value.subarray(nonceBytes, nonceBytes + tagBytes));
    const text = Buffer.concat([decipher.update(value.subarray(nonceBytes + tagBytes)), decipher.final()]);
    return JSON.parse(text.toString("utf8")) as ErasureRecord;
  } catch {
    return undefined;
  }
}

function keyOf(secret: FingerprintKey): Buffer {
  return createHmac("sha256", secret.secret).update("erasure records v1").digest();
}
