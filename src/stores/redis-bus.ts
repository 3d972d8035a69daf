/**
 * The bus over Redis: one channel for all processes of a deployment. What is said while a process is not connected it
 * never hears; then `missed` is called, and it looks at its copies again. Messages of another program, or of a later
 * version, are counted and otherwise ignored.
 */

import type { Bus, BusListener, BusMessage } from "../core/bus.ts";
import { BusListeners } from "../core/bus-listeners.ts";
import { readBusText, writeBusText } from "../core/bus-text.ts";
import type { Random } from "../core/clock.ts";
import type { RedisChannels } from "./redis-channels.ts";

/** A page of an invalidation that names very many things; each is a reply that the server holds for every listener. */
const mostInOne = 500;

export class RedisBus implements Bus {
  readonly name = "redis";
  /** Messages that were not understood. */
  ignored = 0;
  readonly #channels: RedisChannels;
  readonly #id: string;
  readonly #listeners = new BusListeners();
  #stop: (() => void) | undefined;

  constructor(channels: RedisChannels, random: Random) {
    this.#channels = channels;
    this.#id = Buffer.from(random.bytes(12)).toString("base64url");
  }

  async publish(messages: readonly BusMessage[]): Promise<void> {
    const pages: Promise<void>[] = [];
    for (let from = 0; from < messages.length; from += mostInOne) {
      const text = writeBusText({ from: this.#id, messages: messages.slice(from, from + mostInOne) });
      pages.push(this.#channels.publish(this.#channels.common, text));
    }
    await Promise.all(pages);
  }

  subscribe(listener: BusListener): () => void {
    const leave = this.#listeners.add(listener);
    this.#stop ??= this.#channels.listen(this.#channels.common, {
      heard: (payload) => this.#hear(payload.toString("utf8")),
      begun: (isAgain) => {
        if (isAgain) this.#listeners.missed();
      },
    });
    return () => {
      leave();
      if (this.#listeners.size === 0) this.#end();
    };
  }

  close(): void {
    this.#listeners.clear();
    this.#end();
  }

  #end(): void {
    this.#stop?.();
    this.#stop = undefined;
  }

  #hear(text: string): void {
    const said = readBusText(text);
    if (said === undefined) this.ignored += 1;
    if (said === undefined || said.from === this.#id) return;
    this.#listeners.heard(said.messages);
  }
}
