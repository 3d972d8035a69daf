import type { Refusal } from "../core/allowance.ts";
import type { LimitName } from "../core/limits.ts";
import { usdText } from "../core/money.ts";
import { type Bound, endOfWindow } from "./limit-windows.ts";

/** What is said to whoever has reached a limit: which one, how much it is, and when it begins anew. */

const words: Readonly<Record<LimitName, (most: string) => string>> = {
  requestsPerMinute: (most) => `${most} requests a minute`,
  tokensPerMinute: (most) => `${most} tokens a minute`,
  tokensPerDay: (most) => `${most} tokens a day`,
  usdPerDay: (most) => `${most} US dollars a day`,
  usdPerMonth: (most) => `${most} US dollars a month`,
  concurrent: (most) => `${most} calls at once`,
};

export function refusalOf({ name, quantity, window, most }: Bound, wanted: bigint, now: number): Refusal {
  const limit = words[name](quantity === "picodollars" ? usdText(most) : String(most));
  const code = window === "day" || window === "month" ? "insufficient_quota" : "rate_limit_exceeded";
  if (wanted > most && most > 0n) {
    const message = `This call alone may take more than the limit of ${limit} allows. Ask for fewer tokens, such as by a lower bound on the answer.`;
    return { limit: name, code, message, retryAfterMs: undefined };
  }
  if (window === "now") return { limit: name, code, message: `The limit of ${limit} is reached.`, retryAfterMs: 1_000 };
  const endsAt = endOfWindow(window, now);
  const until = new Date(endsAt).toISOString().replace(".000", "");
  return {
    limit: name,
    code,
    message: `The limit of ${limit} is reached; it begins anew at ${until}.`,
    retryAfterMs: Math.max(0, endsAt - now),
  };
}
