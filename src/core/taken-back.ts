import type { Clock } from "./clock.ts";
import type { Scope } from "./scopes.ts";

interface Noted {
  readonly order: number;
  readonly token: Uint8Array;
  readonly atMs: number;
}

/** What takes longer to compute is not reckoned with. */
const longestCallMs = 15 * 60_000;

/**
 * What this process knows to have been taken back, through it or by what it heard, in an order of its own. Tokens tell
 * the same, and tell every process, but only while the store has them and can be asked. Whoever asks here after an
 * invalidation was acknowledged is never to get what was being computed before it, whatever has become of the store since.
 */
export class TakenBack {
  readonly #last = new Map<string, Noted>();
  readonly #clock: Pick<Clock, "monotonic">;
  readonly #most: number;
  #order = 0;
  /** The last that is not remembered by its name any more: any scope may have been taken back then. */
  #forgotten = 0;

  /** @param most How many scopes are remembered by their names. Default 10,000. */
  constructor(clock: Pick<Clock, "monotonic">, most = 10_000) {
    this.#clock = clock;
    this.#most = most;
  }

  /** `token`: what the scope has since. */
  note(scope: Pick<Scope, "tenant" | "name">, token: Uint8Array): void {
    const name = nameOf(scope);
    this.#last.delete(name);
    this.#last.set(name, { order: ++this.#order, token, atMs: this.#clock.monotonic() });
    if (this.#last.size <= this.#most) return;
    const [oldest, { order }] = this.#last.entries().next().value as [string, Noted];
    this.#last.delete(oldest);
    this.#forgotten = order;
  }

  /** Whether it is remembered that this scope was, of late: what was being computed then may be under way. */
  knows(scope: Pick<Scope, "tenant" | "name">): boolean {
    const noted = this.#last.get(nameOf(scope));
    return noted !== undefined && this.#clock.monotonic() - noted.atMs < longestCallMs;
  }

  /** How many were noted until now: the moment to ask `isSince` of later. */
  get moment(): number {
    return this.#order;
  }

  /**
   * Whether the scope was taken back after `moment`, or may have been and is forgotten. Who found there the `token` that it
   * has since came after that, and only heard of it later.
   */
  isSince(scope: Pick<Scope, "tenant" | "name">, moment: number, token: Uint8Array): boolean {
    const last = this.#last.get(nameOf(scope));
    if (last === undefined) return this.#forgotten > moment;
    return last.order > moment && Buffer.compare(last.token, token) !== 0;
  }
}

function nameOf({ tenant, name }: Pick<Scope, "tenant" | "name">): string {
  return `${tenant} ${name}`;
}
