import type { Random } from "../core/clock.ts";
import { StoreUnavailableError } from "../core/errors.ts";
import type { FingerprintKey } from "../core/fingerprint.ts";
import { ownerMark } from "../core/owner-marks.ts";
import { type Scope, systemTenant, wholeTenant } from "../core/scopes.ts";
import type { Store } from "../core/store.ts";

/**
 * Who was erased, for gateways that share the store and did not run, or did not hear of it, and keep vectors in a file of
 * their own. Each erasure is a row at the first free place, added with `add` and kept for good. It says by keyed digests
 * whose it was, which tells nobody who that is, and whoever knows a tenant whether it is this one.
 */

export interface ErasedEntry {
  /** Tells it from another one at the same place of another store. */
  readonly id: string;
  readonly parts: readonly ErasedPart[];
}

export interface ErasedPart {
  /** The mark of the tenant as a whole. */
  readonly tenant: string;
  /** Only what bears one of these; all of the tenant without. */
  readonly marks?: readonly string[] | undefined;
}

/** Up to where somebody has read it. */
export interface LogPosition {
  readonly next: number;
  /** The id of the entry before. */
  readonly last: string | undefined;
}

export const logStart: LogPosition = { next: 0, last: undefined };

const pageRows = 64;
const forGood = { deleteAt: Number.POSITIVE_INFINITY, priority: "high" } as const;

export class ErasedLog {
  readonly #store: Pick<Store, "get" | "add">;
  readonly #secret: FingerprintKey;
  readonly #random: Random;

  constructor(store: Pick<Store, "get" | "add">, secret: FingerprintKey, random: Random) {
    this.#store = store;
    this.#secret = secret;
    this.#random = random;
  }

  /** `tenant`: as a whole. `scopes`: what is only a part of what their tenants have. Rejects where it is not kept. */
  async append(tenant: string | undefined, scopes: readonly Scope[]): Promise<void> {
    const whole = tenant === undefined ? [] : [{ tenant: this.markOf(tenant) }];
    const some = scopes.map((scope) => ({
      tenant: this.markOf(scope.tenant),
      marks: [ownerMark(this.#secret, scope)],
    }));
    const id = Buffer.from(this.#random.bytes(9)).toString("base64url");
    const bytes = Buffer.from(JSON.stringify({ id, parts: [...whole, ...some] } satisfies ErasedEntry));
    for (let place = (await this.read(logStart)).position.next; ; place += 1) {
      const there = await this.#store.add(systemTenant, keyOf(place), bytes, forGood);
      if (Buffer.compare(there, bytes) !== 0) continue;
      // A store without room hands out what it was given, and keeps nothing.
      const [kept] = await this.#store.get(systemTenant, [keyOf(place)]);
      if (kept === undefined) throw new StoreUnavailableError({ message: "the store did not keep who was erased" });
      return;
    }
  }

  /** What came after `position`; all of it, where the store has another entry before it. Rejects where the store fails. */
  async read(
    position: LogPosition,
  ): Promise<{ readonly entries: readonly ErasedEntry[]; readonly position: LogPosition }> {
    if (position.next > 0) {
      const [before] = await this.#page(position.next - 1, 1);
      if (before?.id !== position.last) return this.read(logStart);
    }
    const entries: ErasedEntry[] = [];
    let [next, last] = [position.next, position.last];
    for (let from = position.next; ; from += pageRows) {
      const page = await this.#page(from, pageRows);
      // A store may have lost some of them: those behind are read all the same.
      for (const [index, entry] of page.entries())
        if (entry !== undefined) {
          entries.push(entry);
          [next, last] = [from + index + 1, entry.id];
        }
      if (page.every((entry) => entry === undefined)) return { entries, position: { next, last } };
    }
  }

  markOf(tenant: string): string {
    return ownerMark(this.#secret, wholeTenant(tenant));
  }

  async #page(from: number, count: number): Promise<readonly (ErasedEntry | undefined)[]> {
    const keys = Array.from({ length: count }, (_, index) => keyOf(from + index));
    return (await this.#store.get(systemTenant, keys)).map((value) => value && readEntry(value));
  }
}

function keyOf(place: number): string {
  return `erased:${place}`;
}

function readEntry(value: Uint8Array): ErasedEntry | undefined {
  try {
    const entry = JSON.parse(Buffer.from(value).toString("utf8")) as ErasedEntry;
    return typeof entry.id === "string" && Array.isArray(entry.parts) ? entry : undefined;
  } catch {
    return undefined;
  }
}
