import { readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import type { CancelTimer, Clock } from "../core/clock.ts";
import type { VectorStore } from "../core/vector-store.ts";
import { type ErasedLog, type LogPosition, logStart } from "./erased-log.ts";

/**
 * Vectors in the data folder of a gateway are reached by nobody else: it removes by itself those of whoever was erased while
 * it did not run. It reads what the store says of that at its start and every minute, and notes in the data folder up to
 * where. A tenant that came back meanwhile loses some vectors with it, which costs a question that is not recognised.
 */

export interface ErasedElsewhereParts {
  readonly log: Pick<ErasedLog, "read" | "markOf">;
  readonly vectors: VectorStore;
  /** The data folder. */
  readonly folder: string;
  readonly clock: Clock;
  readonly onTrouble: (error: unknown) => void;
}

const lookAgainMs = 60_000;

export class ErasedElsewhere {
  readonly #parts: ErasedElsewhereParts;
  readonly #file: string;
  #cancel: CancelTimer = () => {};
  #isClosed = false;
  #looking: Promise<void> = Promise.resolve();

  constructor(parts: ErasedElsewhereParts) {
    this.#parts = parts;
    this.#file = join(parts.folder, "erased.json");
  }

  /** Resolves after the first look. Never rejects. */
  async watch(): Promise<void> {
    this.#looking = this.look().catch(this.#parts.onTrouble);
    await this.#looking;
    if (!this.#isClosed) this.#cancel = this.#parts.clock.after(lookAgainMs, () => void this.watch());
  }

  /** Rejects where the store or the vectors fail: what was not removed is removed the next time. */
  async look(): Promise<void> {
    const { log, vectors } = this.#parts;
    const before = this.#position();
    const { entries, position } = await log.read(before);
    if (entries.length === 0 || vectors.tenants === undefined) return;
    const tenants = new Map((await vectors.tenants()).map((tenant) => [log.markOf(tenant), tenant]));
    for (const { tenant: mark, marks } of entries.flatMap(({ parts }) => parts)) {
      const tenant = tenants.get(mark);
      if (tenant !== undefined) await vectors.delete({ tenant, ...(marks && { marks }) });
    }
    // Several processes may share the folder.
    const written = `${this.#file}.${process.pid}`;
    writeFileSync(written, `${JSON.stringify(position)}\n`, { mode: 0o600 });
    renameSync(written, this.#file);
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.#cancel();
    await this.#looking;
  }

  #position(): LogPosition {
    try {
      const { next, last } = JSON.parse(readFileSync(this.#file, "utf8")) as Partial<LogPosition>;
      return Number.isSafeInteger(next) && typeof last === "string" ? { next: next as number, last } : logStart;
    } catch {
      return logStart;
    }
  }
}
