import type { CancelTimer, Clock, Random } from "../core/clock.ts";
import { withDeadline } from "../core/deadline.ts";
import { FingerprintKey } from "../core/fingerprint.ts";
import { systemTenant } from "../core/scopes.ts";
import type { Store } from "../core/store.ts";

/**
 * The secret that all keys are derived from. All who share a store share it: the first one makes it. Losing it loses the
 * entries, and nothing else.
 *
 * A process that starts while its store is away makes one for the time being, goes on asking, and takes over the one of
 * the store as soon as it is there. Nor is the store believed to keep it: one that comes back empty is given it again, and
 * if another process was quicker with one of its own, that one counts for all. What was keyed under another secret is
 * never met again; it ages out of the memory.
 */

export interface MasterKeyOptions {
  readonly store: Store;
  /** From the configuration; then nothing is asked of the store. */
  readonly given: string | undefined;
  /** What it is where the store has none. Default: drawn at random. */
  readonly first?: Uint8Array | undefined;
  readonly random: Random;
  readonly clock: Clock;
  /** The key has become another one, some time after the start: whatever remembers keys is to forget them. */
  readonly onReplaced: () => void;
}

export interface MasterKey {
  readonly key: FingerprintKey;
  /** Asks no more. */
  close(): void;
}

/** Where the store keeps it, under the tenant of the system. */
export const masterKeyName = "master-key";
/** What a store may take to hand out the secret at the start; without it, everything stored before is out of reach. */
const deadlineMs = 5_000;
const askAgainMs = 1_000;
/** How long processes that share a store may have different secrets after it lost theirs. */
const lookAgainMs = 10_000;

export async function obtainMasterKey(options: MasterKeyOptions): Promise<MasterKey> {
  const { store, given, first, random, clock, onReplaced } = options;
  if (given !== undefined) return { key: new FingerprintKey(Buffer.from(given, "utf8")), close: () => {} };
  let present = first ?? random.bytes(32);
  const key = new FingerprintKey(present);
  let cancel: CancelTimer = () => {};
  let isClosed = false;
  let isHandedOut = false;
  const ask = async (): Promise<void> => {
    try {
      const there = await withDeadline(
        store.add(systemTenant, masterKeyName, present, forGood),
        deadlineMs,
        clock,
        late,
      );
      askLater(lookAgainMs);
      if (isClosed || Buffer.compare(there, present) === 0) return;
      present = there;
      key.replace(there);
      if (isHandedOut) onReplaced();
    } catch {
      askLater(askAgainMs);
    }
  };
  const askLater = (delayMs: number): void => {
    if (!isClosed) cancel = clock.after(delayMs, () => void ask());
  };
  await ask();
  isHandedOut = true;
  return {
    key,
    close() {
      isClosed = true;
      cancel();
    },
  };
}

const forGood = { deleteAt: Number.POSITIVE_INFINITY, priority: "high" } as const;

function late(): never {
  throw new Error(`the store did not hand out the secret within ${deadlineMs} ms`);
}
