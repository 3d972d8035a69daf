import type { Outcome } from "../../core/outcome.ts";
import type { Usage } from "../../core/recording.ts";
import type { SavedBy } from "../../core/trace.ts";
import type { SpentFor } from "../ledger.ts";

/**
 * What `GET /admin/v1/stats` and `GET /admin/v1/timeseries` answer, as JSON. Money is an exact decimal in US dollars, as
 * text; it may be negative. Whatever is counted by name has no line for what did not happen.
 */

/** The length of the periods that were added up. */
export type Step = "minute" | "hour" | "day";

export interface MoneySaved {
  /** By list price. */
  readonly list: string;
  /** As if the provider had read the whole prompt from a cache of its own: what was saved at least. */
  readonly conservative: string;
}

/** What one layer, or that several asked for the same at once, has saved. */
export interface SavedReport {
  /** Calls that it answered. Over all layers, and with misses, bypasses, refreshes and errors, these are all calls. */
  readonly hits: number;
  /** Answers, and parts of answers, that were booked as saved; those that turned out wrong are taken off. */
  readonly answers: number;
  /** Answers that were reported as wrong, and whose saving was taken back. */
  readonly wrong: number;
  /** Of the answers, those whose price is not known. */
  readonly unpriced: number;
  readonly tokens: Usage;
  readonly usd: MoneySaved;
  /** Against the median time that the origin took for this model; nothing where that was never measured. */
  readonly timeMs: number;
  /** Of the answers, those whose time was booked. */
  readonly timed: number;
  /** Of the answers' bodies, that no origin had to send. */
  readonly bytes: number;
}

export interface SpentReport {
  readonly answers: number;
  readonly unpriced: number;
  readonly tokens: Usage;
  readonly usd: string;
}

/** How many fell into each bucket; `counts` has one more than `bounds`, for what is above all of them. */
export interface HistogramReport {
  /** Upper bounds, ascending; what equals a bound lies below it. */
  readonly bounds: readonly number[];
  readonly counts: readonly number[];
}

export interface LatencyReport {
  readonly count: number;
  /** Milliseconds until the answer, or the first byte of a stream, was ready; `null` when there was no call. */
  readonly p50: number | null;
  readonly p95: number | null;
  readonly p99: number | null;
}

export interface SemanticReport {
  /** Questions that were looked up. */
  readonly looks: number;
  readonly hits: number;
  /** What would have been served, had the mode been `serve`. */
  readonly wouldHits: number;
  /** What those would have saved. */
  readonly observed: SpentReport;
  /** Of the best candidate of each look that had one with a vector. */
  readonly similarity: HistogramReport;
  /** Why nothing was served, by reason. */
  readonly refusals: Readonly<Record<string, number>>;
  /** By guard. */
  readonly vetoes: Readonly<Record<string, number>>;
  /** What became known of answers, by who said so: `answers`, `audit`, `judge`, `feedback`. */
  readonly verdicts: Readonly<Record<string, { readonly right: number; readonly wrong: number }>>;
}

export interface StatsReport {
  /** As asked; `null` for everything since this process started. */
  readonly window: string | null;
  /** ISO 8601. The beginning of the first period that was added up, at or before the beginning of the window. */
  readonly since: string;
  /** ISO 8601. The instant of the answer. */
  readonly until: string;
  /** Of the periods that were added up; `null` when none were: without a window. */
  readonly step: Step | null;
  /** Ids of the processes whose figures these are; a process has a new one with every start. */
  readonly nodes: readonly string[];
  /** False when the store could not be asked, or when more processes wrote than are kept: there may be more. */
  readonly complete: boolean;
  /** Of all calls. */
  readonly calls: number;
  readonly requests: Readonly<Record<Outcome["kind"], number>>;
  readonly saved: Readonly<Record<SavedBy, SavedReport>>;
  /** `inference` is what origins were paid for answers; the others are what the cache itself asked models for. */
  readonly spent: Readonly<Record<SpentFor, SpentReport>>;
  /** All of `saved`. */
  readonly gross: { readonly usd: MoneySaved; readonly timeMs: number };
  /** What the cache itself cost: `spent.judge`, `spent.embedding`, `spent.warmup` and `spent.keeping`. */
  readonly overhead: { readonly usd: string };
  /** Gross without overhead. */
  readonly net: { readonly usd: MoneySaved };
  readonly semantic: SemanticReport;
  /** `hit`: fresh and stale. `miss`: what the origin was asked for. */
  readonly latency: { readonly hit: LatencyReport; readonly miss: LatencyReport };
  /** Answers without a price, spent or saved, by model. */
  readonly unpricedModels: Readonly<Record<string, number>>;
  /** Calls that begin with a registered prompt, by `name@version`; of a tenant's own with the tenant and a slash before it. */
  readonly prompts: Readonly<Record<string, number>>;
}

/** The beginning of the period, in milliseconds since the epoch, and its value; `null` where there is none, as of no call. */
export type TimeseriesPoint = readonly [at: number, value: number | null];

export interface TimeseriesReport {
  /**
   * `requests` and `requests.{outcome}`; `hits.{layer}`; `saved.usd`, `saved.usd.{layer}`, `saved.usd.conservative`, `saved.net.usd`,
   * `saved.timeMs`, `saved.tokens`, `saved.bytes`; `spent.usd`, `overhead.usd`; `semantic.looks`, `semantic.wouldHits`;
   * `latency.hit.p50` and the like.
   */
  readonly metric: string;
  readonly window: string;
  readonly step: Step;
  readonly nodes: readonly string[];
  readonly complete: boolean;
  /** One for each period of the window, oldest first; the last one goes on. */
  readonly points: readonly TimeseriesPoint[];
}
