/** A bus within one process: for the processes that this one speaks for, and as the measure of what every other does. */

import type { Bus, BusListener, BusMessage } from "../core/bus.ts";
import { BusListeners } from "../core/bus-listeners.ts";

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
  readonly #listeners = new BusListeners();

  constructor(members: Set<MemoryBus>) {
    this.#members = members;
  }

  publish(messages: readonly BusMessage[]): void {
    for (const member of this.#members) if (member !== this) member.#listeners.heard(messages);
  }

  subscribe(listener: BusListener): () => void {
    return this.#listeners.add(listener);
  }

  close(): void {
    this.#members.delete(this);
    this.#listeners.clear();
  }
}
