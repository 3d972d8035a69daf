import type { BusMessage } from "../core/bus.ts";
import { type Clock, systemClock } from "../core/clock.ts";
import { withDeadline } from "../core/deadline.ts";
import type { Lease } from "../core/lease.ts";
import { MemoryLeases } from "../stores/memory-leases.ts";
import { countsOf, type MetricsReading, mergedReadings } from "../telemetry/metrics-reading.ts";
import type { OutOfService, PrimaryCalls, WorkerCalls } from "./calls.ts";
import type { Channel } from "./channel.ts";

/**
 * What the primary process does for its workers: it holds their leases and what is said in the relay, hands on what one
 * says to all others, and puts together what all of them count. It answers no calls itself. A worker that ends gives back
 * its leases at once, so that nobody waits for them; what it had counted stays in the sums, so that none goes back.
 */

interface Worker {
  readonly channel: Channel<WorkerCalls>;
  /** What it holds, by key. */
  readonly held: Map<string, Lease>;
  readonly watches: Map<number, () => void>;
  /** What it had counted when it was asked last. */
  metrics: MetricsReading | undefined;
}

/** How long a worker may take for an answer; one that is busy for longer is left out. */
const answerMs = 1_000;

export class Switchboard {
  readonly #clock: Clock;
  readonly #leases: MemoryLeases;
  /** When each number had no worker last. */
  readonly #absentSince = new Map<number, number>();
  /** By number, from 1. */
  readonly #workers = new Map<number, Worker>();
  #departed: MetricsReading | undefined;

  constructor({ size, clock = systemClock }: { readonly size: number; readonly clock?: Clock }) {
    this.#clock = clock;
    for (let number = 1; number <= size; number++) this.#absentSince.set(number, clock.now());
    this.#leases = new MemoryLeases(clock);
  }

  /** Serves the worker of this number until its channel is closed. */
  connect(number: number, channel: Channel<WorkerCalls>): void {
    const worker: Worker = { channel, held: new Map(), watches: new Map(), metrics: undefined };
    this.#workers.set(number, worker);
    channel.answer(this.#callsOf(worker) satisfies PrimaryCalls);
    channel.onClosed(() => {
      this.#workers.delete(number);
      this.#absentSince.set(number, this.#clock.now());
      for (const stop of worker.watches.values()) stop();
      for (const lease of worker.held.values()) this.#giveBack(lease);
      if (worker.metrics === undefined) return;
      this.#departed = mergedReadings([...(this.#departed ? [this.#departed] : []), countsOf(worker.metrics)]);
    });
  }

  #callsOf(worker: Worker): PrimaryCalls {
    const leases = this.#leases;
    const { relay } = leases;
    return {
      acquire: async (key, holdMs) => {
        const got = await leases.acquire(key, holdMs);
        if (got.won) this.#keep(worker, got.lease);
        return got;
      },
      renew: (lease, holdMs) => leases.renew(lease, holdMs),
      release: (lease, afterMs) => {
        worker.held.delete(lease.key);
        return leases.release(lease, afterMs);
      },
      holder: (key) => leases.holder(key),
      // A frame is a view of all that was read from the channel at once; kept for a while, it keeps only itself.
      append: (lease, frames, keepMs) =>
        relay.append(
          lease,
          frames.map((frame) => new Uint8Array(frame)),
          keepMs,
        ),
      read: (lease, position) => relay.read(lease, position),
      hasAudience: (lease) => relay.hasAudience(lease),
      watch: (watch, lease) => {
        const stop = relay.watch(lease, () => worker.channel.tell("wake", watch));
        worker.watches.set(watch, stop);
      },
      unwatch: (watch) => {
        worker.watches.get(watch)?.();
        worker.watches.delete(watch);
      },
      publish: (messages) => this.#publish(worker, messages),
      allMetrics: () => this.#metrics(),
      allUnavailable: () => this.#unavailable(),
    };
  }

  /** One whose channel has closed meanwhile has nothing any more. */
  #keep({ channel, held }: Worker, lease: Lease): void {
    if (channel.isClosed) this.#giveBack(lease);
    else held.set(lease.key, lease);
  }

  /** In place of its holder. Nothing is said in the relay, but whoever waits for that looks, and finds the lease free. */
  #giveBack(lease: Lease): void {
    void this.#leases.release(lease);
    void this.#leases.relay.append(lease, [], 0);
  }

  /** One that does not answer in time is too busy to serve anything; it hears it before it does. */
  async #publish(speaker: Worker, messages: readonly BusMessage[]): Promise<void> {
    const others = [...this.#workers.values()].filter((worker) => worker !== speaker);
    await Promise.all(others.map(({ channel }) => this.#answered(channel.ask("heard", messages))));
  }

  async #metrics(): Promise<MetricsReading> {
    const readings = await Promise.all(
      [...this.#workers.values()].map(async (worker) => {
        worker.metrics = (await this.#answered(worker.channel.ask("metrics"))) ?? worker.metrics;
        return worker;
      }),
    );
    // One that ended meanwhile is among the departed by now.
    const present = readings.flatMap(({ channel, metrics }) => (channel.isClosed || !metrics ? [] : [metrics]));
    return mergedReadings([...(this.#departed ? [this.#departed] : []), ...present]);
  }

  /** Each by its name, since it was first so at one of them. */
  async #unavailable(): Promise<readonly OutOfService[]> {
    const told = await Promise.all(
      [...this.#absentSince].map(async ([number, absentSince]) => {
        const worker = this.#workers.get(number);
        const answer = worker && (await this.#answered(worker.channel.ask("unavailable")));
        return answer ?? [{ name: `worker ${number}`, since: absentSince }];
      }),
    );
    const since = new Map<string, number>();
    for (const one of told.flat()) since.set(one.name, Math.min(one.since, since.get(one.name) ?? one.since));
    return [...since].map(([name, at]) => ({ name, since: at }));
  }

  async #answered<T>(answer: Promise<T>): Promise<T | undefined> {
    try {
      return await withDeadline<T | undefined>(answer, answerMs, this.#clock, () => undefined);
    } catch {
      return undefined;
    }
  }
}
