import type { PersonalRules } from "./personal-data.ts";
import type { SemanticMode } from "./semantic.ts";
import type { EvictionPriority } from "./store.ts";
import type { TwinAccess } from "./twin-access.ts";

/** What the rules say for one call; resolved once, then only read. Durations in milliseconds. */
export interface CallPolicy {
  readonly enabled: boolean;
  /** How long an answer is fresh. */
  readonly ttlMs: number;
  /** The longest ttl a caller may ask for. */
  readonly maxTtlMs: number;
  /** Up to this share of `ttlMs` is taken off at random, so that entries written together do not expire together. */
  readonly ttlJitter: number;
  readonly staleWhileRevalidateMs: number;
  readonly staleIfErrorMs: number;
  readonly stochastic: StochasticMode;
  /** Answers kept a key; 1 unless `stochastic` is `variants`. */
  readonly variants: number;
  /** A repeat by the same user within this time is a wish for a new answer; 0 for never. */
  readonly regenerateWindowMs: number;
  /** Whether the user is part of the key. */
  readonly perUser: boolean;
  /** The shared scope in which members' calls are answered; absent for none. */
  readonly share?: string;
  /** What is done where a call or its answer holds personal data; absent, or without a kind, for nothing. */
  readonly personalData?: PersonalRules;
  /** How long an answer of which `short-ttl` is said is kept at the most. */
  readonly personalDataTtlMs?: number;
  /** Patterns of what is nobody's secret. */
  readonly personalDataExcept?: readonly string[];
  /** Which answers go first when a store makes room; default `normal`. */
  readonly priority?: EvictionPriority;
  /** How far answers to like questions are used. */
  readonly semantic: SemanticMode;
  /** Who may have the answer by GET as well. */
  readonly edge: TwinAccess;
  readonly storeToolCalls: boolean;
  readonly storeTruncated: boolean;
  /** Whether calls that continue an answer kept by the provider are cached, by its id. */
  readonly previousAnswers: boolean;
  /** Whether calls that ask the provider to keep the answer are cached: a repeat then names the answer that was kept first. */
  readonly keptAnswers: boolean;
  /** Whether calls that let the provider run tools are cached. */
  readonly providerTools: boolean;
  readonly strictJson: boolean;
  readonly honourNoStore: boolean;
  /** The upstream answers under other model names than asked (aliases, deployments). */
  readonly anyModel: boolean;
  /** Whether answers of a model are dead when another one has answered under its name since. */
  readonly invalidateOnModelChange: boolean;
  readonly maxEntryBytes: number;
  readonly hitUsage: "original" | "zero";
  /** Between two events of a replayed stream; 0 for all at once. */
  readonly replayPaceMs: number;
}

/** What is done with answers that another try would word differently. */
export type StochasticMode = "cache-first" | "deterministic-only" | "force-zero" | "skip" | "variants";
