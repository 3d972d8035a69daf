import { RequestRejectedError } from "../core/errors.ts";

/**
 * How many streams each tenant has open in this process: a stream holds a connection, buffers and an origin for as long as
 * its reader likes, so that one tenant could take all there are. Calls are refused before anything is asked of an origin
 * while their tenant has as many as it may; nobody's tenant is looked up unless some tenant has.
 */
export class TenantStreams {
  readonly #most: () => number;
  readonly #open = new Map<string, number>();
  readonly #full = new Set<string>();

  /** `most`: of one tenant at a time. */
  constructor(most: () => number) {
    this.#most = most;
  }

  /** Whether some tenant has as many as it may. */
  get areTight(): boolean {
    return this.#full.size > 0;
  }

  /** Throws `RequestRejectedError` for a tenant that has as many as it may. */
  assertRoom(tenant: string): void {
    if (this.#full.has(tenant) && this.#isFull(this.#open.get(tenant) as number)) throw this.#refusal();
  }

  /** One more, until what it returns is called, once. Throws `RequestRejectedError` where that is one too many. */
  enter(tenant: string): () => void {
    const before = this.#open.get(tenant) ?? 0;
    if (this.#isFull(before)) throw this.#refusal();
    this.#count(tenant, before + 1);
    return () => this.#count(tenant, (this.#open.get(tenant) as number) - 1);
  }

  #count(tenant: string, count: number): void {
    if (count === 0) this.#open.delete(tenant);
    else this.#open.set(tenant, count);
    this.#noteFull(tenant, this.#isFull(count));
  }

  #noteFull(tenant: string, isFull: boolean): void {
    if (isFull) this.#full.add(tenant);
    else if (this.#full.size > 0) this.#full.delete(tenant);
  }

  #isFull(count: number): boolean {
    return count >= this.#most();
  }

  #refusal(): RequestRejectedError {
    return new RequestRejectedError({
      status: 429,
      code: "too_many_streams",
      message: `There are ${this.#most()} streams open for this credential, which is as many as it may have at a time.`,
      remedy: "Wait for one to end, or raise security.limits.streamsPerTenant.",
      fields: { "retry-after": "1" },
    });
  }
}
