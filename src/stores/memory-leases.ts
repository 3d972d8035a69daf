/**
 * Leases and their relay in the memory of one process: for the processes that this one speaks for, and as the measure of
 * what every other driver does.
 */

import { type Clock, systemClock } from "../core/clock.ts";
import { type Acquisition, audienceMs, type Lease, type Leases, type Relay, type RelayPage } from "../core/lease.ts";

interface Held {
  readonly fence: number;
  until: number;
}

interface Channel {
  readonly frames: Uint8Array[];
  readonly watchers: Set<() => void>;
  until: number;
  audienceUntil: number;
}

/** Keys and channels that ended are looked for after this many new ones, or so much that was said. */
const sweepEvery = 1_000;
const sweepEveryBytes = 16 * 1024 * 1024;

export class MemoryLeases implements Leases {
  readonly name = "memory";
  readonly relay: Relay;
  readonly #clock: Clock;
  readonly #held = new Map<string, Held>();
  readonly #channels = new Map<string, Channel>();
  #fence = 0;
  #untilSweep = sweepEvery;
  #bytesUntilSweep = sweepEveryBytes;

  constructor(clock: Clock = systemClock) {
    this.#clock = clock;
    this.relay = {
      append: async (lease, frames, keepMs) => this.#append(lease, frames, keepMs),
      read: async (lease, position) => this.#read(lease, position),
      watch: (lease, wake) => this.#watch(lease, wake),
      hasAudience: async (lease) => this.#channel(lease).audienceUntil > this.#clock.monotonic(),
    };
  }

  async acquire(key: string, holdMs: number): Promise<Acquisition> {
    const held = this.#current(key);
    if (held !== undefined) return { won: false, fence: held.fence };
    this.#sweep();
    const fence = ++this.#fence;
    this.#held.set(key, { fence, until: this.#clock.monotonic() + holdMs });
    return { won: true, lease: { key, fence } };
  }

  async renew({ key, fence }: Lease, holdMs: number): Promise<boolean> {
    const held = this.#current(key);
    if (held?.fence !== fence) return false;
    held.until = this.#clock.monotonic() + holdMs;
    return true;
  }

  async release({ key, fence }: Lease, afterMs = 0): Promise<void> {
    const held = this.#current(key);
    if (held?.fence !== fence) return;
    if (afterMs > 0) held.until = this.#clock.monotonic() + afterMs;
    else this.#held.delete(key);
  }

  async holder(key: string): Promise<number | undefined> {
    return this.#current(key)?.fence;
  }

  async close(): Promise<void> {
    this.#held.clear();
    this.#channels.clear();
  }

  #current(key: string): Held | undefined {
    const held = this.#held.get(key);
    if (held === undefined || held.until > this.#clock.monotonic()) return held;
    this.#held.delete(key);
    return undefined;
  }

  #append(lease: Lease, frames: readonly Uint8Array[], keepMs: number): void {
    const channel = this.#channel(lease);
    channel.frames.push(...frames);
    channel.until = this.#clock.monotonic() + keepMs;
    for (const frame of frames) this.#bytesUntilSweep -= frame.byteLength;
    for (const wake of channel.watchers) wake();
  }

  #read(lease: Lease, position: string | undefined): RelayPage {
    const channel = this.#channel(lease);
    channel.audienceUntil = this.#clock.monotonic() + audienceMs;
    return { frames: channel.frames.slice(Number(position ?? 0)), position: String(channel.frames.length) };
  }

  #watch(lease: Lease, wake: () => void): () => void {
    const { watchers } = this.#channel(lease);
    watchers.add(wake);
    return () => watchers.delete(wake);
  }

  #channel({ key, fence }: Lease): Channel {
    const name = `${fence}:${key}`;
    let channel = this.#channels.get(name);
    if (channel === undefined) {
      channel = { frames: [], watchers: new Set(), until: this.#clock.monotonic() + audienceMs, audienceUntil: 0 };
      this.#channels.set(name, channel);
    }
    return channel;
  }

  #sweep(): void {
    if (--this.#untilSweep > 0 && this.#bytesUntilSweep > 0) return;
    this.#untilSweep = sweepEvery;
    this.#bytesUntilSweep = sweepEveryBytes;
    const now = this.#clock.monotonic();
    for (const [key, held] of this.#held) if (held.until <= now) this.#held.delete(key);
    for (const [name, channel] of this.#channels)
      if (Math.max(channel.until, channel.audienceUntil) <= now && channel.watchers.size === 0)
        this.#channels.delete(name);
  }
}
