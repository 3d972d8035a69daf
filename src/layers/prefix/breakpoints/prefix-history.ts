import type { PromptPrefix } from "./prompt-prefixes.ts";

/**
 * Which prefixes came again in time, for the calls that one cache of a provider serves: those of one tenant to one model.
 * How likely it is that a prefix comes again is estimated from how often it did (a beta distribution with a prior). For one
 * that was never seen the prior is that of calls of the same form: whether a conversation begins, or the user goes on with
 * one, or a tool has answered. What became of earlier calls of that form moves it. Of a prefix that came again several
 * times it is known besides how often that was within the provider's longer lifetime.
 */

/** How a call ends. */
export type Form = "opening" | "user" | "tool";

interface Seen {
  at: number;
  /** How often it came again, and of these how often in time. */
  chances: number;
  again: number;
  /** Likewise, within the longer lifetime. */
  againLater: number;
  /** When the provider forgets it unless it is read before, and how long it lives then; as far as is known. */
  kept: { until: number; readonly lifetimeMs: number } | undefined;
}

/** What there is to choose from; `longerMs` `undefined`: nothing. */
export interface Lifetimes {
  readonly lifetimeMs: number;
  readonly longerMs?: number | undefined;
}

interface Tally {
  again: number;
  againLater?: number;
  chances: number;
}

interface Waiting {
  readonly digest: string;
  readonly form: Form;
  readonly at: number;
}

/** Before anything is known: one call is no conversation, and who calls tools goes on when they have answered. */
const priors: Readonly<Record<Form, number>> = { opening: 0.2, user: 0.5, tool: 0.8 };
/** For how many calls the prior stands. */
const priorCalls = 2;
/** Of earlier calls so many count; what is older fades. */
const mostCounted = 64;
/** What was seen once may come again with the likelihood of the prior; each time that it did counts as much. */
const priorOfSeen = 1;
/** A longer lifetime costs more than once: it is chosen for what has shown that it pays. */
const leastChances = 2;

export const mostPrefixes = 10_000;

export class PrefixHistory {
  readonly #lifetimeMs: number;
  readonly #longerMs: number;
  readonly #mostPrefixes: number;
  readonly #seen = new Map<string, Seen>();
  readonly #waiting = new Map<string, Waiting>();
  readonly #forms: Readonly<Record<Form, Tally>> = {
    opening: { again: 0, chances: 0 },
    user: { again: 0, chances: 0 },
    tool: { again: 0, chances: 0 },
  };

  constructor({ lifetimeMs, longerMs = 0 }: Lifetimes, most = mostPrefixes) {
    this.#lifetimeMs = lifetimeMs;
    this.#longerMs = longerMs;
    this.#mostPrefixes = most;
  }

  get size(): number {
    return this.#seen.size;
  }

  /** A call with these prefixes begins. */
  observe(prefixes: readonly PromptPrefix[], form: Form, now: number): void {
    this.#expire(now);
    for (const { digest } of prefixes) {
      const seen = this.#seen.get(digest);
      if (seen === undefined) {
        this.#seen.set(digest, { at: now, chances: 0, again: 0, againLater: 0, kept: undefined });
        continue;
      }
      // At the end of the order: what was seen longest ago is forgotten first.
      this.#seen.delete(digest);
      this.#seen.set(digest, seen);
      const isInTime = now - seen.at <= this.#lifetimeMs;
      if (now - seen.at <= this.#longerMs) seen.againLater++;
      count(seen, isInTime);
      seen.at = now;
      this.#settle(digest, isInTime);
    }
    const whole = prefixes.at(-1);
    if (whole !== undefined && this.#seen.get(whole.digest)?.chances === 0)
      this.#waiting.set(whole.digest, { digest: whole.digest, form, at: now });
    for (const digest of this.#seen.keys()) {
      if (this.#seen.size <= this.#mostPrefixes) break;
      this.#seen.delete(digest);
      this.#waiting.delete(digest);
    }
  }

  /** How likely each of the prefixes of a call that was observed comes again in time; never more likely than a shorter one. */
  likelihoods(prefixes: readonly PromptPrefix[], form: Form): readonly number[] {
    const { again, chances } = this.#forms[form];
    const unseen = (again + priorCalls * priors[form]) / (chances + priorCalls);
    const likely = prefixes.map(({ digest }, index) => {
      const seen = this.#seen.get(digest);
      const prior = index === prefixes.length - 1 ? unseen : priors.opening;
      if (seen === undefined || seen.chances === 0) return prior;
      return (seen.again + priorOfSeen * prior) / (seen.chances + priorOfSeen);
    });
    for (let index = likely.length - 2; index >= 0; index--)
      likely[index] = Math.max(likely[index] as number, likely[index + 1] as number);
    return likely;
  }

  /** How likely each of them comes again within the longer lifetime; 0 where too little is known of that. */
  laterLikelihoods(prefixes: readonly PromptPrefix[]): readonly number[] {
    const likely = prefixes.map(({ digest }) => {
      const seen = this.#seen.get(digest);
      if (seen === undefined || seen.chances < leastChances) return 0;
      return (seen.againLater + priorOfSeen * priors.opening) / (seen.chances + priorOfSeen);
    });
    for (let index = likely.length - 2; index >= 0; index--)
      likely[index] = Math.max(likely[index] as number, likely[index + 1] as number);
    return likely;
  }

  isKept({ digest }: PromptPrefix, now: number): boolean {
    const kept = this.#seen.get(digest)?.kept;
    return kept !== undefined && now <= kept.until;
  }

  /** The provider has written or read it: written for `lifetimeMs`, unless it was there and stays as it was. */
  keep({ digest }: PromptPrefix, now: number, lifetimeMs: number): void {
    const seen = this.#seen.get(digest);
    if (seen === undefined) return;
    const lives = seen.kept !== undefined && now <= seen.kept.until ? seen.kept.lifetimeMs : lifetimeMs;
    seen.kept = { until: now + lives, lifetimeMs: lives };
  }

  /** The provider does not have it. */
  lose({ digest }: PromptPrefix): void {
    const seen = this.#seen.get(digest);
    if (seen !== undefined) seen.kept = undefined;
  }

  /** What did not come in time will not. */
  #expire(now: number): void {
    for (const { digest, at } of this.#waiting.values()) {
      if (now - at <= this.#lifetimeMs) break;
      this.#settle(digest, false);
    }
  }

  #settle(digest: string, isInTime: boolean): void {
    const waiting = this.#waiting.get(digest);
    if (waiting === undefined) return;
    this.#waiting.delete(digest);
    count(this.#forms[waiting.form], isInTime);
  }
}

function count(tally: Tally, isInTime: boolean): void {
  if (tally.chances >= mostCounted) {
    tally.chances /= 2;
    tally.again /= 2;
    if (tally.againLater !== undefined) tally.againLater /= 2;
  }
  tally.chances++;
  if (isInTime) tally.again++;
}
