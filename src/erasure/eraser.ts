import type { CancelTimer, Clock, Random } from "../core/clock.ts";
import { withDeadline } from "../core/deadline.ts";
import { StoreUnavailableError } from "../core/errors.ts";
import type { FingerprintKey } from "../core/fingerprint.ts";
import { isFromAhead } from "../core/freshness.ts";
import type { Keyring } from "../core/keyring.ts";
import { sleep } from "../core/sleep.ts";
import type { Store } from "../core/store.ts";
import {
  type ErasedCounts,
  type ErasedScope,
  type ErasureRecord,
  type ErasureStep,
  erasureSteps,
  nothingErased,
} from "./erasure-record.ts";
import { ErasureRegister, type PlacedRecord } from "./erasure-register.ts";

/**
 * Erases tenants and users. The wish is in the store before anything is done, with the step that is next, so that an erasure
 * which was broken off, by a crash or because the store went away, is gone on with: by the process that has it, which
 * tries again, or by whichever process notices that nobody is at it any more. Every step may be done twice.
 *
 * The order is that of what matters: first nothing is served any more, on no node (`dead`); then nobody of the tenant gets
 * in and nothing can be read any more, wherever copies of it lie (`keys`); only then rows are removed. What was computed
 * meanwhile may still have been on its way into the store, so rows are removed once more when it has had time to arrive. Of
 * a user rows come before keys: which are his can only be told while they can be read.
 */

export interface EraserParts {
  /** Where erasures are kept. */
  readonly store: Pick<Store, "name" | "get" | "add" | "set" | "delete">;
  readonly secret: FingerprintKey;
  /** The keys that values are sealed with, where they are. */
  readonly keyring: Pick<Keyring, "destroy" | "has"> | undefined;
  readonly deeds: ErasureDeeds;
  /** Of an erasure with its counts, in the form in which it is kept. */
  readonly receiptOf: (record: ErasureRecord) => string;
  /** When what was under way is in the store, or is gone again from where others could follow it. Default one second. */
  readonly settleMs?: number;
  readonly clock: Clock;
  readonly random: Random;
  readonly onTrouble: (id: string, step: ErasureStep, error: unknown) => void;
  /** An erasure is done. */
  readonly onDone: (record: ErasureRecord) => void;
}

/** What a step has removed, and what may be left. */
export interface Deed {
  readonly counts?: Partial<ErasedCounts>;
  readonly remains?: readonly string[];
  /** Nobody can tell whether there was anything. */
  readonly isBlind?: boolean | undefined;
}

/** How each of the steps is done here. */
export interface ErasureDeeds {
  /** Nothing of it is served from now on, and what is under way is not stored. */
  kill(scope: ErasedScope): Promise<void>;
  revokeKeys(scope: ErasedScope): Promise<number>;
  removeRows(scope: ErasedScope): Promise<Deed>;
  /** From what is published, and from the caches in front. */
  removePublished(scope: ErasedScope): Promise<Deed>;
  /** From the memory of this process and of all others. */
  forget(scope: ErasedScope): Promise<void>;
  scrub(scope: ErasedScope): Promise<Deed>;
}

export type ErasureState =
  | { readonly state: "running"; readonly record: ErasureRecord; readonly trouble: string | undefined }
  | { readonly state: "done"; readonly receipt: string };

/** What was computed when it began is in the store by then, or never comes there. */
const usualSettleMs = 1_000;
/** A store that takes longer is away. */
const takenMs = 5_000;
const againMs = 5_000;
/** Where nothing is under way: every process asks the store so often. */
const lookMs = 60_000;
const aliveEveryMs = 5_000;
/** Whoever is silent for so long is not at it any more. */
const silentMs = 20_000;

export class Eraser {
  readonly #parts: EraserParts;
  readonly #register: ErasureRegister;
  readonly #self: string;
  readonly #running = new Map<string, { readonly working: Promise<void>; trouble: string | undefined }>();
  #cancelLook: CancelTimer = () => {};
  readonly #ended = new AbortController();

  constructor(parts: EraserParts) {
    this.#parts = parts;
    this.#register = new ErasureRegister(parts);
    this.#self = Buffer.from(parts.random.bytes(9)).toString("base64url");
  }

