import type { Pricer } from "../core/cost.ts";
import { usdText } from "../core/money.ts";
import type { PromptGroup } from "../layers/prefix/lint/lint-result.ts";

/** What tokens cost that were computed in full and could have been read from the cache: the difference of the two prices. */

export interface Lost {
  readonly tokens: number;
  /** `undefined` where the model has no price, or none for what comes from its cache. */
  readonly usd: string | undefined;
  /** The same for a day at the rate of the log; `undefined` where the log is shorter than ten minutes or has no times. */
  readonly tokensPerDay: number | undefined;
  readonly usdPerDay: string | undefined;
}

/** Some models cost more for long prompts; that is not reckoned with. */
const pricedAtOnce = 10_000;
const dayMs = 86_400_000;
const leastSpanMs = 10 * 60_000;

export function lostBy(
  { protocol, originId, model }: Pick<PromptGroup, "protocol" | "originId" | "model">,
  tokens: number,
  { pricer, now, spanMs }: { readonly pricer: Pricer; readonly now: number; readonly spanMs: number | undefined },
): Lost {
  const counts = { cachedInputTokens: 0, cacheWriteTokens: 0, outputTokens: 0, reasoningTokens: 0 };
  const usage = { inputTokens: pricedAtOnce, ...counts };
  const { price } = pricer.price({ protocol, originId, model, answeredBy: undefined, usage }, now);
  const cached = price?.conservativePicodollars;
  const picodollars =
    price === undefined || cached === undefined ? undefined : ((price.picodollars - cached) * tokens) / pricedAtOnce;
  const days = spanMs === undefined || spanMs < leastSpanMs ? undefined : spanMs / dayMs;
  const text = (amount: number | undefined) => (amount === undefined ? undefined : usdText(Math.round(amount)));
  return {
    tokens,
    usd: text(picodollars),
    tokensPerDay: days === undefined ? undefined : Math.round(tokens / days),
    usdPerDay: days === undefined || picodollars === undefined ? undefined : text(picodollars / days),
  };
}
