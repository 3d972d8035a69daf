import type { FingerprintKey } from "../../core/fingerprint.ts";
import { openSealedText, sealText } from "./sealed-text.ts";
import { type TwinAddress, twinPath } from "./twin-address.ts";

/** What is kept of a call that has a twin: by what its answer is found again, and by what the rules are asked again. */
export interface TwinRecord {
  readonly key: string;
  readonly tenant: string;
  readonly user: string | undefined;
  readonly namespace: string;
  readonly version: string;
  readonly model: string;
  readonly originId: string;
  readonly protocol: string;
  /** Those of the caller and of rules. */
  readonly tags: readonly string[];
}

/** Under which key of the system it is stored. */
export function twinKey(address: TwinAddress): string {
  return `${prefix}${twinPath(address)}`;
}

export function isTwinKey(key: string): boolean {
  return key.startsWith(prefix);
}

const prefix = "edge-twin:";

export function encodeTwin(secret: FingerprintKey, address: TwinAddress, record: TwinRecord): Uint8Array {
  return sealText(secret, twinKey(address), JSON.stringify(record));
}

/** `undefined` for what is damaged, or was written by somebody who does not know the secret, or for another address. */
export function decodeTwin(secret: FingerprintKey, address: TwinAddress, value: Uint8Array): TwinRecord | undefined {
  const text = openSealedText(secret, twinKey(address), value);
  return text === undefined ? undefined : (JSON.parse(text) as TwinRecord);
}
