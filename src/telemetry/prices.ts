import { LRUCache } from "lru-cache";
import type { Billed, Cost, Price, Pricer } from "../core/cost.ts";
import { glob } from "../core/glob.ts";
import { picodollarsPerDollar, usdText } from "../core/money.ts";
import type { Usage } from "../core/recording.ts";
import { publishedPrice } from "./published-prices.ts";

/**
 * What an answer costs. The operator's own prices come first, then the published ones; a model that neither knows is
 * unpriced. A price is looked up once for a model, its origin and its token counts and then remembered, since looking it
 * up takes some forty microseconds; what is remembered is forgotten every quarter of an hour, since prices have a
 * date and some a time of day.
 */

/** US dollars for a million tokens. */
export interface TokenPrices {
  readonly input: number;
  readonly output: number;
  /** Of input tokens that the provider read from its cache; default `input`. */
  readonly cacheRead?: number | undefined;
  /** Of input tokens that the provider wrote to its cache; default `input`. */
  readonly cacheWrite?: number | undefined;
  /** Of those that it keeps for an hour; default `cacheWrite`. */
  readonly cacheWriteHour?: number | undefined;
}

const quarterMs = 15 * 60_000;
const remembered = 2_000;
const longestKey = 1_000;

/** The same, complete. */
interface AllPrices extends TokenPrices {
  readonly cacheRead: number;
  readonly cacheWrite: number;
  readonly cacheWriteHour: number;
}

interface Override {
  readonly fits: (model: string) => boolean;
  readonly prices: AllPrices;
}

export class Prices implements Pricer {
  readonly #overrides: readonly Override[];
  readonly #known = new LRUCache<string, Cost>({ max: remembered });
  #edition = 0;

  /** `overrides`: prices by pattern for the model, asked or answering; the first that fits decides. */
  constructor(overrides: Readonly<Record<string, TokenPrices>> = {}) {
    this.#overrides = Object.entries(overrides).map(
      ([pattern, { input, output, cacheRead = input, cacheWrite = input, cacheWriteHour }]) => ({
        fits: glob(pattern),
        prices: { input, output, cacheRead, cacheWrite, cacheWriteHour: cacheWriteHour ?? cacheWrite },
      }),
    );
  }

  edition(now: number): number {
    return Math.floor(now / quarterMs);
  }

  price(billed: Billed, now: number): Cost {
    const edition = this.edition(now);
    if (edition !== this.#edition) this.#known.clear();
    this.#edition = edition;
    const key = keyOf(billed);
    let cost = this.#known.get(key);
    if (cost === undefined) {
      cost = { usage: billed.usage, price: this.#priceOf(billed, now) };
      // Names come with requests, of any length.
      if (key.length <= longestKey) this.#known.set(key, cost);
    }
    return cost;
  }

  #priceOf({ protocol, originId, model, answeredBy, usage }: Billed, now: number): Price | undefined {
    if (usage === undefined) return undefined;
    const names = answeredBy === undefined || answeredBy === model ? [model] : [answeredBy, model];
    const fromCache = allFromCache(usage);
    const own = this.#overrides.find(({ fits }) => names.some(fits));
    if (own !== undefined) return priced(ownPrice(own.prices, usage), ownPrice(own.prices, fromCache), "override");
    for (const name of names) {
      const priceOf = (tokens: Usage) => publishedPrice({ protocol, originId, model: name }, tokens, now);
      const published = priceOf(usage);
      if (published !== undefined)
        return priced(published.picodollars, priceOf(fromCache)?.picodollars, published.source);
    }
    return undefined;
  }
}

/** What a provider counts that reads the whole prompt from its own cache. */
function allFromCache(usage: Usage): Usage {
  return { ...usage, cachedInputTokens: usage.inputTokens, cacheWriteTokens: 0 };
}

/**
 * A price of more than a safe integer holds, 9,007 dollars for one call, is no price of anything. The conservative one
 * is never the higher of the two: some providers charge nothing less for what they read from a cache.
 */
function priced(picodollars: number | undefined, atLeast: number | undefined, source: string): Price | undefined {
  if (picodollars === undefined || !Number.isSafeInteger(picodollars)) return undefined;
  const price = { picodollars, usd: usdText(picodollars), source };
  if (atLeast === undefined || !Number.isSafeInteger(atLeast) || atLeast >= picodollars) return price;
  return { ...price, conservativePicodollars: atLeast };
}

/** `undefined` for counts that cannot be: more tokens from the cache than there are. */
function ownPrice(prices: AllPrices, usage: Usage): number | undefined {
  const { inputTokens, cachedInputTokens, cacheWriteTokens, outputTokens } = usage;
  const hours = Math.min(usage.hourWriteTokens ?? 0, cacheWriteTokens);
  const uncached = inputTokens - cachedInputTokens - cacheWriteTokens;
  if (uncached < 0) return undefined;
  return (
    uncached * perToken(prices.input) +
    cachedInputTokens * perToken(prices.cacheRead) +
    (cacheWriteTokens - hours) * perToken(prices.cacheWrite) +
    hours * perToken(prices.cacheWriteHour) +
    outputTokens * perToken(prices.output)
  );
}

/** Whole picodollars: prices have at most six decimals. */
function perToken(dollarsPerMillion: number): number {
  return Math.round((dollarsPerMillion * picodollarsPerDollar) / 1_000_000);
}

function keyOf({ protocol, originId, model, answeredBy = "", usage }: Billed): string {
  const names = `${protocol}\n${originId}\n${model}\n${answeredBy}`;
  if (usage === undefined) return names;
  const {
    inputTokens,
    cachedInputTokens,
    cacheWriteTokens,
    outputTokens,
    reasoningTokens,
    hourWriteTokens = 0,
  } = usage;
  return `${names}\n${inputTokens},${cachedInputTokens},${cacheWriteTokens},${outputTokens},${reasoningTokens},${hourWriteTokens}`;
}
