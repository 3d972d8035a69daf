import type { BusMessage } from "../core/bus.ts";
import type { Acquisition, Lease, RelayPage } from "../core/lease.ts";
import type { MetricsReading } from "../telemetry/metrics-reading.ts";

/** What workers and the primary process ask of each other. */

/** A part that is out of service: a store, or a worker. */
export interface OutOfService {
  readonly name: string;
  /** Milliseconds since the epoch. */
  readonly since: number;
}

/** What a worker asks of the primary. */
export interface PrimaryCalls {
  acquire(key: string, holdMs: number): Promise<Acquisition>;
  renew(lease: Lease, holdMs: number): Promise<boolean>;
  release(lease: Lease, afterMs: number | undefined): Promise<void>;
  holder(key: string): Promise<number | undefined>;
  append(lease: Lease, frames: readonly Uint8Array[], keepMs: number): Promise<void>;
  read(lease: Lease, position: string | undefined): Promise<RelayPage>;
  hasAudience(lease: Lease): Promise<boolean>;
  /** `watch`: a number of the worker's own, by which it is woken. */
  watch(watch: number, lease: Lease): void;
  unwatch(watch: number): void;
  /** Answered when all others have heard it, and what they hear is in force with them. */
  publish(messages: readonly BusMessage[]): Promise<void>;
  /** Of all workers together. */
  allMetrics(): Promise<MetricsReading>;
  /** What is out of service at any worker, workers that do not answer included. */
  allUnavailable(): Promise<readonly OutOfService[]>;
}

/** What the primary asks of a worker. */
export interface WorkerCalls {
  heard(messages: readonly BusMessage[]): void;
  wake(watch: number): void;
  metrics(): Promise<MetricsReading>;
  unavailable(): Promise<readonly OutOfService[]>;
}
