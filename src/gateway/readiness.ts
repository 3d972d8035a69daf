import type { Clock } from "../core/clock.ts";
import { systemTenant } from "../core/scopes.ts";
import type { MaybePromise } from "../core/store.ts";
import type { GuardedStores } from "../storage/storage.ts";
import { entriesOf } from "../stores/store-with-expiry.ts";

/** A store that is not there, and the instant at which that was noticed first. */
export interface Unavailable {
  readonly name: string;
  readonly since: number;
}

/**
 * Which stores are not there. Each is asked now, within its deadline: a gateway that has just started, or has nothing to
 * do, would otherwise not know that its store is away, nor that it is back.
 */
export class Readiness {
  readonly #stores: readonly GuardedStores[];
  readonly #clock: Clock;
  readonly #since = new Map<string, number>();

  constructor(stores: readonly GuardedStores[], clock: Clock) {
    this.#stores = stores;
    this.#clock = clock;
  }

  async unavailable(): Promise<readonly Unavailable[]> {
    const judged = this.#stores.map(async (one) => this.#judged(one, await isThere(one)));
    return (await Promise.all(judged)).flat();
  }

  /** A circuit breaker has changed: nobody need have asked for that to be known. */
  noticed(): void {
    for (const one of this.#stores) this.#judged(one, one.available());
  }

  #judged({ store: { name } }: GuardedStores, isThere: boolean): readonly Unavailable[] {
    if (isThere) this.#since.delete(name);
    if (isThere) return [];
    const since = this.#since.get(name) ?? this.#clock.now();
    this.#since.set(name, since);
    return [{ name, since }];
  }
}

async function isThere({ store, available }: GuardedStores): Promise<boolean> {
  if (!(await answers(() => entriesOf(store, systemTenant, [nobody])))) return false;
  // Reading works. Whether writing does again is found out by the next write, and that may be a long time.
  if (!available()) await answers(() => store.delete(systemTenant, nobody));
  return available();
}

/** A key that nothing is stored under. */
const nobody = "ready";

async function answers(call: () => MaybePromise<unknown>): Promise<boolean> {
  try {
    await call();
    return true;
  } catch {
    return false;
  }
}
