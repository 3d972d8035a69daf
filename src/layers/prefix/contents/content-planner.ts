import type { PromptPrefix } from "../breakpoints/prompt-prefixes.ts";
import type { CacheRules } from "../breakpoints/published-rules.ts";

/**
 * When it pays to have a provider keep a prefix as a thing of its own. Keeping a token for an hour costs `storage` of the
 * price of an input token, making it `write`; each call that reads it saves `1 - read` of what the provider's implicit
 * cache would not have read for less anyway, which is learnt from answers. A prefix that is read r times an hour is thus
 * worth r (1 - implicit)(1 - read) - storage an hour. It is made when that is worth more, within the time that it has been
 * asked for already, than making it and storing it for nobody at the end: what has lasted for a while will last for about
 * as long again (J. R. Gott, Nature 363, 1993). Of several the one is made that is worth most. It is let go after as long without a call as makes storage
 * cost as much as making it anew, which never costs more than twice the best (A. R. Karlin et al., "Competitive snoopy
 * caching", Algorithmica 3, 1988).
 */

interface Seen {
  readonly times: number[];
}

const hourMs = 3_600_000;
const mostTimes = 12;
const leastTimes = 3;
/** What is asked for twice as rarely as before is another rate. */
const restMs = hourMs;
/** Within it an implicit cache may be expected to know of the call before. */
const shortMs = 5 * 60_000;
const [shortestIdleMs, longestIdleMs] = [60_000, 30 * 60_000];

export const mostSeen = 10_000;

export class ContentPlanner {
  readonly #mostSeen: number;
  readonly #seen = new Map<string, Seen>();

  constructor(most = mostSeen) {
    this.#mostSeen = most;
  }

  /** Prefixes that it remembers. */
  get size(): number {
    return this.#seen.size;
  }

  /** A call with these prefixes comes. */
  observe(prefixes: readonly PromptPrefix[], now: number): void {
    for (const { digest } of prefixes) {
      const seen = this.#seen.get(digest) ?? { times: [] };
      this.#seen.delete(digest);
      this.#seen.set(digest, seen);
      const last = seen.times.at(-1);
      if (last !== undefined && now - last > restMs) seen.times.length = 0;
      seen.times.push(now);
      if (seen.times.length > mostTimes) seen.times.shift();
    }
    for (const digest of this.#seen.keys()) {
      if (this.#seen.size <= this.#mostSeen) break;
      this.#seen.delete(digest);
    }
  }

  /**
   * The one to make, of those that are long enough. `implicit`: of their tokens, the part that is read for less anyway;
   * `had`: so long is the one that is kept already, and is read in any case.
   */
  toMake(prefixes: readonly PromptPrefix[], rules: CacheRules, implicit: number, had = 0): PromptPrefix | undefined {
    let best: { readonly prefix: PromptPrefix; readonly worth: number } | undefined;
    for (const prefix of prefixes) {
      const { times } = this.#seen.get(prefix.digest) ?? { times: [] };
      const [first = 0, last = 0] = [times[0], times.at(-1)];
      if (times.length < leastTimes || last <= first) continue;
      const saved = savedAnHour(times, rules, implicit) * (prefix.length - had);
      const lastsHours = Math.min(1, (last - first) / hourMs);
      const storedHours = lastsHours + idleMsOf(rules) / hourMs;
      const worth = saved * lastsHours - (rules.storage * storedHours + rules.write) * prefix.length;
      if (worth > 0 && (best === undefined || worth > best.worth)) best = { prefix, worth };
    }
    return best?.prefix;
  }

  /** Characters that the longest of them has which came before, not long ago; asked after `observe`. */
  seenBefore(prefixes: readonly PromptPrefix[], now: number): number {
    const isShared = ({ digest }: PromptPrefix): boolean => {
      const before = this.#seen.get(digest)?.times.at(-2);
      return before !== undefined && now - before <= shortMs;
    };
    return prefixes.findLast(isShared)?.length ?? 0;
  }

  /** Whether keeping it on is worth its storage, at the rate of late. */
  isWorthKeeping({ digest }: Pick<PromptPrefix, "digest">, rules: CacheRules, implicit: number): boolean {
    const { times } = this.#seen.get(digest) ?? { times: [] };
    return times.length >= leastTimes && savedAnHour(times, rules, implicit) > rules.storage;
  }
}

/** For so long nobody may ask before it is let go. */
export function idleMsOf({ write, storage }: CacheRules): number {
  return Math.min(longestIdleMs, Math.max(shortestIdleMs, (write / storage) * hourMs));
}

/** Of each of its tokens, in input tokens. */
function savedAnHour(times: readonly number[], { read }: CacheRules, implicit: number): number {
  const span = (times.at(-1) as number) - (times[0] as number);
  const rate = span <= 0 ? 0 : ((times.length - 1) * hourMs) / span;
  return rate * (1 - implicit) * (1 - read);
}
