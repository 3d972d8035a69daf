import { scopeKey } from "../../core/generations.ts";
import { isPromise } from "../../core/maybe-promise.ts";
import { namedScope, type Scope, systemTenant } from "../../core/scopes.ts";
import type { Store } from "../../core/store.ts";
import {
  type AnswerHead,
  type AnswerStanding,
  type AnswerVersion,
  headKey,
  isInForce,
  isSpared,
  slugScope,
  standingKey,
  versionKey,
} from "../../layers/edge/published-answer.ts";

/** What is shown under a slug, and was not taken back. */
export interface ShownAnswer {
  readonly head: AnswerHead;
  readonly version: AnswerVersion;
}

export interface HeldAnswersParts {
  readonly store: Pick<Store, "get">;
  readonly readStanding: (slug: string, value: Uint8Array) => AnswerStanding | undefined;
  readonly readHead: (slug: string, id: string, value: Uint8Array) => AnswerHead | undefined;
  readonly readVersion: (slug: string, version: number, value: Uint8Array) => AnswerVersion | undefined;
}

interface Source {
  readonly tenant: string;
  readonly keys: readonly string[];
  readonly values: readonly Uint8Array[];
}

interface Held {
  readonly shown: ShownAnswer;
  readonly sources: readonly Source[];
}

/** Each holds on to its values and forms; those that were found lately are kept. */
const mostHeld = 1_000;

/**
 * Answers that can be told from what is in memory alone, with the values of the store that say so. While the store has these
 * very values there nothing has changed, and nothing needs to be verified or compared again. Whatever else there is, the
 * store itself must be asked.
 */
export class HeldAnswers {
  readonly #parts: HeldAnswersParts;
  readonly #held = new Map<string, Held>();

  constructor(parts: HeldAnswersParts) {
    this.#parts = parts;
  }

  /** `undefined`: that cannot be told from memory. */
  get(slug: string): ShownAnswer | undefined {
    const held = this.#held.get(slug);
    if (held?.sources.every((source) => this.#isCurrent(source)) === true) return held.shown;
    this.#held.delete(slug);
    const found = this.#find(slug);
    if (found === undefined) return undefined;
    this.#held.set(slug, found);
    if (this.#held.size > mostHeld) this.#held.delete(this.#held.keys().next().value as string);
    return found.shown;
  }

  #isCurrent({ tenant, keys, values }: Source): boolean {
    const now = this.#inMemory(tenant, keys);
    if (now === undefined) return false;
    for (let index = 0; index < values.length; index++) if (now[index] !== values[index]) return false;
    return true;
  }

  /** All that is told of it follows from the values that are read here. */
  #find(slug: string): Held | undefined {
    const { readStanding, readHead, readVersion } = this.#parts;
    const first = this.#source(systemTenant, [standingKey(slug), scopeKey(slugScope(slug))]);
    const standing = first && readStanding(slug, first.values[0] as Uint8Array);
    if (first === undefined || standing === undefined || !isInForce(standing, first.values[1])) return undefined;
    const second = this.#source(systemTenant, [headKey(slug, standing.head)]);
    const head = second && readHead(slug, standing.head, second.values[0] as Uint8Array);
    if (second === undefined || head?.state !== "live" || head.current === undefined) return undefined;
    const third = this.#source(systemTenant, [versionKey(slug, head.current)]);
    const version = third && readVersion(slug, head.current, third.values[0] as Uint8Array);
    if (third === undefined || version === undefined) return undefined;
    const scopes: readonly Scope[] = version.generations.map(([scope]) => namedScope(scope, version.source.tenant));
    const tokens = [...new Set(scopes.map(({ tenant }) => tenant))].map((tenant) =>
      this.#source(tenant, scopes.filter((scope) => scope.tenant === tenant).map(scopeKey)),
    );
    const sources = [first, second, third, ...tokens];
    if (!sources.every((source) => source !== undefined)) return undefined;
    const isAlive = scopes.every((scope, index) => isSpared(version, index, valueIn(sources, scope)));
    return isAlive ? { shown: { head, version }, sources } : undefined;
  }

  /** `undefined` where one of the values is not in memory. */
  #source(tenant: string, keys: readonly string[]): Source | undefined {
    const values = this.#inMemory(tenant, keys);
    return values?.every((value) => value !== undefined) === true ? { tenant, keys, values } : undefined;
  }

  #inMemory(tenant: string, keys: readonly string[]): readonly (Uint8Array | undefined)[] | undefined {
    const values = this.#parts.store.get(tenant, keys);
    if (!isPromise(values)) return values;
    // It is on its way to memory now, for the next one who asks.
    values.catch(() => {});
    return undefined;
  }
}

function valueIn(sources: readonly Source[], scope: Scope): Uint8Array | undefined {
  const key = scopeKey(scope);
  for (const { tenant, keys, values } of sources) {
    const index = tenant === scope.tenant ? keys.indexOf(key) : -1;
    if (index >= 0) return values[index];
  }
  return undefined;
}
