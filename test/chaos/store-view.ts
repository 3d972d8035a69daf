import type { SharedStore } from "../../src/core/shared-store.ts";

/** The values of one store, and only of what else belongs to stores what is named. Closing it closes the store. */
export function valuesOf(store: SharedStore, others: Pick<SharedStore, "bus" | "leases"> = {}): SharedStore {
  return {
    name: store.name,
    get: (...given) => store.get(...given),
    set: (...given) => store.set(...given),
    add: (...given) => store.add(...given),
    delete: (...given) => store.delete(...given),
    stats: () => store.stats(),
    close: () => store.close(),
    onInterrupted: (changed) => store.onInterrupted?.(changed) ?? (() => {}),
    ...others,
  };
}
