import type { Random } from "./clock.ts";
import type { KeyScope } from "./key-scope.ts";
import type { Keyring } from "./keyring.ts";
import { chain, isPromise } from "./maybe-promise.ts";
import { formOf, keyIdOf, type OpenedSeal, openSealed, type SealedPlace, sealBytes } from "./sealing.ts";
import type { MaybePromise } from "./store.ts";

/**
 * Why something at rest was not read. `unsealed`: it was stored without sealing. `damaged`: it was altered, cut, or moved
 * here from another place. `keyless`: its key was destroyed, or lost. `newer`: a later version has sealed it.
 */
export type SealRejection = "unsealed" | "damaged" | "keyless" | "newer";

export interface SealerOptions {
  readonly keyring: Keyring;
  readonly random: Random;
  readonly onReject?: (reason: SealRejection) => void;
}

/** Seals values with the keys of a keyring, and opens them. At once where the key is in memory. */
export class Sealer {
  readonly keyring: Keyring;
  readonly #random: Random;
  readonly #onReject: ((reason: SealRejection) => void) | undefined;

  constructor({ keyring, random, onReject }: SealerOptions) {
    this.keyring = keyring;
    this.#random = random;
    this.#onReject = onReject;
  }

  /** `owner`: whose key; default: that of the tenant of the place. `name`: kept inside, for what its place does not name. */
  seal(place: SealedPlace, value: Uint8Array, owner?: KeyScope, name?: string): MaybePromise<Buffer> {
    return chain(this.keyring.keyFor(owner ?? { tenant: place.tenant }), (key) =>
      sealBytes(key, place, value, { nonce: this.#random.bytes(12), name }),
    );
  }

  /** `undefined` for what cannot be read; why is told. Rejects when the keys cannot be had at present. */
  open(place: SealedPlace, bytes: Uint8Array, onReject = this.#onReject): MaybePromise<OpenedSeal | undefined> {
    const form = formOf(bytes);
    const reject = (reason: SealRejection): undefined => {
      onReject?.(reason);
      return undefined;
    };
    if (form !== "sealed") return reject(form);
    return chain(this.keyring.find(keyIdOf(bytes)), (key) => {
      if (key === undefined) return reject("keyless");
      return openSealed(key, place, bytes) ?? reject("damaged");
    });
  }

  /** Tells of something that was found and is not opened. */
  rejected(reason: SealRejection): void {
    this.#onReject?.(reason);
  }
}

/** All of them, at once where all are there. */
export function allOf<T>(values: readonly MaybePromise<T>[]): MaybePromise<readonly T[]> {
  return values.some(isPromise) ? Promise.all(values) : (values as readonly T[]);
}
