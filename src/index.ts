export { type Cache, type CacheOptions, createCache } from "./cache.ts";
export type { Bus, BusListener, BusMessage, InvalidationMessage, SaidMessage } from "./core/bus.ts";
export type { Clock, Random } from "./core/clock.ts";
export type { Duration } from "./core/duration.ts";
export {
  InvalidOptionError,
  OriginError,
  RepriseError,
  RequestRejectedError,
  StoreUnavailableError,
} from "./core/errors.ts";
export type { KeyService } from "./core/key-service.ts";
export type { Acquisition, Lease, Leases, Relay, RelayPage } from "./core/lease.ts";
export type { Outcome, Stored } from "./core/outcome.ts";
export type { SharedStore } from "./core/shared-store.ts";
export type { Store, StoreStats, WriteOptions, WriteResult } from "./core/store.ts";
export type { CheckableStore, StoreFinding } from "./core/store-check.ts";
export type { ListableStore, ListingPage, ListingQuery, StoredItem } from "./core/store-listing.ts";
export type { Trace, TraceEvent } from "./core/trace.ts";
export type { VectorItem, VectorMatch, VectorSpace, VectorStats, VectorStore } from "./core/vector-store.ts";
export type { CacheFetch } from "./fetch.ts";
export { type CachePoints, createCachePoints, type MarkedRequest, type MessagesBody } from "./library/cache-points.ts";
export type { EmbeddingsOptions } from "./library/embeddings-options.ts";
export type { Embed, Embeddings, EmbedOptions, EmbedTexts } from "./library/library-embeddings.ts";
export type { ValueOptions } from "./library/value-shelf.ts";
export type { ValueLookup, Values, ValueTicket } from "./library/values.ts";
export type { Computing, Wrap, WrapOptions, Wrapped } from "./library/wrap.ts";
export type { CoalescingInput, CompatInput, PrefixInput, RuleInput } from "./options.ts";
export type { PolicyInput } from "./policy-options.ts";
export type { LintFinding, LintFindings } from "./prompt-lint/lint-findings.ts";
export type { Feedback, FeedbackTaken } from "./semantic/feedback.ts";
export type { SemanticInput } from "./semantic-options.ts";
export type { Invalidated } from "./storage/invalidation.ts";
export type { Invalidation } from "./storage/invalidation-wish.ts";
