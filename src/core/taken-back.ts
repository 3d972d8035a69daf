import type { Scope } from "./scopes.ts";

/**
 * What this process knows to have been taken back, through it or by what it heard, in an order of its own. Tokens tell
 * the same, and tell every process, but only while the store has them and can be asked. Whoever asks here after an
 * invalidation was acknowledged is never to get what was being computed before it, whatever has become of the store since.
 */
export class TakenBack {
  readonly #last = new Map<string, number>();
  readonly #most: number;
  #order = 0;
  /** The last that is not remembered by its name any more: any scope may have been taken back then. */
  #forgotten = 0;

  /** @param most How many scopes are remembered by their names. Default 10,000. */
  constructor(most = 10_000) {
    this.#most = most;
  }

  note(scope: Pick<Scope, "tenant" | "name">): void {
    const name = nameOf(scope);
    this.#last.delete(name);
    this.#last.set(name, ++this.#order);
    if (this.#last.size <= this.#most) return;
    const [oldest, order] = this.#last.entries().next().value as [string, number];
    this.#last.delete(oldest);
    this.#forgotten = order;
  }

  /** Whether it is remembered that this scope was. */
  knows(scope: Pick<Scope, "tenant" | "name">): boolean {
    return this.#last.has(nameOf(scope));
  }

  /** How many were noted until now: the moment to ask `isSince` of later. */
  get moment(): number {
    return this.#order;
  }

  /** Whether the scope was taken back after `moment`, or may have been and is forgotten. */
  isSince(scope: Pick<Scope, "tenant" | "name">, moment: number): boolean {
    return (this.#last.get(nameOf(scope)) ?? this.#forgotten) > moment;
  }
}

function nameOf({ tenant, name }: Pick<Scope, "tenant" | "name">): string {
  return `${tenant} ${name}`;
}
