/**
 * Which calls came before all of their tenant, or everything, was forgotten: what becomes known of them later, when their
 * answers are there, is not remembered. Calls are numbered as they come. Of very many tenants that are forgotten one
 * after another the first ones count for all: rather a call too many is left out.
 */
export class ForgottenCalls {
  #last = 0;
  #ofAll = 0;
  /** By tenant, the last call that came before; the latest to be forgotten last. */
  readonly #ofTenants = new Map<string, number>();

  /** The number of a call that comes. */
  next(): number {
    return ++this.#last;
  }

  /** All that came up to now, or those of one tenant. */
  forget(tenant?: string): void {
    if (tenant === undefined) {
      this.#ofAll = this.#last;
      this.#ofTenants.clear();
      return;
    }
    this.#ofTenants.delete(tenant);
    this.#ofTenants.set(tenant, this.#last);
    const [oldest] = this.#ofTenants;
    if (oldest === undefined || this.#ofTenants.size <= mostTenants) return;
    this.#ofTenants.delete(oldest[0]);
    this.#ofAll = oldest[1];
  }

  has(tenant: string, call: number): boolean {
    return call <= Math.max(this.#ofAll, this.#ofTenants.get(tenant) ?? 0);
  }
}

const mostTenants = 1_000;
