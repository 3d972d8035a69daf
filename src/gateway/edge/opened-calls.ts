import type { Clock } from "../../core/clock.ts";
import { withDeadline } from "../../core/deadline.ts";
import { StoreUnavailableError } from "../../core/errors.ts";
import { contentDigest } from "../../core/fingerprint.ts";
import { systemTenant } from "../../core/scopes.ts";
import type { MaybePromise, Store } from "../../core/store.ts";
import type { Settings } from "../../options.ts";

/**
 * Twins of calls that policy opened may be in caches in front. When other calls are opened than before, by a reload or by a
 * start with another configuration, those caches are to forget them all: rules fit calls, so nobody knows whose twins are
 * closed now. What is still open they get from the gateway, which has it. What was opened last is remembered in the store.
 */

export interface OpenedCallsParts {
  readonly store: Pick<Store, "get" | "set">;
  readonly clock: Clock;
  /** Resolves when it is sure that caches will forget all twins. */
  readonly forget: () => Promise<void>;
}

export type OpeningSettings = Pick<Settings, "layers" | "rules">;

const key = "edge-opened";
const forGood = { deleteAt: Number.POSITIVE_INFINITY, priority: "high" } as const;
const nothing = "nothing";
/** A store that takes longer is away. */
const storeMs = 2_000;

export class OpenedCalls {
  readonly #parts: OpenedCallsParts;
  #opened: string | undefined;
  #following: Promise<void> = Promise.resolve();

  constructor(parts: OpenedCallsParts) {
    this.#parts = parts;
  }

  /** From now on these calls are opened. Never rejects. */
  follow(settings: OpeningSettings): Promise<void> {
    this.#following = this.#following.then(() => this.#follow(settings)).catch(() => {});
    return this.#following;
  }

  async #follow(settings: OpeningSettings): Promise<void> {
    const { store, forget } = this.#parts;
    const hasCaches = Object.keys(settings.layers.edge.purge).length > 0;
    const before = this.#opened ?? (hasCaches ? await this.#remembered() : undefined);
    const opened = openedBy(settings);
    this.#opened = opened;
    if (before === opened || !hasCaches) return;
    if (before !== undefined && before !== nothing) await forget();
    if (before === undefined && opened === nothing) return;
    // Only now: should this process end before, the next one finds that something is to be forgotten.
    await this.#inTime(store.set(systemTenant, key, Buffer.from(opened), forGood));
  }

  /** `undefined` where nothing was ever opened. A store that is away may know of anything. */
  async #remembered(): Promise<string | undefined> {
    try {
      const [value] = await this.#inTime(this.#parts.store.get(systemTenant, [key]));
      return value && Buffer.from(value).toString();
    } catch {
      return "unknown";
    }
  }

  #inTime<T>(answer: MaybePromise<T>): MaybePromise<T> {
    return withDeadline(answer, storeMs, this.#parts.clock, () => {
      throw new StoreUnavailableError({ message: `the store did not answer within ${storeMs} ms` });
    });
  }
}

/** The same for the same settings of what opens calls, and `nothing` where none does. */
function openedBy({ layers: { edge, exact }, rules }: OpeningSettings): string {
  const opens = (access: string | undefined) => access !== undefined && access !== "off";
  if (!opens(edge.twins) && !rules.some((rule) => opens(rule.edge))) return nothing;
  const deciding = rules.filter((rule) => rule.edge !== undefined || rule.perUser !== undefined);
  const said = deciding.map(({ match, edge, perUser }) => ({ match, edge, perUser }));
  return contentDigest(JSON.stringify([edge.twins, exact.perUser, said]));
}
