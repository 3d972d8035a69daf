import type { Acquisition, Lease, Leases, Relay } from "../core/lease.ts";
import type { PrimaryCalls } from "./calls.ts";
import type { Channel } from "./channel.ts";

/**
 * The leases of one machine as a worker has them: they and what is said in their relay are in the memory of the primary
 * process. When that is gone, nothing can be had any more, and each worker computes for itself.
 */
export class ChannelLeases implements Leases {
  readonly name = "workers";
  readonly relay: Relay;
  readonly #channel: Channel<PrimaryCalls>;
  readonly #watches = new Map<number, () => void>();
  #count = 0;

  constructor(channel: Channel<PrimaryCalls>) {
    this.#channel = channel;
    channel.answer({ wake: (watch: number) => this.#watches.get(watch)?.() });
    channel.onClosed(() => {
      // Whoever waits looks, and is told.
      for (const wake of this.#watches.values()) wake();
    });
    this.relay = {
      append: (lease, frames, keepMs) => channel.ask("append", lease, frames, keepMs),
      read: (lease, position) => channel.ask("read", lease, position),
      watch: (lease, wake) => this.#watch(lease, wake),
      hasAudience: (lease) => channel.ask("hasAudience", lease),
    };
  }

  acquire(key: string, holdMs: number): Promise<Acquisition> {
    return this.#channel.ask("acquire", key, holdMs);
  }

  renew(lease: Lease, holdMs: number): Promise<boolean> {
    return this.#channel.ask("renew", lease, holdMs);
  }

  release(lease: Lease, afterMs?: number): Promise<void> {
    return this.#channel.ask("release", lease, afterMs);
  }

  holder(key: string): Promise<number | undefined> {
    return this.#channel.ask("holder", key);
  }

  async close(): Promise<void> {
    for (const watch of [...this.#watches.keys()]) this.#unwatch(watch);
  }

  #watch(lease: Lease, wake: () => void): () => void {
    const watch = ++this.#count;
    this.#watches.set(watch, wake);
    this.#channel.tell("watch", watch, lease);
    return () => this.#unwatch(watch);
  }

  #unwatch(watch: number): void {
    if (this.#watches.delete(watch)) this.#channel.tell("unwatch", watch);
  }
}
