/**
 * A store of vectors on a server that has to compare numbers: they lie open there, and whoever wanted it so has said so.
 * The notes, which hold the questions, are sealed; a note that does not open is no match.
 */

import { lengthPrefixed } from "../core/fingerprint.ts";
import { chain } from "../core/maybe-promise.ts";
import { allOf, type Sealer } from "../core/sealer.ts";
import type { SealedPlace } from "../core/sealing.ts";
import type { MaybePromise } from "../core/store.ts";
import type { DeletedVectors, VectorItem, VectorMatch, VectorSpace, VectorStats } from "../core/vector-store.ts";
import type { CheckableVectors } from "./checkable-vectors.ts";

export class SealedNotes implements CheckableVectors {
  readonly name: string;
  readonly #store: CheckableVectors;
  readonly #sealer: Sealer;

  constructor(store: CheckableVectors, sealer: Sealer) {
    this.name = store.name;
    this.#store = store;
    this.#sealer = sealer;
  }

  put(space: VectorSpace, item: VectorItem): MaybePromise<"stored" | "declined" | "overloaded"> {
    return chain(this.#sealer.seal(placeOf(space, item.id), item.note, item.owner), (note) =>
      this.#store.put(space, { ...item, note }),
    );
  }

  nearest(space: VectorSpace, vector: Float32Array, count: number): MaybePromise<readonly VectorMatch[]> {
    return chain(this.#store.nearest(space, vector, count), (matches) =>
      chain(allOf(matches.map((match) => this.#opened(space, match))), (opened) =>
        opened.filter((match) => match !== undefined),
      ),
    );
  }

  delete(where: DeletedVectors): MaybePromise<void> {
    return this.#store.delete(where);
  }

  stats(): MaybePromise<VectorStats> {
    return this.#store.stats();
  }

  async check() {
    return (await this.#store.check?.()) ?? [];
  }

  close(): MaybePromise<void> {
    return this.#store.close();
  }

  #opened(space: VectorSpace, match: VectorMatch): MaybePromise<VectorMatch | undefined> {
    return chain(this.#sealer.open(placeOf(space, match.id), match.note), (opened) =>
      opened === undefined ? undefined : { ...match, note: opened.value },
    );
  }
}

function placeOf({ tenant, partition, model }: VectorSpace, id: string): SealedPlace {
  return { tenant, key: lengthPrefixed(["note", partition, model, id]) };
}
