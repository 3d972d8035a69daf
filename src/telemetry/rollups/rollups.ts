import type { CancelTimer, Clock, Random } from "../../core/clock.ts";
import { withDeadline } from "../../core/deadline.ts";
import { entryId, readEntryId } from "../../core/entry-id.ts";
import type { Store } from "../../core/store.ts";
import type { Trace, TraceEvent } from "../../core/trace.ts";
import { Bookings } from "./bookings.ts";
import { OriginTimes } from "./origin-times.ts";
import { periods, readWindow, startOf, stepFor } from "./periods.ts";
import { Rollup } from "./rollup.ts";
import { type RollupReading, readRollups } from "./rollup-reader.ts";
import { RollupWriter } from "./rollup-writer.ts";
import { reportOf } from "./stats.ts";
import type { StatsReport, Step, TimeseriesReport } from "./stats-report.ts";
import { timeseriesOf } from "./timeseries.ts";

/**
 * What it saves, lasting. Each event is added to what was counted since the last tick, and that is all a call has to do
 * with it. A tick comes every few seconds while there is something to write, and at the end of each minute, so that what
 * was counted between two of them belongs to one minute: it is added to the rows of its minute, hour and day, and they
 * are written to the store. A process that is killed loses what came after its last tick.
 */

export const tickMs = 5_000;
const closeDeadlineMs = 4_000;
/** What a report waits for the rows of this process to be written; those it reads are in memory anyway. */
const readWaitMs = 1_000;

export interface RollupsParts {
  /** Where rows are kept, for all who share it. Without it nothing is counted, and savings can only be taken back. */
  readonly store: Store | undefined;
  readonly clock: Clock;
  readonly random: Random;
  /** Hears what was taken back. */
  readonly trace: Trace;
}

export class Rollups {
  /** The name of this process among the rows; another one after every start. */
  readonly node: string;
  readonly #parts: RollupsParts;
  readonly #times = new OriginTimes();
  readonly #bookings: Bookings;
  readonly #writer: RollupWriter | undefined;
  readonly #startedAt: number;
  /** Up to the last tick. */
  readonly #all = new Rollup();
  #counted = new Rollup();
  #isCounting = false;
  #countedAt = 0;
  #cancel: CancelTimer | undefined;
  #closed = false;

  constructor(parts: RollupsParts) {
    const { store, clock, random } = parts;
    this.#parts = parts;
    this.node = Buffer.from(random.bytes(9)).toString("base64url");
    this.#startedAt = clock.now();
    this.#bookings = new Bookings(parts);
    this.#writer = store && new RollupWriter({ store, clock, node: this.node });
  }

  hear(event: TraceEvent): void {
    // Told of every call, and not counted here.
    if (event.type === "lookup-end") return;
    if (event.type === "origin-end") {
      this.#times.hear(event);
      return;
    }
    let timeMs: number | undefined;
    if (event.type === "saving") {
      timeMs = this.#times.saved(event.model, event.time);
      if (event.entry !== undefined) this.#bookings.note(event.entry, event, timeMs);
    }
    if (this.#writer === undefined) return;
    if (this.#counted.hear(event, timeMs) && !this.#isCounting) this.#begin();
  }

  /** An answer was reported as wrong. */
  async undo(entry: string): Promise<void> {
    const place = readEntryId(entry);
    // The same id can be escaped in several ways.
    if (place !== undefined) await this.#bookings.undo(entryId(place.tenant, place.slot, place.question));
    this.#tickLater();
  }

  /** `window`: as `readWindow` takes it; without it, of this process since it started. */
  async stats(window?: string): Promise<StatsReport> {
    const { clock } = this.#parts;
    const until = clock.now();
    const windowMs = window === undefined ? undefined : readWindow(window);
    if (window === undefined || windowMs === undefined) {
      this.#gather();
      const told = { window: null, step: null, nodes: [this.node], complete: this.#writer !== undefined };
      return reportOf(this.#all, { ...told, since: this.#startedAt, until });
    }
    const step = stepFor(windowMs);
    const since = startOf(step, until - windowMs);
    const reading = await this.#read(step, since, until);
    const sum = new Rollup();
    for (const rollup of reading.periods.values()) sum.merge(rollup);
    const { nodes, complete } = reading;
    return reportOf(sum, { window, step, nodes, complete, since, until });
  }

  /** `metric`: one of `timeseriesMetrics`. `step` must reach as far as the window; see `assertReaches`. */
  async timeseries(asked: {
    readonly metric: string;
    readonly window: string;
    readonly step: Step | undefined;
  }): Promise<TimeseriesReport> {
    const { metric, window } = asked;
    const windowMs = readWindow(window) ?? periods.hour.lengthMs;
    const step = asked.step ?? stepFor(windowMs);
    const until = this.#parts.clock.now();
    const since = startOf(step, until - windowMs);
    return timeseriesOf(await this.#read(step, since, until), { metric, window, step, since, until });
  }

  /** Writes what is counted; gives up on a store that is away. Nothing is to be heard any more afterwards. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#cancel?.();
    const { clock } = this.#parts;
    const writing = this.#write().then(() => this.#write());
    await withDeadline(writing, closeDeadlineMs, clock, () => {});
  }

  #begin(): void {
    this.#isCounting = true;
    this.#countedAt = this.#parts.clock.now();
    this.#tickLater();
  }

  #tickLater(): void {
    if (this.#cancel !== undefined || this.#closed || this.#writer === undefined) return;
    const { clock } = this.#parts;
    const now = clock.now();
    const endOfMinute = startOf("minute", now) + periods.minute.lengthMs;
    this.#cancel = clock.after(Math.min(tickMs, endOfMinute - now), () => {
      this.#cancel = undefined;
      void this.#tick();
    });
  }

  async #tick(): Promise<void> {
    await this.#write();
    if (this.#isCounting || this.#writer?.isBehind === true || this.#bookings.isBehind) this.#tickLater();
  }

  /** Never rejects. */
  async #write(): Promise<void> {
    this.#gather();
    await Promise.all([this.#bookings.write(), this.#writer?.write()]);
  }

  /** What was counted since the last tick is of one minute, since a tick ends each. */
  #gather(): void {
    if (!this.#isCounting) return;
    const counted = this.#counted;
    this.#counted = new Rollup();
    this.#isCounting = false;
    this.#all.merge(counted);
    this.#writer?.add(counted, this.#countedAt);
  }

  async #read(step: Step, since: number, until: number): Promise<RollupReading> {
    const { clock, store } = this.#parts;
    this.#gather();
    if (store === undefined || this.#writer === undefined) return { nodes: [], complete: false, periods: new Map() };
    await withDeadline(this.#writer.write(), readWaitMs, clock, () => false);
    const reading = await readRollups({ store, clock, node: this.node, writer: this.#writer }, { step, since, until });
    return { ...reading, complete: reading.complete && this.#writer.dropped === 0 };
  }
}
