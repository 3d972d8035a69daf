import type { Lease, Leases, Relay, RelayPage } from "../core/lease.ts";
import { chain } from "../core/maybe-promise.ts";
import { systemTenant } from "../core/scopes.ts";
import { allOf, type Sealer } from "../core/sealer.ts";
import type { SealedPlace } from "../core/sealing.ts";
import type { MaybePromise } from "../core/store.ts";

/**
 * Leases whose relay hands on nothing but sealed frames: what a process tells the others of an answer lies in the store for
 * some seconds. It is sealed with the key of whoever asked. A frame that does not open is not an answer: reading fails, and
 * the reader asks for itself.
 */

export interface SealedLeasesOptions {
  readonly sealer: Sealer;
  readonly ready: () => MaybePromise<void>;
}

export function sealedLeases(leases: Leases, { sealer, ready }: SealedLeasesOptions): Leases {
  const { relay } = leases;
  const sealedRelay: Relay | undefined = relay && {
    async append(lease, frames, keepMs) {
      await ready();
      const place = placeOf(lease);
      const sealed = await allOf(frames.map((frame) => sealer.seal(place, frame, lease.owner)));
      await relay.append(lease, sealed, keepMs);
    },
    async read(lease, position): Promise<RelayPage> {
      await ready();
      const page = await relay.read(lease, position);
      const place = placeOf(lease);
      const frames = await allOf(page.frames.map((frame) => chain(sealer.open(place, frame), opened)));
      return { ...page, frames };
    },
    watch: (lease, wake) => relay.watch(lease, wake),
    hasAudience: (lease) => relay.hasAudience(lease),
  };
  return {
    name: leases.name,
    acquire: (key, holdMs) => leases.acquire(key, holdMs),
    renew: (lease, holdMs) => leases.renew(lease, holdMs),
    release: (lease, afterMs) => leases.release(lease, afterMs),
    holder: (key) => leases.holder(key),
    relay: sealedRelay,
    close: () => leases.close(),
  };
}

function placeOf({ key, fence }: Lease): SealedPlace {
  return { tenant: systemTenant, key: `relay:${fence}:${key}` };
}

function opened(frame: { readonly value: Uint8Array } | undefined): Uint8Array {
  if (frame === undefined) throw new Error("a frame of the relay cannot be opened");
  return frame.value;
}
