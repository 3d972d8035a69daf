import type { Bus } from "../core/bus.ts";
import type { Leases } from "../core/lease.ts";
import type { MetricsReading } from "../telemetry/metrics-reading.ts";
import type { OutOfService, PrimaryCalls, WorkerCalls } from "./calls.ts";
import type { Channel } from "./channel.ts";
import { ChannelBus } from "./channel-bus.ts";
import { ChannelLeases } from "./channel-leases.ts";

/** The other workers on this machine, as a worker has them. */
export interface Peers {
  readonly bus: Bus;
  readonly leases: Leases;
  /** Resolves when all others have heard what this one has published until now, or cannot hear it. */
  heard(): Promise<void>;
  /** What this worker says for itself when one of them is asked for all. */
  answer(own: Pick<WorkerCalls, "metrics" | "unavailable">): void;
  /** Of all workers together. Rejects when the primary process is gone. */
  metrics(): Promise<MetricsReading>;
  /** What is out of service at any of them. Rejects when the primary process is gone. */
  unavailable(): Promise<readonly OutOfService[]>;
}

export function peersOver(channel: Channel<PrimaryCalls>): Peers {
  const bus = new ChannelBus(channel);
  return {
    bus,
    leases: new ChannelLeases(channel),
    heard: () => bus.heard(),
    answer({ metrics, unavailable }) {
      channel.answer({ metrics, unavailable });
    },
    metrics: () => channel.ask("allMetrics"),
    unavailable: () => channel.ask("allUnavailable"),
  };
}
