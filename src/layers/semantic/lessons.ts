import type { Clock } from "../../core/clock.ts";
import { StoreUnavailableError } from "../../core/errors.ts";
import type { Store } from "../../core/store.ts";
import { type Evidence, learntKey, readEvidence, withMarks, writeEvidence } from "./learnt.ts";

/** What became known of entries, changed where it is kept: one change after the other for each entry. */

/** Longer than most answers, since one that is computed anew stands under the same slot. */
const keptForMs = 30 * 24 * 60 * 60 * 1000;

export class Lessons {
  readonly #store: Store;
  readonly #clock: Clock;
  readonly #updates = new Map<string, Promise<void>>();

  constructor({ store, clock }: { readonly store: Store; readonly clock: Clock }) {
    this.#store = store;
    this.#clock = clock;
  }

  /**
   * `marks`: whose it is. Rejects with `StoreUnavailableError` where it cannot be known that the change is kept: nothing was
   * overwritten then.
   */
  update(
    tenant: string,
    slot: string,
    change: (evidence: Evidence) => Evidence,
    marks: readonly string[] | undefined,
  ): Promise<void> {
    const place = `${tenant} ${slot}`;
    const marked = (evidence: Evidence): Evidence => (marks === undefined ? evidence : withMarks(evidence, marks));
    const next = (): Promise<void> => this.#change(tenant, slot, (evidence) => marked(change(evidence)));
    const updating = (this.#updates.get(place) ?? Promise.resolve()).then(next, next);
    this.#updates.set(place, updating);
    const done = (): void => {
      if (this.#updates.get(place) === updating) this.#updates.delete(place);
    };
    updating.then(done, done);
    return updating;
  }

  async #change(tenant: string, slot: string, change: (evidence: Evidence) => Evidence): Promise<void> {
    const key = learntKey(slot);
    try {
      const [bytes] = await this.#store.get(tenant, [key]);
      const evidence = writeEvidence(change(readEvidence(bytes)));
      const options = { deleteAt: this.#clock.now() + keptForMs, priority: "low" } as const;
      if ((await this.#store.set(tenant, key, evidence, options)) === "stored") return;
    } catch (cause) {
      throw notKept(cause);
    }
    throw notKept();
  }
}

function notKept(cause?: unknown): StoreUnavailableError {
  return new StoreUnavailableError({
    message: "The store did not take what is to be remembered of the answer.",
    remedy: "Report it once more when the store is well.",
    cause,
  });
}
