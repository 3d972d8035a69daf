import type { Random } from "../../core/clock.ts";
import type { KeyService } from "../../core/key-service.ts";
import { readMasterKey } from "../../core/master-key-text.ts";
import type { Settings } from "../../options.ts";
import { derived, localMasterKeys, type MasterKeys, serviceMasterKeys } from "./master-keys.ts";

/** The master keys that the configuration gives, and what follows from them; `undefined` where nothing is to be sealed. */
export interface SealingKeys {
  readonly masters: MasterKeys;
  /**
   * What the secret of the keys of entries begins as, so that stores with the same master key have the same; later it is what
   * the store has, whatever becomes of the master key.
   */
  readonly firstSecret: Uint8Array | undefined;
}

export function sealingKeysOf(
  { security }: Pick<Settings, "security">,
  keyService: KeyService | undefined,
  random: Random,
): SealingKeys | undefined {
  const { sealing, masterKey, previousMasterKeys = [] } = security;
  if (sealing === "off") return undefined;
  const previous = previousMasterKeys.flatMap((text) => readMasterKey(text) ?? []);
  const current = masterKey === undefined ? undefined : readMasterKey(masterKey);
  if (keyService !== undefined) {
    const [first, ...others] = current === undefined ? previous : [current, ...previous];
    const local = first && localMasterKeys(first, others, random);
    return { masters: serviceMasterKeys(keyService, local), firstSecret: undefined };
  }
  if (current === undefined) return undefined;
  return { masters: localMasterKeys(current, previous, random), firstSecret: derived(current, "keys of entries") };
}
