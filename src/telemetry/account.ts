import type { Cost } from "../core/cost.ts";
import { usdText } from "../core/money.ts";
import type { TokenCounts } from "../core/recording.ts";

/** Token counts and money of many answers, added up exactly. */

export interface AccountTotals {
  /** Answers booked. */
  readonly answers: number;
  /** Those whose price is not known: the answer tells no usage, or nobody publishes a price of its model. */
  readonly unpriced: number;
  /** Of all that told their usage, priced or not. */
  readonly tokens: TokenCounts;
  /** Exact decimal in US dollars; see `picodollars` in `core/money.ts`. */
  readonly usd: string;
}

type Kind = keyof TokenCounts;

export const kinds: readonly Kind[] = [
  "inputTokens",
  "cachedInputTokens",
  "cacheWriteTokens",
  "outputTokens",
  "reasoningTokens",
];

/** The sums of an account. */
export type AccountReading = Readonly<
  Pick<Account, "answers" | "unpriced" | "tokens" | "picodollars" | "conservativePicodollars">
>;

/** What does not fit into a safe integer moves on to the large sum: adding small ones costs a hit nothing. */
class Money {
  #small = 0;
  #large = 0n;

  add(picodollars: number): void {
    const sum = this.#small + picodollars;
    if (sum > Number.MAX_SAFE_INTEGER || sum < Number.MIN_SAFE_INTEGER) {
      this.#large += BigInt(this.#small);
      this.#small = picodollars;
    } else this.#small = sum;
  }

  merge(picodollars: bigint): void {
    this.#large += picodollars;
  }

  get sum(): bigint {
    return this.#large + BigInt(this.#small);
  }
}

export class Account {
  answers = 0;
  unpriced = 0;
  readonly tokens: { -readonly [K in Kind]: TokenCounts[K] } = {
    inputTokens: 0,
    cachedInputTokens: 0,
    cacheWriteTokens: 0,
    outputTokens: 0,
    reasoningTokens: 0,
  };
  readonly #list = new Money();
  readonly #conservative = new Money();

  add({ usage, price }: Cost): void {
    this.answers++;
    if (usage !== undefined) {
      const { tokens } = this;
      tokens.inputTokens += usage.inputTokens;
      tokens.cachedInputTokens += usage.cachedInputTokens;
      tokens.cacheWriteTokens += usage.cacheWriteTokens;
      tokens.outputTokens += usage.outputTokens;
      tokens.reasoningTokens += usage.reasoningTokens;
    }
    if (price === undefined) {
      this.unpriced++;
      return;
    }
    this.#list.add(price.picodollars);
    this.#conservative.add(price.conservativePicodollars ?? price.picodollars);
  }

  /** Books what was booked before the other way round, here or in another account. */
  takeOff({ usage, price }: Cost): void {
    this.answers--;
    if (usage !== undefined) for (const kind of kinds) this.tokens[kind] -= usage[kind];
    if (price === undefined) {
      this.unpriced--;
      return;
    }
    this.#list.add(-price.picodollars);
    this.#conservative.add(-(price.conservativePicodollars ?? price.picodollars));
  }

  merge({ answers, unpriced, tokens, picodollars, conservativePicodollars }: AccountReading): void {
    this.answers += answers;
    this.unpriced += unpriced;
    for (const kind of kinds) this.tokens[kind] += tokens[kind];
    this.#list.merge(picodollars);
    this.#conservative.merge(conservativePicodollars);
  }

  get picodollars(): bigint {
    return this.#list.sum;
  }

  /** As if the provider had read every prompt from a cache of its own. */
  get conservativePicodollars(): bigint {
    return this.#conservative.sum;
  }

  get totals(): AccountTotals {
    const { answers, unpriced, tokens, picodollars } = this;
    return { answers, unpriced, tokens: { ...tokens }, usd: usdText(picodollars) };
  }
}

/** One account for all, without what was taken back. */
export function together(accounts: Iterable<Account>, undone: Iterable<Account> = []): AccountTotals {
  const [all, less] = [added(accounts), added(undone)];
  const tokens = { ...all.tokens };
  for (const kind of kinds) tokens[kind] -= less.tokens[kind];
  return {
    answers: all.answers - less.answers,
    unpriced: all.unpriced - less.unpriced,
    tokens,
    usd: usdText(all.picodollars - less.picodollars),
  };
}

function added(accounts: Iterable<Account>): Account {
  const sum = new Account();
  for (const account of accounts) sum.merge(account);
  return sum;
}
