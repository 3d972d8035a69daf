import type { CancelTimer, Clock } from "../../core/clock.ts";
import { sameToken, scopeKeys } from "../../core/generations.ts";
import type { Scope } from "../../core/scopes.ts";
import type { Store } from "../../core/store.ts";

/**
 * Answers that were written while nobody could say whether their key was being removed. Who writes looks afterwards for a
 * removal that came in between, and takes back what it wrote; when the connection ends just then, the answer stands in the
 * store and the question is open. It is asked again, from time to time and before such an answer is served, until the
 * store says so.
 */

export interface UncertainWrite {
  readonly tenant: string;
  readonly slot: string;
  /** Of the key. */
  readonly scope: Scope;
  /** What stood there when the answer began to be computed. */
  readonly before: Uint8Array | undefined;
}

export interface UncertainWritesParts {
  readonly store: Pick<Store, "delete">;
  /** Rejects where the store cannot be asked. */
  readonly asked: Pick<Store, "get">;
  readonly clock: Clock;
}

const askAgainMs = 500;
/** As long as a removal can be seen. */
const rememberMs = 15 * 60_000;
const mostWrites = 1_000;

export class UncertainWrites {
  readonly #parts: UncertainWritesParts;
  readonly #writes = new Map<string, { readonly write: UncertainWrite; readonly until: number }>();
  #timer: CancelTimer | undefined;

  constructor(parts: UncertainWritesParts) {
    this.#parts = parts;
  }

  has(tenant: string, slot: string): boolean {
    return this.#writes.size > 0 && this.#writes.has(`${tenant} ${slot}`);
  }

  note(write: UncertainWrite): void {
    const name = nameOf(write);
    this.#writes.delete(name);
    this.#writes.set(name, { write, until: this.#parts.clock.monotonic() + rememberMs });
    if (this.#writes.size > mostWrites) this.#writes.delete(this.#writes.keys().next().value as string);
    this.#askLater();
  }

  /** Whether its key was removed meanwhile. Rejects where the store cannot say. */
  async isRemoved({ scope, before }: UncertainWrite): Promise<boolean> {
    const [now] = await this.#parts.asked.get(scope.tenant, scopeKeys([scope]));
    return now !== undefined && !sameToken(now, before);
  }

  /** False when what stands there was removed, and is taken back. A store that cannot be asked answers for nothing. */
  async mayServe(tenant: string, slot: string): Promise<boolean> {
    return this.#settle(`${tenant} ${slot}`).catch(() => true);
  }

  async #settle(name: string): Promise<boolean> {
    const found = this.#writes.get(name);
    if (found === undefined) return true;
    const { write } = found;
    const isRemoved = await this.isRemoved(write);
    if (isRemoved) await this.#parts.store.delete(write.tenant, write.slot);
    if (this.#writes.get(name) === found) this.#writes.delete(name);
    return !isRemoved;
  }

  #askLater(): void {
    if (this.#timer !== undefined || this.#writes.size === 0) return;
    this.#timer = this.#parts.clock.after(askAgainMs, () => {
      void this.#settleAll().then(() => {
        this.#timer = undefined;
        this.#askLater();
      });
    });
  }

  /** Up to the first that the store cannot answer. */
  async #settleAll(): Promise<void> {
    const now = this.#parts.clock.monotonic();
    for (const [name, { until }] of this.#writes) if (until <= now) this.#writes.delete(name);
    try {
      for (const name of [...this.#writes.keys()]) await this.#settle(name);
    } catch {
      // Asked again later.
    }
  }
}

function nameOf({ tenant, slot }: UncertainWrite): string {
  return `${tenant} ${slot}`;
}
