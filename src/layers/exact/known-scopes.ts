import { LRUCache } from "lru-cache";
import { lengthPrefixed } from "../../core/fingerprint.ts";
import type { Keyed } from "../../core/layer.ts";
import { ScopeReading } from "../../core/present.ts";

/**
 * The scopes of calls that came lately. The same call is the same object; different calls that belong to the same scopes
 * share one reading of them, so that whatever one of them has learnt of their generations serves the next.
 */

const mostReadings = 1_000;

export class KnownScopes {
  readonly #ofCalls = new WeakMap<Keyed, ScopeReading>();
  readonly #readings = new LRUCache<string, ScopeReading>({ max: mostReadings });

  of(call: Keyed): ScopeReading {
    const known = this.#ofCalls.get(call);
    if (known !== undefined) return known;
    const { principal, directives, facts } = call;
    const { tenant, user } = principal;
    const { namespace, version, tags } = directives;
    const model = facts?.model ?? "";
    const who = user === undefined ? [tenant] : [tenant, user];
    const name = `${who.length} ${lengthPrefixed([...who, namespace, model, version, ...tags])}`;
    let reading = this.#readings.get(name);
    if (reading === undefined) {
      reading = new ScopeReading({ tenant, user, namespace, model, version, tags });
      this.#readings.set(name, reading);
    }
    this.#ofCalls.set(call, reading);
    return reading;
  }
}
