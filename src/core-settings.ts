import { defined } from "./core/defined.ts";
import type { CallPolicy } from "./core/policy.ts";
import type { MarkingSettings } from "./flights/cache-marking.ts";
import type { Settings } from "./options.ts";
import { PolicyRules } from "./policy/rules.ts";
import { type PolicySettings, policyOf } from "./policy-options.ts";
import { ownRulesOf } from "./prefix-options.ts";
import type { LintSettings } from "./prompt-lint/live-lint.ts";

/** What parts of a core make of the settings. */

export function markingOf({ layers: { prefix } }: Settings): MarkingSettings {
  const { breakpoints, longRetention } = prefix;
  return { breakpoints, longRetention, rules: ownRulesOf(prefix) };
}

export function lintOf({ layers: { prefix } }: Settings): LintSettings {
  return { mode: prefix.lint, rules: ownRulesOf(prefix) };
}

export function defaultPolicy(settings: Settings): CallPolicy {
  const { exact, semantic, edge } = settings.layers;
  return { ...policyOf(exact), semantic: semantic.mode, edge: edge.twins } as CallPolicy;
}

/** Vectors do not age, so they have a ttl of their own, and nothing stale to serve. */
export function vectorRulesOf(settings: Settings): PolicyRules {
  const { enabled, ttl, personalData } = settings.layers.embedding;
  const own = { enabled, ttlMs: ttl, maxTtlMs: ttl, staleWhileRevalidateMs: 0, staleIfErrorMs: 0, personalData };
  return rulesOf(settings, { ...defaultPolicy(settings), ...own });
}

export function rulesOf(settings: Settings, defaults = defaultPolicy(settings)): PolicyRules {
  return new PolicyRules(
    defaults,
    settings.rules.map(({ match, tags, ...set }) => ({
      match: defined(match),
      tags,
      set: policyOf(set as Partial<PolicySettings>),
    })),
  );
}
