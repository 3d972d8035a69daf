import type { Bus, BusListener, BusMessage } from "../core/bus.ts";
import { BusListeners } from "../core/bus-listeners.ts";
import type { PrimaryCalls } from "./calls.ts";
import type { Channel } from "./channel.ts";

/**
 * The bus between the workers of one machine, as a worker has it. What is published has been heard by all others when
 * `publish` resolves. There is no `missed`: the channel carries everything in order until one of its ends is gone.
 */
export class ChannelBus implements Bus {
  readonly name = "workers";
  readonly #channel: Channel<PrimaryCalls>;
  readonly #listeners = new BusListeners();
  readonly #hearing = new Set<Promise<void>>();

  constructor(channel: Channel<PrimaryCalls>) {
    this.#channel = channel;
    channel.answer({
      heard: (messages: readonly BusMessage[]) => this.#listeners.heard(messages.map(owned)),
    });
  }

  async publish(messages: readonly BusMessage[]): Promise<void> {
    if (messages.length === 0) return;
    const hearing = this.#channel.ask("publish", messages).finally(() => this.#hearing.delete(hearing));
    this.#hearing.add(hearing);
    await hearing;
  }

  /** Resolves when all others have heard what was published until now, or cannot hear it. */
  async heard(): Promise<void> {
    await Promise.allSettled(this.#hearing);
  }

  subscribe(listener: BusListener): () => void {
    return this.#listeners.add(listener);
  }

  close(): void {
    this.#listeners.clear();
  }
}

/** What is read from a channel is a view of all that was read with it, which a small token is not to keep in memory. */
function owned(message: BusMessage): BusMessage {
  if (message.kind !== "renewed") return message;
  const { token, before } = message;
  return { ...message, token: new Uint8Array(token), before: before && new Uint8Array(before) };
}
