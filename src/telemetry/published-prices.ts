import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import type * as GenaiPrices from "@pydantic/genai-prices";
import { picodollarsPerDollar } from "../core/money.ts";
import type { Usage } from "../core/recording.ts";

/**
 * The published list prices of `@pydantic/genai-prices`, bundled with that package and therefore known without a network
 * and pinned by its version. They depend on the date and, with some providers, on the time of day and the length of
 * the prompt. Loaded with the first answer that is to be priced, or before: it takes some 20 ms that a start should not wait for, nor
 * a call.
 */

interface Loaded {
  readonly prices: typeof GenaiPrices;
  /** Such as `genai-prices 0.1.8`. */
  readonly source: string;
}

let loaded: Loaded | undefined;

function load(): Loaded {
  if (loaded === undefined) {
    const require = createRequire(import.meta.url);
    const main = require.resolve("@pydantic/genai-prices");
    const { version } = JSON.parse(readFileSync(join(dirname(main), "..", "package.json"), "utf8")) as {
      version: string;
    };
    loaded = { prices: require("@pydantic/genai-prices"), source: `genai-prices ${version}` };
  }
  return loaded;
}

/** For a program that has started and has a moment to spare. */
export function loadPublishedPrices(): void {
  load();
}

/** Providers whose models nobody else publishes: their names are theirs wherever a call to them is sent through. */
const ownersOfTheirModels: ReadonlySet<string> = new Set(["openai", "anthropic", "google"]);

export interface PublishedPrice {
  /** Rounded to the whole picodollar; may be beyond what is safe. */
  readonly picodollars: number;
  readonly source: string;
}

/**
 * The list price of `usage`, or `undefined` where there is none. The base URL tells the provider; where it is nobody's
 * that is known (a proxy, a deployment), the protocol's own provider does, and else the name of the model. Models that
 * anyone may host have no price without a known host.
 */
export function publishedPrice(
  { protocol, originId, model }: { readonly protocol: string; readonly originId: string; readonly model: string },
  usage: Usage,
  now: number,
): PublishedPrice | undefined {
  if (model === "") return undefined;
  const { prices, source } = load();
  const counts = countsOf(usage);
  const timestamp = new Date(now);
  const host = prices.findProvider({ providerApiUrl: originId });
  for (const provider of host === undefined ? withoutHost(prices, protocol, model) : [host]) {
    let price: GenaiPrices.PriceCalculationResult;
    try {
      price = prices.calcPrice(counts, model, { provider, timestamp });
    } catch {
      // Counts that cannot be, such as more cached tokens than there are.
      return undefined;
    }
    if (price !== null) return { picodollars: Math.round(price.total_price * picodollarsPerDollar), source };
  }
  return undefined;
}

function withoutHost(prices: typeof GenaiPrices, protocol: string, model: string): readonly GenaiPrices.Provider[] {
  const own = prices.findProvider({ providerId: providerOf(protocol) });
  const byModel = prices.findProvider({ modelId: model });
  const owner = byModel !== undefined && ownersOfTheirModels.has(byModel.id) ? byModel : undefined;
  return [own, owner].filter((provider) => provider !== undefined);
}

function providerOf(protocol: string): string {
  if (protocol.startsWith("anthropic")) return "anthropic";
  return protocol.startsWith("gemini") ? "google" : "openai";
}

/** `input_tokens` of the package includes what was read from and written to the provider's cache, as ours do. */
function countsOf(usage: Usage): GenaiPrices.Usage {
  const {
    inputTokens,
    cachedInputTokens,
    cacheWriteTokens,
    outputTokens,
    reasoningTokens,
    hourWriteTokens = 0,
  } = usage;
  const hours = Math.min(hourWriteTokens, cacheWriteTokens);
  return {
    input_tokens: inputTokens,
    output_tokens: outputTokens,
    ...(cachedInputTokens > 0 ? { cache_read_tokens: cachedInputTokens } : {}),
    ...(cacheWriteTokens > 0 ? { cache_write_tokens: cacheWriteTokens } : {}),
    ...(hours > 0 ? { cache_write_1h_tokens: hours, cache_write_5m_tokens: cacheWriteTokens - hours } : {}),
    ...(reasoningTokens > 0 ? { output_reasoning_tokens: reasoningTokens } : {}),
  };
}
