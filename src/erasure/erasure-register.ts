import type { Random } from "../core/clock.ts";
import { StoreUnavailableError } from "../core/errors.ts";
import type { FingerprintKey } from "../core/fingerprint.ts";
import { systemTenant } from "../core/scopes.ts";
import type { Store } from "../core/store.ts";
import { decodeRecord, type ErasureRecord, encodeRecord } from "./erasure-record.ts";

/**
 * The erasures that are under way, in the store, for all who share it. Stores cannot list what they hold, so each takes one
 * of a few numbered places by `add`, and gives it back when its receipt is there.
 */

export interface RegisterParts {
  readonly store: Pick<Store, "name" | "get" | "add" | "set" | "delete">;
  readonly secret: FingerprintKey;
  readonly random: Random;
}

export interface PlacedRecord {
  readonly place: string;
  readonly record: ErasureRecord;
}

/** Under way at a time. */
export const mostErasures = 64;
const places: readonly string[] = Array.from({ length: mostErasures }, (_, index) => `erasure:${index}`);
const forGood = { deleteAt: Number.POSITIVE_INFINITY, priority: "high" } as const;
/** How long the gateway can say what its receipt was. */
export const receiptMs = 90 * 24 * 60 * 60_000;

export class ErasureRegister {
  readonly #parts: RegisterParts;

  constructor(parts: RegisterParts) {
    this.#parts = parts;
  }

  /** Rejects with `StoreUnavailableError` where it is not known to be kept, or all places are taken. */
  async take(record: ErasureRecord): Promise<PlacedRecord> {
    const { store, secret, random } = this.#parts;
    for (const place of places) {
      const bytes = encodeRecord(secret, place, record, random);
      const there = await store.add(systemTenant, place, bytes, forGood);
      if (Buffer.compare(there, bytes) === 0) return { place, record };
    }
    throw new StoreUnavailableError({ message: `${mostErasures} erasures are under way already` });
  }

  /** All that are under way. */
  async all(): Promise<readonly PlacedRecord[]> {
    const { store, secret } = this.#parts;
    const values = await store.get(systemTenant, places);
    return places.flatMap((place, index) => {
      const value = values[index];
      const record = value && decodeRecord(secret, place, value);
      return record === undefined ? [] : [{ place, record }];
    });
  }

  async update({ place, record }: PlacedRecord): Promise<void> {
    const { store, secret, random } = this.#parts;
    const result = await store.set(systemTenant, place, encodeRecord(secret, place, record, random), forGood);
    if (result !== "stored") throw notTaken(store.name, result);
  }

  /** It is done: the receipt takes the place of the record. */
  async finish({ place, record }: PlacedRecord, receipt: string, now: number): Promise<void> {
    const { store } = this.#parts;
    const options = { deleteAt: now + receiptMs, priority: "high" } as const;
    const result = await store.set(systemTenant, receiptKey(record.id), Buffer.from(receipt, "utf8"), options);
    if (result !== "stored") throw notTaken(store.name, result);
    await store.delete(systemTenant, place);
  }

  /** The receipt of an erasure that is done, as text. */
  async receipt(id: string): Promise<string | undefined> {
    const [value] = await this.#parts.store.get(systemTenant, [receiptKey(id)]);
    return value && Buffer.from(value).toString("utf8");
  }
}

export function receiptKey(id: string): string {
  return `erasure-receipt:${id}`;
}

function notTaken(name: string, result: string): StoreUnavailableError {
  return new StoreUnavailableError({ message: `the ${name} store did not take the erasure: ${result}` });
}
