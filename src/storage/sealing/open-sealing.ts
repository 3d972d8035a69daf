import type { Clock, Random } from "../../core/clock.ts";
import type { KeyService } from "../../core/key-service.ts";
import type { Leases } from "../../core/lease.ts";
import type { SharedStore } from "../../core/shared-store.ts";
import type { Trace } from "../../core/trace.ts";
import type { Settings } from "../../options.ts";
import { refuseKeyless } from "./keyless.ts";
import { Sealing } from "./sealing.ts";
import { sealingKeysOf } from "./settings.ts";

/** What is sealed of what a core is given. */
export interface SealableParts {
  readonly settings: Pick<Settings, "security">;
  readonly store?: SharedStore;
  readonly leases?: Leases;
  readonly keyService?: KeyService | undefined;
}

interface Tools {
  readonly clock: Clock;
  readonly random: Random;
  readonly trace: Trace;
}

/**
 * `undefined` where nothing is kept beyond this process, or no master key is given.
 *
 * @throws InvalidOptionError when the store was sealed with another master key, or with one and none is given; the store is closed then.
 */
export async function openSealing(parts: SealableParts, { clock, random, trace }: Tools): Promise<Sealing | undefined> {
  const { settings, store, keyService } = parts;
  const keys = sealingKeysOf(settings, keyService, random);
  if (store === undefined) return undefined;
  try {
    if (keys === undefined) {
      if (settings.security.sealing !== "off") await refuseKeyless(store, clock);
      return undefined;
    }
    return await Sealing.open({
      ...{ store, clock, random, ...keys },
      onReject: (reason) => trace({ type: "seal-reject", reason }),
      onWrongKey: ({ message, remedy }) => trace({ type: "seal-fault", message, remedy }),
    });
  } catch (error) {
    // Nobody waits for that: why it cannot be used is to be said at once.
    void Promise.resolve(store.close()).catch(() => {});
    throw error;
  }
}

/** Leases that are not the store's own reach no further than this machine, and keep nothing. */
export function sealedParts({ store, leases }: SealableParts, sealing: Sealing) {
  const own = sealing.store.leases;
  return { store: sealing.store, ...(leases !== undefined && leases === store?.leases && own && { leases: own }) };
}
