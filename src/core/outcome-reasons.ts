/**
 * The one closed list of reasons: why an answer was not stored, why a call passed the cache by, why it missed. They
 * appear in `X-AI-Cache-Reason`, in metrics and in the dashboard, so a name once published stays.
 */

/** Why an answer was not stored. */
export const storeRefusals = Object.freeze([
  /** The origin's status was not 200. */
  "error_status",
  /** The status was 200, the body an error. */
  "error_body",
  /** The answer broke off: no terminal event, or a choice that never finished. */
  "truncated",
  /** The model ran into its token limit. */
  "finish_length",
  /** The provider's filter cut or withheld the answer. */
  "content_filter",
  /** The model refused. */
  "refusal",
  /** The answer calls tools, and the rule does not keep such answers. */
  "tool_calls",
  /** Tool arguments or a structured output do not parse. */
  "invalid_json",
  /** The answer does not have the shape that the protocol or the caller's schema demands. */
  "schema_mismatch",
  /** Larger than the rule allows. */
  "too_large",
  /** The caller asked not to store. */
  "no_store",
  /** The origin asked not to store. */
  "upstream_no_store",
  /** The rule keeps no answers that another try would word differently. */
  "stochastic",
  /** Personal data that the rule does not keep. */
  "personal_data",
  /** Something was invalidated while the origin was computing. */
  "generation_changed",
  /** Another model answered than the one asked; kept under that one's name instead, where possible. */
  "model_mismatch",
  /** The store failed or was too busy. */
  "store_unavailable",
] as const);
export type StoreRefusal = (typeof storeRefusals)[number];

/** Why no layer looked at the call. */
export const bypassReasons = Object.freeze([
  /** The caller asked for `no-store`. */
  "no_store",
  /** The caller's wishes together, or the rule, allow neither reading nor writing. */
  "cache_off",
  /** The caller or the rule excludes every layer that could answer. */
  "layer_off",
  /** The rule does not cache calls whose answers vary. */
  "stochastic",
  /** It depends on something that the provider keeps and that may have changed, or asks it to do more than answer. */
  "provider_state",
  /** It lets the provider run tools that act or look at the live world, and the rule does not cache such calls. */
  "provider_tools",
  /** It holds personal data of which the rule keeps nothing, or only for a user, and it names none. */
  "personal_data",
  /** A rule excludes it, it names no model, wants a form that cannot be played, or the rule keeps users apart and it names no user. */
  "not_cacheable",
] as const);
export type BypassReason = (typeof bypassReasons)[number];

/** Why no stored answer was served. */
export const missReasons = Object.freeze([
  /** Nothing is stored under the key. */
  "absent",
  /** What is stored is past its time. */
  "expired",
  /** The caller asked for a new answer. */
  "refresh",
  /** What is stored is older than the caller accepts. */
  "max_age",
  /** What is stored ends sooner than the caller accepts. */
  "min_fresh",
  /** What is stored was invalidated. */
  "generation_changed",
  /** What is stored does not check out. */
  "corrupt",
  /** Other variants are stored, not the one wanted, or not yet enough of them. */
  "variant_absent",
  /** The store failed or did not answer in time. */
  "store_unavailable",
] as const);
export type MissReason = (typeof missReasons)[number];
