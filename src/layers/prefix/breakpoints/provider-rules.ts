import { defined } from "../../../core/defined.ts";
import { glob } from "../../../core/glob.ts";
import { type CacheRules, publishedRules } from "./published-rules.ts";

export type { CacheRules } from "./published-rules.ts";

/**
 * The rules of the cache behind a model: those that are published, where an operator does not say otherwise. What an
 * upstream reports corrects the least tokens while it runs (`token-measure.ts`).
 */

/** What an operator knows better; what is not said stays as it is published. */
export interface OwnRules {
  readonly leastTokens?: number | undefined;
  readonly mostMarks?: number | undefined;
  readonly lookBack?: number | undefined;
  readonly lifetimeMs?: number | undefined;
  readonly write?: number | undefined;
  readonly read?: number | undefined;
  /** 0: there is no longer lifetime. */
  readonly longLifetimeMs?: number | undefined;
  readonly longWrite?: number | undefined;
  readonly storage?: number | undefined;
}

/** With patterns of models; of those that fit the first that says something decides on it. */
export type RulesByModel = readonly (readonly [pattern: string, rules: OwnRules])[];

/** Of calls in `protocol` for `model`; `undefined` where nothing is known of a cache. */
export function rulesFor(protocol: string, model: string, own: RulesByModel = []): CacheRules | undefined {
  const published = publishedRules.find(
    ({ protocols, models, butOnly }) =>
      protocols.includes(protocol) &&
      (typeof models === "string" ? glob(models)(model) : models.test(model)) &&
      butOnly?.test(model) !== false,
  )?.rules;
  const known = own.filter(([pattern]) => glob(pattern)(model)).map(([, one]) => defined(one));
  return published === undefined || known.length === 0
    ? published
    : withOwn(published, Object.assign({}, ...known.reverse()));
}

/** A longer lifetime that the provider has not got cannot be asked for. */
function withOwn(rules: CacheRules, { longLifetimeMs, longWrite, ...own }: OwnRules): CacheRules {
  const given = { ...rules, ...(own as Partial<CacheRules>) };
  if (rules.longer === undefined || longLifetimeMs === 0) return { ...given, longer: undefined };
  const { lifetimeMs, write } = rules.longer;
  return { ...given, longer: { lifetimeMs: longLifetimeMs ?? lifetimeMs, write: longWrite ?? write } };
}

/**
 * Ends of the hosts that understand the fields of each protocol's own provider. Nobody else is sent them unless the
 * upstream's option says so: many servers that are compatible refuse fields they do not know.
 */
const genuineHosts: readonly (readonly [protocol: string, host: string])[] = [
  ["anthropic-", "api.anthropic.com"],
  ["openai-", "api.openai.com"],
  ["openai-", ".openai.azure.com"],
  ["gemini", "generativelanguage.googleapis.com"],
];

export function isGenuine(protocol: string, baseUrl: string): boolean {
  if (!URL.canParse(baseUrl)) return false;
  const { hostname, protocol: scheme } = new URL(baseUrl);
  return (
    scheme === "https:" &&
    genuineHosts.some(
      ([start, host]) =>
        protocol.startsWith(start) && (host.startsWith(".") ? hostname.endsWith(host) : hostname === host),
    )
  );
}
