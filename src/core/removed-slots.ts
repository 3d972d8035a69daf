import type { Clock } from "./clock.ts";
import { sameToken } from "./generations.ts";

/**
 * What was removed by key through this process, a moment ago. Whoever was computing such an answer elsewhere may have
 * looked for the removal just before it and write just after it; it looks once more then and takes back what it wrote, but
 * in between the answer stands in the store. So an answer remembers which removal of its key it came after, and here,
 * where the removal was acknowledged, none is served that did not come after that one.
 */

interface RemovedSlot {
  readonly key: string;
  /** The removal, and those of the same key since. */
  readonly tokens: Uint8Array[];
  readonly until: number;
}

/** Longer than a write is under way. */
const rememberMs = 60_000;
const mostSlots = 1_000;

export class RemovedSlots {
  readonly #clock: Pick<Clock, "monotonic">;
  readonly #slots = new Map<string, RemovedSlot>();

  constructor(clock: Pick<Clock, "monotonic">) {
    this.#clock = clock;
  }

  /** `key` is what the slot is one of the variants of. */
  note(tenant: string, slot: string, key: string, token: Uint8Array): void {
    // What came after this removal came after the ones before it, too.
    for (const other of this.#slots.values()) if (other.key === `${tenant} ${key}`) other.tokens.push(token);
    const name = `${tenant} ${slot}`;
    this.#slots.delete(name);
    this.#slots.set(name, { key: `${tenant} ${key}`, tokens: [token], until: this.#clock.monotonic() + rememberMs });
    if (this.#slots.size > mostSlots) this.#slots.delete(this.#slots.keys().next().value as string);
  }

  /** Another process has removed it, by a removal that is not known here. */
  forget(tenant: string, slot: string): void {
    this.#slots.delete(`${tenant} ${slot}`);
  }

  /** Whether an answer may be served that came after `removal`, or after none that it could know of. */
  accepts(tenant: string, slot: string, removal: () => Uint8Array | undefined): boolean {
    if (this.#slots.size === 0) return true;
    const name = `${tenant} ${slot}`;
    const removed = this.#slots.get(name);
    if (removed === undefined) return true;
    if (removed.until <= this.#clock.monotonic()) return this.#slots.delete(name);
    const known = removal();
    return removed.tokens.some((token) => sameToken(token, known));
  }
}
