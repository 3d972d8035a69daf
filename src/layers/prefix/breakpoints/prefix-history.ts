import type { PromptPrefix } from "./prompt-prefixes.ts";

/**
 * Which prefixes came again in time, for the calls that one cache of a provider serves: those of one tenant to one model.
 * How likely it is that a prefix comes again is estimated from how often it did (a beta distribution with a prior). For one
 * that was never seen the prior is that of calls of the same form: whether a conversation begins, or the user goes on with
 * one, or a tool has answered. What became of earlier calls of that form moves it.
 */

/** How a call ends. */
export type Form = "opening" | "user" | "tool";

interface Seen {
  at: number;
  /** How often it came again, and of these how often in time. */
  chances: number;
  again: number;
  /** When the provider wrote or read it last, as far as is known. */
  keptAt: number | undefined;
}

interface Tally {
  again: number;
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

export const mostPrefixes = 10_000;

export class PrefixHistory {
  readonly #lifetimeMs: number;
  readonly #mostPrefixes: number;
  readonly #seen = new Map<string, Seen>();
  readonly #waiting = new Map<string, Waiting>();
  readonly #forms: Readonly<Record<Form, Tally>> = {
    opening: { again: 0, chances: 0 },
    user: { again: 0, chances: 0 },
    tool: { again: 0, chances: 0 },
  };

  constructor(lifetimeMs: number, most = mostPrefixes) {
    this.#lifetimeMs = lifetimeMs;
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
        this.#seen.set(digest, { at: now, chances: 0, again: 0, keptAt: undefined });
        continue;
      }
      // At the end of the order: what was seen longest ago is forgotten first.
      this.#seen.delete(digest);
      this.#seen.set(digest, seen);
      const isInTime = now - seen.at <= this.#lifetimeMs;
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

  isKept({ digest }: PromptPrefix, now: number): boolean {
    const keptAt = this.#seen.get(digest)?.keptAt;
    return keptAt !== undefined && now - keptAt <= this.#lifetimeMs;
  }

  /** The provider has written or read it. */
  keep({ digest }: PromptPrefix, now: number): void {
    const seen = this.#seen.get(digest);
    if (seen !== undefined) seen.keptAt = now;
  }

  /** The provider does not have it. */
  lose({ digest }: PromptPrefix): void {
    const seen = this.#seen.get(digest);
    if (seen !== undefined) seen.keptAt = undefined;
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
  }
  tally.chances++;
  if (isInTime) tally.again++;
}
