/**
 * How many keys the calls of one prefix are spread over. A provider sends calls of one prefix and key to one machine, and
 * those beyond what it takes in a minute to others, which have kept nothing. So each key gets no more than that; all calls
 * of a conversation have the same one. The number of keys is a power of two, and is halved only when half of it would
 * do with room to spare: with each change a part of the conversations begins anew.
 */

const minuteMs = 60_000;
const mostPrefixes = 1_000;
const mostShards = 1_024;

interface Rate {
  /** Of this minute. */
  minute: number;
  calls: number;
  shards: number;
}

export class KeyShards {
  readonly #callsOfKey: number;
  readonly #rates = new Map<string, Rate>();

  constructor(callsOfKey: number) {
    this.#callsOfKey = callsOfKey;
  }

  /** Counts a call. `conversation`: a digest. */
  shardOf(prefix: string, conversation: string, now: number): number {
    const minute = Math.floor(now / minuteMs);
    let rate = this.#rates.get(prefix);
    this.#rates.delete(prefix);
    rate ??= { minute, calls: 0, shards: 1 };
    this.#rates.set(prefix, rate);
    if (this.#rates.size > mostPrefixes) this.#rates.delete(this.#rates.keys().next().value as string);
    if (rate.minute !== minute) {
      const isIdle = minute - rate.minute > 1 || rate.calls < (rate.shards * this.#callsOfKey) / 4;
      if (isIdle && rate.shards > 1) rate.shards /= 2;
      rate.minute = minute;
      rate.calls = 0;
    }
    rate.calls++;
    while (rate.calls > rate.shards * this.#callsOfKey && rate.shards < mostShards) rate.shards *= 2;
    return hashOf(conversation) % rate.shards;
  }
}

/** FNV-1a. */
function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let place = 0; place < text.length; place++) hash = Math.imul(hash ^ text.charCodeAt(place), 0x01000193);
  return hash >>> 0;
}
