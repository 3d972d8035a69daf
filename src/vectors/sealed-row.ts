/**
 * A vector and its note, sealed as one and laid out as a row has them: the sealed numbers are as many bytes as the numbers
 * themselves, so that a row tells its dimensions as ever; all else of the sealed value stands before the sealed note.
 */

import { lengthPrefixed } from "../core/fingerprint.ts";
import type { KeyScope } from "../core/key-scope.ts";
import { chain } from "../core/maybe-promise.ts";
import type { Sealer } from "../core/sealer.ts";
import { formOf, type SealedPlace, sealedOverhead } from "../core/sealing.ts";
import type { MaybePromise } from "../core/store.ts";
import { floatsOf } from "../core/vector.ts";
import type { VectorSpace } from "../core/vector-store.ts";
import type { TrueVector } from "./search.ts";

/** The two columns of a row. */
export interface VectorBytes {
  readonly vector: Uint8Array;
  readonly note: Uint8Array;
}

export function isSealedRow({ note }: VectorBytes): boolean {
  return formOf(note) === "sealed";
}

export function sealVector(
  sealer: Sealer,
  place: SealedPlace,
  { vector, note }: VectorBytes,
  owner: KeyScope | undefined,
): MaybePromise<VectorBytes> {
  const end = sealedOverhead + vector.byteLength;
  return chain(sealer.seal(place, Buffer.concat([vector, note]), owner), (sealed) => ({
    vector: sealed.subarray(sealedOverhead, end),
    note: Buffer.concat([sealed.subarray(0, sealedOverhead), sealed.subarray(end)]),
  }));
}

/** `undefined` for what cannot be read; why is told. */
export function openVector(
  sealer: Sealer,
  place: SealedPlace,
  { vector, note }: VectorBytes,
): MaybePromise<TrueVector | undefined> {
  const sealed = Buffer.concat([note.subarray(0, sealedOverhead), vector, note.subarray(sealedOverhead)]);
  return chain(sealer.open(place, sealed), (opened) => {
    if (opened === undefined) return undefined;
    const { value } = opened;
    return { vector: floatsOf(value.subarray(0, vector.byteLength)), note: value.subarray(vector.byteLength) };
  });
}

export function vectorPlace({ tenant, partition, model, dimensions }: VectorSpace, id: string): SealedPlace {
  return { tenant, key: lengthPrefixed(["vector", partition, model, String(dimensions), id]) };
}
