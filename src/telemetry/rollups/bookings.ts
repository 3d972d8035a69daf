import { z } from "zod";
import type { Clock, Random } from "../../core/clock.ts";
import type { Price } from "../../core/cost.ts";
import { withDeadline } from "../../core/deadline.ts";
import { StoreUnavailableError } from "../../core/errors.ts";
import { contentDigest } from "../../core/fingerprint.ts";
import { systemTenant } from "../../core/scopes.ts";
import type { MaybePromise, Store } from "../../core/store.ts";
import type { SavedBy, Trace, TraceEvent } from "../../core/trace.ts";
import { savers } from "../ledger.ts";

/**
 * What was booked for an answer that somebody later finds to be wrong: the saving of one hit is then taken back, once,
 * whichever process served it and whichever is told. So each process remembers the entries that it has served, and notes
 * in the store what the first hit of each saved; a hit of an entry that it remembers costs one look-up. Whoever is told
 * of a wrong answer reads the note, and takes the saving back if it is the first to say so, which `add` decides.
 *
 * An answer that was never a hit has no note, and nothing is taken back. While the store is away, and as long as the note
 * of another process may be on its way, it is tried again.
 */

type Saving = Extract<TraceEvent, { type: "saving" }>;
type Undone = Extract<TraceEvent, { type: "saving-undone" }>;

interface Booking extends Omit<Undone, "type"> {
  /** When: who reports on an answer means one that was given before. */
  readonly at: number;
}

export interface BookingParts {
  /** `undefined` where nobody but this process would read it. */
  readonly store: Pick<Store, "get" | "set" | "add"> | undefined;
  readonly clock: Clock;
  readonly random: Random;
  readonly trace: Trace;
}

/** So long after a hit it can be taken back. */
const rememberMs = 8 * 24 * 3_600_000;
const mostRemembered = 5_000;
const mostUnwritten = 5_000;
const mostWrittenAtOnce = 500;
const mostReports = 1_000;
const deadlineMs = 2_000;
/** Longer than another process takes to write its note. */
const triesForNote = 4;

interface Report {
  readonly id: string;
  /** By which the store's answer tells whether this report was the first. */
  readonly token: Uint8Array;
  readonly at: number;
  tries: number;
}

export class Bookings {
  readonly #parts: BookingParts;
  /** By entry; what was remembered first makes room. */
  readonly #remembered = new Map<string, Booking>();
  readonly #unwritten = new Map<string, Booking>();
  readonly #reports = new Map<string, Report>();
  readonly #undone = new Set<string>();

  constructor(parts: BookingParts) {
    this.#parts = parts;
  }

  /** A hit was booked. */
  note(id: string, { by, model, cost, bytes }: Saving, timeMs: number | undefined): void {
    if (this.#remembered.has(id)) return;
    const booking = { by, model, cost, bytes, timeMs, at: this.#parts.clock.now() };
    keep(this.#remembered, id, booking, mostRemembered);
    if (this.#parts.store !== undefined && this.#unwritten.size < mostUnwritten) this.#unwritten.set(id, booking);
  }

  /** Somebody says that the answer is wrong. Never rejects: what cannot be done now is done by `write`. */
  async undo(id: string): Promise<void> {
    const { clock, random } = this.#parts;
    if (!this.#reports.has(id))
      keep(this.#reports, id, { id, token: random.bytes(12), at: clock.now(), tries: 0 }, mostReports);
    await this.#settle(this.#reports.get(id) as Report);
  }

  get isBehind(): boolean {
    return this.#unwritten.size > 0 || this.#reports.size > 0;
  }

  /** Writes notes, and tries again what was reported. Never rejects. */
  async write(): Promise<void> {
    const { clock, store } = this.#parts;
    if (store === undefined) return;
    const some = [...this.#unwritten].slice(0, mostWrittenAtOnce);
    const options = { deleteAt: clock.now() + rememberMs, priority: "low" } as const;
    await Promise.all(
      some.map(async ([id, booking]) => {
        try {
          const value = Buffer.from(JSON.stringify(booking), "utf8");
          const result = await this.#inTime(store.set(systemTenant, noteKey(id), value, options));
          if (result !== "overloaded") this.#unwritten.delete(id);
        } catch {
          // The next time.
        }
      }),
    );
    await Promise.all([...this.#reports.values()].map((report) => this.#settle(report)));
  }

  async #settle(report: Report): Promise<void> {
    const { trace } = this.#parts;
    const { id } = report;
    try {
      const booking = this.#remembered.get(id) ?? (await this.#noted(id));
      if (booking === undefined || booking.at > report.at) {
        report.tries++;
        if (report.tries >= triesForNote || this.#parts.store === undefined) this.#reports.delete(id);
        return;
      }
      const isFirst = await this.#isFirst(report);
      // Two that settle the same report at once are one.
      if (!this.#reports.delete(id)) return;
      const { at: _, ...undone } = booking;
      if (isFirst) trace({ type: "saving-undone", ...undone });
    } catch {
      // The store is away: the next time.
    }
  }

  async #noted(id: string): Promise<Booking | undefined> {
    const { store } = this.#parts;
    if (store === undefined) return undefined;
    const [value] = await this.#inTime(store.get(systemTenant, [noteKey(id)]));
    return value && readNote(value);
  }

  async #isFirst({ id, token }: Report): Promise<boolean> {
    const { clock, store } = this.#parts;
    if (store === undefined) {
      const isFirst = !this.#undone.has(id);
      this.#undone.add(id);
      if (this.#undone.size > mostRemembered) this.#undone.delete(this.#undone.values().next().value as string);
      return isFirst;
    }
    const options = { deleteAt: clock.now() + 2 * rememberMs, priority: "high" } as const;
    const there = await this.#inTime(store.add(systemTenant, undoneKey(id), token, options));
    return Buffer.compare(there, token) === 0;
  }

  #inTime<T>(answer: MaybePromise<T>): MaybePromise<T> {
    return withDeadline(answer, deadlineMs, this.#parts.clock, () => {
      throw new StoreUnavailableError({ message: "the store did not answer the ledger in time" });
    });
  }
}

/** Ids tell tenants and keys: what is kept beside the entries tells neither. */
function noteKey(id: string): string {
  return `ledger-hit:${contentDigest(id)}`;
}

function undoneKey(id: string): string {
  return `ledger-undone:${contentDigest(id)}`;
}

const tokens = z.int().min(0);

const noteSchema = z.object({
  at: z.number(),
  by: z.enum(savers as [SavedBy, ...SavedBy[]]),
  model: z.string(),
  bytes: tokens,
  timeMs: tokens.optional(),
  cost: z.object({
    usage: z
      .object({
        inputTokens: tokens,
        cachedInputTokens: tokens,
        cacheWriteTokens: tokens,
        outputTokens: tokens,
        reasoningTokens: tokens,
      })
      .optional(),
    price: z
      .object({
        picodollars: tokens,
        usd: z.string(),
        source: z.string(),
        conservativePicodollars: tokens.optional(),
      })
      .optional(),
  }),
});

function readNote(value: Uint8Array): Booking | undefined {
  try {
    const { at, by, model, bytes, timeMs, cost } = noteSchema.parse(JSON.parse(Buffer.from(value).toString("utf8")));
    return { at, by, model, bytes, timeMs, cost: { usage: cost.usage, price: cost.price as Price | undefined } };
  } catch {
    return undefined;
  }
}

function keep<Value>(map: Map<string, Value>, name: string, value: Value, most: number): void {
  map.set(name, value);
  if (map.size > most) map.delete(map.keys().next().value as string);
}
