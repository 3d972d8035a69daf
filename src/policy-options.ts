import { z } from "zod";
import type { CallPolicy, StochasticMode } from "./core/policy.ts";
import { bytes, choice, duration, field, flag, integer } from "./option-fields.ts";
import { type PersonalDataInput, personalDataFields } from "./personal-data-options.ts";

/** The options of answers that are kept: section `layers.exact`, and what a rule may say otherwise. */

const stochasticModes: readonly StochasticMode[] = [
  "cache-first",
  "deterministic-only",
  "force-zero",
  "skip",
  "variants",
];

/** The settings that a rule may override for the calls it matches. */
export const policyFields = {
  enabled: flag(true, { description: "Whether these calls may be answered from the cache at all." }),
  ttl: duration("1h", { description: "How long an answer is fresh." }),
  maxTtl: duration("30d", { description: "The longest ttl a request may ask for." }),
  ttlJitter: field((value) => (typeof value === "number" && value >= 0 && value <= 0.5 ? value : undefined), {
    description:
      "Up to this share of `ttl` is taken off at random, so that entries written together do not expire together.",
    default: 0.05,
    rule: "a number from 0 to 0.5",
  }),
  staleWhileRevalidate: duration("0s", {
    description: "How long after `ttl` an answer is still served while one call refreshes it.",
  }),
  staleIfError: duration("1d", {
    description: "How long after `ttl` an answer is served if the origin fails (connect, 429, 5xx, timeout).",
  }),
  stochastic: choice("cache-first", stochasticModes, {
    description: "What to do with answers at a temperature above 0 or unset.",
  }),
  variants: integer(1, 1, 100, { description: "Different answers kept for one call when `stochastic` is `variants`." }),
  regenerate: flag(false, {
    description: "Treat a repeat by the same user within `regenerateWindow` as a wish for a new answer.",
  }),
  regenerateWindow: duration("1m", { description: "See `regenerate`." }),
  perUser: flag(false, { description: "Make the user (X-AI-User, else the protocol's own field) part of the key." }),
  ...personalDataFields,
  toolCalls: flag(true, { description: "Store answers that call tools, when their arguments are complete and valid." }),
  storeTruncated: flag(false, { description: "Store answers that ended because of a token limit." }),
  previousAnswers: flag(true, {
    description: "Cache calls that continue an answer that the provider keeps (`previous_response_id`), by its id.",
  }),
  keptAnswers: flag(true, {
    description:
      "Cache calls that ask the provider to keep the answer (`store: true`); a repeat names the answer that was kept first.",
  }),
  providerTools: flag(false, {
    description: "Cache calls that let the provider run tools (search, code, MCP servers).",
  }),
  strictJson: flag(true, {
    description: "Refuse to store structured outputs that do not parse or do not match their schema.",
  }),
  honourNoStore: flag(true, {
    description: "Do not store what the origin marked `no-store`, `private` or `max-age=0`.",
  }),
  anyModel: flag(false, {
    description:
      "Accept answers that name another model than was asked: for upstreams that rename models (deployments, aliases).",
  }),
  invalidateOnModelChange: flag(false, {
    description:
      "When another model answers under the name that was asked (an alias that moved to a new snapshot), serve no answers of the one before any more.",
  }),
  maxEntryBytes: bytes("8mb", { description: "Larger answers are passed on and not stored." }),
  hitUsage: choice("original", ["original", "zero"], {
    description: "`usage` in an answer that was stored, or that another call had asked for: as recorded, or zeros.",
  }),
  replayPace: duration("0s", {
    description: "Time between two events of a stream that is played from the cache; 0 sends all at once.",
  }),
};

export const policySchema = z.strictObject(policyFields).prefault({} as never);

export type PolicySettings = z.output<typeof policySchema>;

type DurationName =
  | "ttl"
  | "maxTtl"
  | "staleWhileRevalidate"
  | "staleIfError"
  | "regenerateWindow"
  | "personalDataTtl"
  | "replayPace";

/** What the library's `policy` option may say: durations as text with their unit, sizes as numbers or text. */
export type PolicyInput = {
  readonly [Name in keyof PolicySettings]?: Name extends DurationName
    ? string | 0
    : Name extends "personalData"
      ? PersonalDataInput
      : PolicySettings[Name] | (Name extends "maxEntryBytes" ? string : never);
};

/** The policy in the pipeline's own terms. Only what is given is set. */
export function policyOf(settings: Partial<PolicySettings>): Partial<CallPolicy> {
  const { ttl, maxTtl, staleWhileRevalidate, staleIfError, regenerate, regenerateWindow, ...others } = settings;
  const { personalDataTtl, replayPace, toolCalls, ...same } = others;
  const renamed = {
    ttlMs: ttl,
    maxTtlMs: maxTtl,
    staleWhileRevalidateMs: staleWhileRevalidate,
    staleIfErrorMs: staleIfError,
    storeToolCalls: toolCalls,
    personalDataTtlMs: personalDataTtl,
    replayPaceMs: replayPace,
    regenerateWindowMs: regenerate === undefined ? undefined : regenerate ? (regenerateWindow ?? 60_000) : 0,
  };
  const given = Object.entries({ ...same, ...renamed }).filter(([, value]) => value !== undefined);
  return Object.fromEntries(given) as Partial<CallPolicy>;
}
