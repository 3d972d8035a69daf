import type { Clock, Random } from "../../../core/clock.ts";
import type { EdgePurge, EdgePurges } from "../../../core/edge-purges.ts";
import type { Leases } from "../../../core/lease.ts";
import type { Store } from "../../../core/store.ts";
import type { PurgeAdapter } from "./purge-adapter.ts";
import { PurgeLog } from "./purge-log.ts";
import { hasRoom, isEmpty, joined } from "./purge-rows.ts";
import { type PurgeEvent, PurgeSender, type PurgeSenderParts } from "./purge-sender.ts";

/**
 * Caches in front, each with a log and a sender of its own, so that one that is away keeps no other waiting. What is wished
 * while a row is being stored goes into the next row together. While the store is away wishes stay here, and are stored when
 * it is back.
 */

export interface ConfiguredCache {
  readonly adapter: PurgeAdapter;
  readonly repeatAfterMs: number;
}

export interface PurgeOutboxParts {
  readonly caches: ReadonlyMap<string, ConfiguredCache>;
  readonly store: Pick<Store, "get" | "add" | "set">;
  readonly leases: Leases | undefined;
  readonly send: PurgeSenderParts["send"];
  readonly clock: Clock;
  readonly random: Random;
  readonly onEvent: (cache: string, event: PurgeEvent) => void;
}

/** How one cache does. */
export interface PurgeStatus {
  readonly cache: string;
  readonly kind: string;
  readonly state: "idle" | "pending" | "failing";
  /** Purges that are stored and not yet made. */
  readonly pending: number;
  /** When the oldest of them was wished. */
  readonly since: number | undefined;
  readonly tries: number;
  readonly retryAt: number | undefined;
  readonly error: string | undefined;
  readonly errorAt: number | undefined;
  readonly doneAt: number | undefined;
  readonly done: number;
  readonly refused: number;
}

interface Box {
  readonly log: PurgeLog;
  readonly sender: PurgeSender;
  readonly kind: string;
  /** What is to be stored as the next row. */
  waiting: Required<EdgePurge>[];
  storing: Promise<void> | undefined;
}

const storeAgainMs = 1_000;

export class PurgeOutbox implements EdgePurges {
  readonly #parts: PurgeOutboxParts;
  readonly #boxes: ReadonlyMap<string, Box>;
  #isClosed = false;

  constructor(parts: PurgeOutboxParts) {
    this.#parts = parts;
    const { store, clock, random, leases, send } = parts;
    this.#boxes = new Map(
      [...parts.caches].map(([name, { adapter, repeatAfterMs }]) => {
        const log = new PurgeLog({ store, name, clock, random });
        const onEvent = (event: PurgeEvent): void => parts.onEvent(name, event);
        const rest = { leases, send, clock, random, onEvent, repeatAfterMs };
        const sender = new PurgeSender({ name, adapter, log, ...rest });
        return [name, { log, sender, kind: adapter.kind, waiting: [], storing: undefined }];
      }),
    );
  }

  /** Looks for what an earlier process left. */
  start(): void {
    for (const { sender } of this.#boxes.values()) sender.wake();
  }

  async purge(what: EdgePurge): Promise<void> {
    if (isEmpty(what)) return;
    await Promise.all([...this.#boxes].map(([name, box]) => this.#take(name, box, joined([what]))));
  }

  /** Stores it for this cache alone. Rejects where it cannot be stored. */
  async handOver(name: string, purge: EdgePurge): Promise<void> {
    const box = this.#boxes.get(name);
    await box?.log.append(purge);
    box?.sender.wake();
  }

  async status(): Promise<readonly PurgeStatus[]> {
    return Promise.all(
      [...this.#boxes].map(async ([cache, { log, kind, waiting }]) => {
        const [kept, backlog] = await Promise.all([log.state(), log.backlog()]);
        const pending = backlog.rows + waiting.length;
        const state = pending === 0 ? "idle" : kept.tries > 0 ? "failing" : "pending";
        const { tries, error, errorAt, doneAt, done, refused } = kept;
        const retryAt = kept.retryAt > 0 && pending > 0 ? kept.retryAt : undefined;
        return {
          cache,
          kind,
          state,
          pending,
          since: backlog.since,
          tries,
          retryAt,
          error,
          errorAt,
          doneAt,
          done,
          refused,
        };
      }),
    );
  }

  /** What is not sent stays in the store. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await Promise.all([...this.#boxes.values()].flatMap(({ sender, storing }) => [sender.close(), storing]));
  }

  /** Resolves when it is stored, or found that it cannot be at present. */
  async #take(name: string, box: Box, purge: Required<EdgePurge>): Promise<void> {
    const last = box.waiting.at(-1);
    if (last !== undefined && hasRoom(last)) box.waiting.splice(-1, 1, joined([last, purge]));
    else box.waiting.push(purge);
    // What is being stored is not waiting any more, so this goes with the next.
    await box.storing;
    box.storing ??= this.#store(name, box).finally(() => {
      box.storing = undefined;
    });
    await box.storing;
  }

  async #store(name: string, box: Box): Promise<void> {
    for (let purge = box.waiting.shift(); purge !== undefined; purge = box.waiting.shift()) {
      try {
        await box.log.append(purge);
      } catch (error) {
        box.waiting.unshift(purge);
        this.#parts.onEvent(name, { type: "failed", reason: `not stored: ${(error as Error).message}` });
        if (!this.#isClosed) this.#parts.clock.after(storeAgainMs, () => void this.#storeAgain(name, box));
        return;
      }
      box.sender.wake();
    }
  }

  async #storeAgain(name: string, box: Box): Promise<void> {
    if (box.storing !== undefined || this.#isClosed) return;
    box.storing = this.#store(name, box).finally(() => {
      box.storing = undefined;
    });
    await box.storing;
  }
}
