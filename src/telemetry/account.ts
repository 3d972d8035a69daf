import type { Cost } from "../core/cost.ts";
import { usdText } from "../core/money.ts";
import type { Usage } from "../core/recording.ts";

/** Token counts and money of many answers, added up exactly. */

export interface AccountTotals {
  /** Answers booked. */
  readonly answers: number;
  /** Those whose price is not known: the answer tells no usage, or nobody publishes a price of its model. */
  readonly unpriced: number;
  /** Of all that told their usage, priced or not. */
  readonly tokens: Usage;
  /** Exact decimal in US dollars; see `picodollars` in `core/money.ts`. */
  readonly usd: string;
}

type Kind = keyof Usage;

export class Account {
  answers = 0;
  unpriced = 0;
  readonly tokens: { -readonly [K in Kind]: Usage[K] } = {
    inputTokens: 0,
    cachedInputTokens: 0,
    cacheWriteTokens: 0,
    outputTokens: 0,
    reasoningTokens: 0,
  };
  /** What does not fit into a safe integer moves on to the large sum: adding small ones costs a hit nothing. */
  #small = 0;
  #large = 0n;

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
    if (this.#small + price.picodollars > Number.MAX_SAFE_INTEGER) {
      this.#large += BigInt(this.#small);
      this.#small = 0;
    }
    this.#small += price.picodollars;
  }

  get picodollars(): bigint {
    return this.#large + BigInt(this.#small);
  }

  get totals(): AccountTotals {
    const { answers, unpriced, tokens, picodollars } = this;
    return { answers, unpriced, tokens: { ...tokens }, usd: usdText(picodollars) };
  }
}

/** One account for all. */
export function together(accounts: Iterable<Account>): AccountTotals {
  const tokens = { ...new Account().tokens };
  let [answers, unpriced, picodollars] = [0, 0, 0n];
  for (const account of accounts) {
    answers += account.answers;
    unpriced += account.unpriced;
    picodollars += account.picodollars;
    for (const kind of Object.keys(tokens) as Kind[]) tokens[kind] += account.tokens[kind];
  }
  return { answers, unpriced, tokens, usd: usdText(picodollars) };
}
