import type { Clock, Random } from "../../core/clock.ts";
import type { RepriseError } from "../../core/errors.ts";
import type { KeyService } from "../../core/key-service.ts";
import type { Leases } from "../../core/lease.ts";
import type { SharedStore } from "../../core/shared-store.ts";
import type { Trace } from "../../core/trace.ts";
import type { Settings } from "../../options.ts";
import { KeylessStore, refuseKeyless } from "./keyless.ts";
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

/** How a core uses its store. */
export interface OpenedParts {
  /** `undefined` where nothing is kept beyond this process, or no master key is given. */
  readonly sealing: Sealing | undefined;
  /** In place of those that were given. */
  readonly parts: Partial<Pick<SealableParts, "store" | "leases">>;
}

/** See `openParts`, for whoever has nothing to do with a store that is not sealed. */
export async function openSealing(given: SealableParts, tools: Tools): Promise<Sealing | undefined> {
  return (await openParts(given, tools)).sealing;
}

/** @throws InvalidOptionError when the store was sealed with another master key, or with one and none is given; the store is closed then. */
export async function openParts(given: SealableParts, { clock, random, trace }: Tools): Promise<OpenedParts> {
  const { settings, store, keyService } = given;
  const keys = sealingKeysOf(settings, keyService, random);
  if (store === undefined) return { sealing: undefined, parts: {} };
  const tell = ({ message, remedy }: RepriseError): void => trace({ type: "seal-fault", message, remedy });
  try {
    if (keys === undefined) {
      if (settings.security.sealing === "off" || (await refuseKeyless(store, clock)))
        return { sealing: undefined, parts: {} };
      return { sealing: undefined, parts: partsOf(given, new KeylessStore(store, clock, tell).store) };
    }
    const sealing = await Sealing.open({
      ...{ store, clock, random, ...keys },
      trustsPlain: settings.security.sealing !== "on",
      onReject: (reason) => trace({ type: "seal-reject", reason }),
      onWrongKey: tell,
      onCarriedOver: (carried) => trace({ type: "seal-begin", ...carried }),
    });
    return { sealing, parts: partsOf(given, sealing.store) };
  } catch (error) {
    // Nobody waits for that: why it cannot be used is to be said at once.
    void Promise.resolve(store.close()).catch(() => {});
    throw error;
  }
}

/** Leases that are not the store's own reach no further than this machine, and keep nothing. */
function partsOf({ store, leases }: SealableParts, used: SharedStore): OpenedParts["parts"] {
  const own = used.leases;
  return { store: used, ...(leases !== undefined && leases === store?.leases && own && { leases: own }) };
}