  /** From now on erasures that were broken off are gone on with. Resolves after the first look. Never rejects. */
  async watch(): Promise<void> {
    const nextMs = await this.#look().catch(() => lookMs);
    if (!this.#ended.signal.aborted) this.#cancelLook = this.#parts.clock.after(nextMs, () => void this.watch());
  }

  /** Resolves with the erasure's id when it is sure to be done. Rejects with `StoreUnavailableError`. */
  async begin(scope: ErasedScope): Promise<string> {
    const { clock, random } = this.#parts;
    const now = clock.now();
    const id = Buffer.from(random.bytes(12)).toString("base64url");
    const record: ErasureRecord = {
      ...{ id, tenant: scope.tenant, ...(scope.user !== undefined && { user: scope.user }) },
      ...{ askedAt: now, step: "dead", counts: nothingErased, remains: [], by: this.#self, aliveAt: now },
    };
    // One that the store takes after all is gone on with, though nobody was told of it.
    const taking = withDeadline(this.#register.take(record), takenMs, clock, () => {
      throw new StoreUnavailableError({ message: `the store did not take the erasure within ${takenMs} ms` });
    });
    this.#run(await taking);
    return id;
  }

  /** Resolves when it is done, or after `waitMs`. `undefined`: there is none. Rejects with `StoreUnavailableError`. */
  async state(id: string, waitMs = 0): Promise<ErasureState | undefined> {
    const running = this.#running.get(id);
    if (running !== undefined && waitMs > 0) await Promise.race([running.working, this.#sleep(waitMs)]);
    const receipt = await this.#register.receipt(id);
    if (receipt !== undefined) return { state: "done", receipt };
    const found = (await this.#register.all()).find(({ record }) => record.id === id);
    return found && { state: "running", record: found.record, trouble: this.#running.get(id)?.trouble };
  }

  /** What is under way here is left as it is, for whoever looks next. */
  async close(): Promise<void> {
    this.#ended.abort();
    this.#cancelLook();
    await Promise.all([...this.#running.values()].map(({ working }) => working));
  }

  /** When to look again: sooner where somebody else is at one, who may have died. */
  async #look(): Promise<number> {
    const now = this.#parts.clock.now();
    let nextMs = lookMs;
    for (const placed of await this.#register.all()) {
      const { id, aliveAt } = placed.record;
      if (this.#running.has(id)) continue;
      if (now - aliveAt >= silentMs || isFromAhead(aliveAt, now)) this.#run(placed);
      else nextMs = silentMs;
    }
    return nextMs;
  }

  #run(placed: PlacedRecord): void {
    const { id } = placed.record;
    const working = this.#goOn(placed).finally(() => this.#running.delete(id));
    this.#running.set(id, { working, trouble: undefined });
  }

  /** Until it is done, or this process ends. Never rejects. */
  async #goOn({ place, record: given }: PlacedRecord): Promise<void> {
    const { clock, onTrouble } = this.#parts;
    let record = given;
    while (!this.#ended.signal.aborted) {
      try {
        record = { ...record, by: this.#self, aliveAt: clock.now() };
        await this.#register.update({ place, record });
        const next = await this.#alive(place, record, () => this.#step(place, record));
        if (next === undefined) return this.#parts.onDone(record);
        this.#troubled(record.id, undefined);
        record = next;
      } catch (error) {
        this.#troubled(record.id, (error as Error).message);
        onTrouble(record.id, record.step, error);
        await this.#sleep(againMs);
      }
    }
  }

  #troubled(id: string, trouble: string | undefined): void {
    const running = this.#running.get(id);
    if (running !== undefined) running.trouble = trouble;
  }

  /** The record with the next step; `undefined`: it is done. */
  async #step(place: string, record: ErasureRecord): Promise<ErasureRecord | undefined> {
    const { deeds, receiptOf, clock } = this.#parts;
    switch (record.step) {
      case "dead": {
        const hadKeys = await this.#parts.keyring?.has({ tenant: record.tenant, user: record.user });
        await deeds.kill(record);
        return { ...advanced(record, {}), hadKeys };
      }
      case "keys":
        return advanced(record, await this.#lock(record));
      case "rows":
        return advanced(record, await deeds.removeRows(record));
      case "edge":
        return advanced(record, await deeds.removePublished(record));
      case "memory":
        await deeds.forget(record);
        return advanced(record, {});
      case "rows again": {
        await this.#sleep(this.#parts.settleMs ?? usualSettleMs);
        const late = await deeds.removeRows(record);
        if (record.user !== undefined) return advanced(record, joined(late, await this.#destroy(record)));
        return advanced(record, late);
      }
      case "scrub":
        await deeds.forget(record);
        return advanced(record, await deeds.scrub(record));
      case "receipt":
        await this.#register.finish({ place, record }, receiptOf(record), clock.now());
        return undefined;
    }
  }

  async #lock(record: ErasureRecord): Promise<Deed> {
    const { deeds } = this.#parts;
    const virtualKeys = await deeds.revokeKeys(record);
    if (record.user !== undefined) return { counts: { virtualKeys } };
    const destroyed = await this.#destroy(record);
    // The generation was sealed, too: without its key it is read as absent, and is given anew.
    await deeds.kill(record);
    return joined({ counts: { virtualKeys } }, destroyed);
  }

  async #destroy({ tenant, user }: ErasedScope): Promise<Deed> {
    const destroyed = await this.#parts.keyring?.destroy({ tenant, user });
    return destroyed === undefined ? {} : { counts: { dataKeys: destroyed.keys }, remains: destroyed.notes };
  }

  /** Says from time to time that it is at work. */
  async #alive<T>(place: string, record: ErasureRecord, work: () => Promise<T>): Promise<T> {
    const { clock } = this.#parts;
    let cancel: CancelTimer = () => {};
    let telling: Promise<void> = Promise.resolve();
    const tell = (): void => {
      const told = { place, record: { ...record, aliveAt: clock.now() } };
      telling = telling.then(() => this.#register.update(told)).catch(() => {});
      cancel = clock.after(aliveEveryMs, tell);
    };
    cancel = clock.after(aliveEveryMs, tell);
    try {
      return await work();
    } finally {
      cancel();
      // What it tells is not to be written behind what comes next.
      await telling;
    }
  }

  #sleep(ms: number): Promise<void> {
    return sleep(this.#parts.clock, ms, this.#ended.signal);
  }
}

function advanced(record: ErasureRecord, deed: Deed): ErasureRecord {
  const step = erasureSteps[erasureSteps.indexOf(record.step) + 1] ?? "receipt";
  const { counts, remains } = joined(record, deed);
  const isBlind = record.isBlind === true || deed.isBlind === true;
  return { ...record, step, counts: { ...nothingErased, ...counts }, remains: remains ?? [], isBlind };
}

function joined(one: Omit<Deed, "isBlind">, other: Omit<Deed, "isBlind">): Deed {
  const sum = (name: keyof ErasedCounts) => (one.counts?.[name] ?? 0) + (other.counts?.[name] ?? 0);
  const counts = Object.fromEntries(
    (Object.keys(nothingErased) as (keyof ErasedCounts)[]).map((name) => [name, sum(name)]),
  ) as unknown as ErasedCounts;
  return { counts, remains: [...(one.remains ?? []), ...(other.remains ?? [])] };
}
