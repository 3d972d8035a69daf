import type { Clock, Random } from "./core/clock.ts";
import { withDeadline } from "./core/deadline.ts";
import { systemTenant } from "./core/scopes.ts";
import type { Store } from "./core/store.ts";

/** What a store may take to hand out the secret at the start; without it, everything stored before is out of reach. */
const masterKeyDeadlineMs = 5_000;

/** All who share a store share the key: the first one makes it. Losing it loses the entries, and nothing else. */
export async function masterKey(
  store: Store,
  given: string | undefined,
  random: Random,
  clock: Clock,
): Promise<Uint8Array> {
  if (given !== undefined) return Buffer.from(given, "utf8");
  const fresh = random.bytes(32);
  const forGood = { deleteAt: Number.POSITIVE_INFINITY, priority: "high" } as const;
  try {
    return await withDeadline(
      store.add(systemTenant, "master-key", fresh, forGood),
      masterKeyDeadlineMs,
      clock,
      () => fresh,
    );
  } catch {
    return fresh;
  }
}
