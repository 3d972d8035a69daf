import type { Clock } from "../../core/clock.ts";
import { withDeadline } from "../../core/deadline.ts";
import { InvalidOptionError, type RepriseError, StoreUnavailableError } from "../../core/errors.ts";
import { keyRowsAmongValues } from "../../core/key-rows.ts";
import type { SharedStore } from "../../core/shared-store.ts";
import type { MaybePromise } from "../../core/store.ts";
import { awaitedStore } from "../../stores/awaited.ts";
import { hasRootKey } from "./root-keys.ts";

/** What a store may take to say whether it is sealed. */
const deadlineMs = 1_000;
/** One that is sealed is asked no more often than this. */
const askAgainMs = 1_000;

/**
 * A master key that got lost on its way is not to be noticed by what lies in plain afterwards. A store that is away says
 * nothing, and holds nobody up: `false`, it is to be asked when it is back (`KeylessStore`).
 *
 * @throws InvalidOptionError when the store is sealed, for whoever has no master key.
 */
export async function refuseKeyless(store: SharedStore, clock: Clock): Promise<boolean> {
  const isSealed = await withDeadline(askedOf(store), deadlineMs, clock, () => undefined);
  if (isSealed === true) throw keyless();
  return isSealed !== undefined;
}

/** `undefined`: it is away. */
function askedOf(store: SharedStore): Promise<boolean | undefined> {
  return hasRootKeyIn(store).catch(() => undefined);
}

/** Rejects while it is away. */
export async function hasRootKeyIn(store: SharedStore): Promise<boolean> {
  if (store.hasKeyRows?.() === false) return false;
  const rows = store.keyRows?.() ?? keyRowsAmongValues(store, () => ({ isErased: false, notes: [] }));
  try {
    return await hasRootKey(rows);
  } finally {
    await rows.close();
  }
}

/** A store that was away at the start, for whoever has no master key: it is asked before anything is read or written there. */
export class KeylessStore {
  readonly store: SharedStore;
  readonly #asked: SharedStore;
  readonly #clock: Clock;
  readonly #onSealed: (error: RepriseError) => void;
  #isKnown = false;
  #isTold = false;
  #asking: Promise<void> | undefined;
  #refusal: { readonly error: StoreUnavailableError; readonly until: number } | undefined;

  constructor(store: SharedStore, clock: Clock, onSealed: (error: RepriseError) => void) {
    this.#asked = store;
    this.#clock = clock;
    this.#onSealed = onSealed;
    this.store = awaitedStore(store, () => this.#ready());
  }

  #ready(): MaybePromise<void> {
    if (this.#isKnown) return;
    if (this.#refusal !== undefined && this.#clock.monotonic() < this.#refusal.until)
      return Promise.reject(this.#refusal.error);
    this.#asking ??= this.#ask().finally(() => {
      this.#asking = undefined;
    });
    return this.#asking;
  }

  async #ask(): Promise<void> {
    const isSealed = await askedOf(this.#asked);
    if (isSealed === false) {
      this.#isKnown = true;
      return;
    }
    const cause = keyless();
    if (isSealed === true && !this.#isTold) {
      this.#isTold = true;
      this.#onSealed(cause);
    }
    const error =
      isSealed === undefined
        ? new StoreUnavailableError({ message: "the store cannot be asked whether it is sealed" })
        : new StoreUnavailableError({ message: "the store is sealed", cause, remedy: cause.remedy });
    if (isSealed === true) this.#refusal = { error, until: this.#clock.monotonic() + askAgainMs };
    throw error;
  }
}

function keyless(): InvalidOptionError {
  return new InvalidOptionError("security.masterKey", {
    message: "security.masterKey is missing: the store is sealed, and no master key is given.",
    remedy:
      "Give the key that the store was sealed with, as REPRISE_MASTER_KEY; or say `sealing: off` in section `security` to write in plain from now on.",
  });
}
