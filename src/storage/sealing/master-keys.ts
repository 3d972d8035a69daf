import { createCipheriv, createDecipheriv, createHmac, hkdfSync, type KeyObject } from "node:crypto";
import type { Random } from "../../core/clock.ts";
import type { KeyService } from "../../core/key-service.ts";

/**
 * The keys that stand above all others: one that wraps now, and those that have before it. Each is known by an id, a
 * keyed hash that tells nothing of it, so that it can be said which key a store wants. Keys wrap under a key derived from
 * them (HKDF, RFC 5869), not under themselves, so that one secret may serve several purposes.
 */
export interface MasterKeys {
  /** Of the one that wraps now. */
  readonly id: string;
  wrap(key: Uint8Array, context: Uint8Array): Promise<Uint8Array>;
  /** `undefined` for an id that is not known. Rejects for what was altered, and when a service cannot be asked. */
  unwrap(id: string, wrapped: Uint8Array, context: Uint8Array): Promise<Uint8Array> | undefined;
}

export function localMasterKeys(current: Uint8Array, previous: readonly Uint8Array[], random: Random): MasterKeys {
  const known = new Map([...previous, current].map((key) => [masterKeyId(key), derived(key, "wrap")]));
  const id = masterKeyId(current);
  return {
    id,
    async wrap(key, context) {
      const nonce = random.bytes(12);
      const cipher = createCipheriv("aes-256-gcm", known.get(id) as Buffer, nonce);
      cipher.setAAD(context);
      const body = Buffer.concat([cipher.update(key), cipher.final()]);
      return Buffer.concat([nonce, cipher.getAuthTag(), body]);
    },
    unwrap(ofId, wrapped, context) {
      const wrapping = known.get(ofId);
      return wrapping && (async () => unwrapped(wrapping, wrapped, context))();
    },
  };
}

function unwrapped(wrapping: Uint8Array, wrapped: Uint8Array, context: Uint8Array): Buffer {
  const decipher = createDecipheriv("aes-256-gcm", wrapping, wrapped.subarray(0, 12), { authTagLength: 16 });
  decipher.setAAD(context);
  decipher.setAuthTag(wrapped.subarray(12, 28));
  return Buffer.concat([decipher.update(wrapped.subarray(28)), decipher.final()]);
}

/** A service keeps its own keys apart, and knows by itself which one has wrapped what. `previous`: keys of before it. */
export function serviceMasterKeys(service: KeyService, previous: MasterKeys | undefined): MasterKeys {
  const id = `service:${service.name}`;
  return {
    id,
    wrap: (key) => service.wrap(key),
    unwrap: (ofId, wrapped, context) =>
      ofId === id ? service.unwrap(wrapped) : previous?.unwrap(ofId, wrapped, context),
  };
}

/** Tells one master key from another. */
export function masterKeyId(key: Uint8Array): string {
  return createHmac("sha256", key).update("reprise master key id").digest("hex").slice(0, 16);
}

/** A key for another purpose. */
export function derived(key: Uint8Array | KeyObject, purpose: string): Buffer {
  return Buffer.from(hkdfSync("sha256", key, "reprise sealing", purpose, 32));
}
