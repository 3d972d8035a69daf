import type { Clock } from "../../../core/clock.ts";
import type { TraceEvent } from "../../../core/trace.ts";

/**
 * Parts that are heard of only when something goes wrong with them: bus, leases, embedder, vectors, judge. One that was
 * not heard of for a while is taken to be well again.
 */

export type PartName = "bus" | "leases" | "embedder" | "vectors" | "judge";

export interface PartRecord {
  readonly state: "ok" | "failing";
  /** The first fault of those that go on, or the last one when they are over; milliseconds since the epoch. */
  readonly since: number | undefined;
  readonly faults: number;
}

interface Faults {
  faults: number;
  firstAt: number;
  lastAt: number;
}

const partOf: Partial<Record<TraceEvent["type"], PartName>> = {
  "bus-fault": "bus",
  "lease-fault": "leases",
  "embedder-fault": "embedder",
  "vector-fault": "vectors",
  "judge-fault": "judge",
};

/** Faults that are further apart are not one trouble. */
export const troubleMs = 60_000;

export class PartWatch {
  readonly #clock: Clock;
  readonly #parts = new Map<PartName, Faults>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  hear({ type }: TraceEvent): void {
    const name = partOf[type];
    if (name === undefined) return;
    const now = this.#clock.now();
    const known = this.#parts.get(name) ?? { faults: 0, firstAt: now, lastAt: now };
    if (now - known.lastAt > troubleMs) known.firstAt = now;
    known.faults += 1;
    known.lastAt = now;
    this.#parts.set(name, known);
  }

  of(name: PartName): PartRecord {
    const known = this.#parts.get(name);
    if (known === undefined) return { state: "ok", since: undefined, faults: 0 };
    const { faults, firstAt, lastAt } = known;
    const isOver = this.#clock.now() - lastAt > troubleMs;
    return isOver ? { state: "ok", since: lastAt, faults } : { state: "failing", since: firstAt, faults };
  }
}
