import type { Leases } from "../core/lease.ts";

/**
 * Leases that are given back when what was stored under them can be read by others. A store that takes writes and commits
 * them a little later would leave a gap, in which neither the lease nor the answer is there, and who asks in it would ask
 * the origin once more. A store that cannot write holds up nobody.
 */
export function releasedWhenWritten(leases: Leases, written: () => Promise<void>): Leases {
  return {
    name: leases.name,
    relay: leases.relay,
    acquire: (key, holdMs) => leases.acquire(key, holdMs),
    renew: (lease, holdMs) => leases.renew(lease, holdMs),
    holder: (key) => leases.holder(key),
    async release(lease, afterMs) {
      await written().catch(() => {});
      await leases.release(lease, afterMs);
    },
    close: () => leases.close(),
  };
}
