/** US dollars for a million tokens: assumptions of this demo, told to the gateway and used by its books. */

export interface ModelPrices {
  readonly input: number;
  readonly output: number;
  /** Of input that the provider read from its own cache. */
  readonly cacheRead: number;
}

export const prices: Readonly<Record<string, ModelPrices>> = {
  "gpt-4.1": { input: 2, output: 8, cacheRead: 0.5 },
  "gpt-4.1-mini": { input: 0.4, output: 1.6, cacheRead: 0.1 },
  "claude-sonnet-4-5": { input: 3, output: 15, cacheRead: 0.3 },
  "gemini-2.5-flash": { input: 0.3, output: 2.5, cacheRead: 0.075 },
  "text-embedding-3-small": { input: 0.02, output: 0, cacheRead: 0.02 },
};

/** As the demo counts them, from what stands in the answers. */
export interface Tokens {
  /** Those from the cache among them. */
  readonly input: number;
  readonly cached: number;
  readonly output: number;
}

export const noTokens: Tokens = { input: 0, cached: 0, output: 0 };

/** In picodollars, whole: prices have a few decimals for a million tokens. */
export function costOf(model: string, { input, cached, output }: Tokens): bigint {
  const known = prices[model];
  if (known === undefined) throw new Error(`The demo has no price of ${model}.`);
  const perToken = (usd: number) => BigInt(Math.round(usd * 1_000_000));
  return (
    BigInt(input - cached) * perToken(known.input) +
    BigInt(cached) * perToken(known.cacheRead) +
    BigInt(output) * perToken(known.output)
  );
}

export function dollars(picodollars: bigint, digits = 4): string {
  return (Number(picodollars) / 1e12).toFixed(digits);
}
