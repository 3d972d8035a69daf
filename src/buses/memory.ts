/** A bus within one process: for the processes that this one speaks for, and as the measure of what every other does. */

import type { Bus, BusListener, BusMessage } from "../core/bus.ts";

export class MemoryBusHub {
  readonly #members = new Set<MemoryBus>();

  /** One more that speaks and hears. */
  join(): Bus {
    const bus = new MemoryBus(this.#members);
    this.#members.add(bus);
    return bus;
  }
}

class MemoryBus implements Bus {
  readonly name = "memory";
  readonly #members: Set<MemoryBus>;
  readonly #listeners = new Set<BusListener>();

  constructor(members: Set<MemoryBus>) {
    this.#members = members;
  }

  publish(messages: readonly BusMessage[]): void {
    for (const member of this.#members) if (member !== this) member.#hear(messages);
  }

  subscribe(listener: BusListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  close(): void {
    this.#members.delete(this);
    this.#listeners.clear();
  }

  #hear(messages: readonly BusMessage[]): void {
    for (const message of messages) for (const listener of this.#listeners) listener.heard(message);
  }
}
