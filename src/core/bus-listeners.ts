import type { BusListener, BusMessage } from "./bus.ts";

/** Those who listen to one bus in this process. The same listener twice is two subscriptions. */
export class BusListeners {
  readonly #subscriptions = new Set<{ readonly listener: BusListener }>();

  get size(): number {
    return this.#subscriptions.size;
  }

  /** Returns what ends it. */
  add(listener: BusListener): () => void {
    const subscription = { listener };
    this.#subscriptions.add(subscription);
    return () => void this.#subscriptions.delete(subscription);
  }

  heard(messages: readonly BusMessage[]): void {
    for (const message of messages) for (const { listener } of this.#subscriptions) listener.heard(message);
  }

  missed(): void {
    for (const { listener } of this.#subscriptions) listener.missed();
  }

  clear(): void {
    this.#subscriptions.clear();
  }
}
