import type { LoggedCall } from "../../access-log/logged-call.ts";
import type { Answer } from "../../core/answer.ts";
import type { Clock } from "../../core/clock.ts";
import { usdText } from "../../core/money.ts";
import type { Outcome } from "../../core/outcome.ts";
import type { SemanticMode } from "../../core/semantic.ts";
import type { SavedBy, Trace } from "../../core/trace.ts";
import type { Core } from "../../core-assembly.ts";
import type { LedgerTotals } from "../../telemetry/ledger.ts";
import { picodollarsIn } from "./money-text.ts";
import { QuantileSketch } from "./quantile-sketch.ts";
import type { ReplayedCall } from "./replayed-call.ts";
import { TimeBuckets } from "./time-buckets.ts";
import type { Verdict } from "./wrong-hits.ts";

/** What one setting did with the calls of a log. */

export interface Verdicts {
  readonly right: number;
  readonly wrong: number;
  readonly unknown: number;
}

export interface LayerFigures {
  readonly layer: SavedBy;
  /** Answers that it gave. */
  readonly answers: number;
  /** At list price, an exact decimal. */
  readonly usd: string;
  readonly tokens: number;
}

export interface Latency {
  readonly meanMs: number;
  readonly p50Ms: number;
  readonly p95Ms: number;
  readonly p99Ms: number;
}

/** What serving answers to like questions would have brought, and how those that could be compared with real ones did. */
export interface Observed {
  readonly wouldHit: number;
  readonly usd: string;
  readonly right: number;
  readonly wrong: number;
}

export interface Figures {
  readonly name: string;
  readonly semantic: SemanticMode;
  readonly calls: number;
  readonly outcomes: Readonly<Record<Outcome["kind"], number>>;
  /** Calls that no origin had to compute, of all. */
  readonly hitRate: number;
  readonly layers: readonly LayerFigures[];
  readonly originCalls: number;
  readonly money: {
    /** What all answers would have cost without a cache. */
    readonly without: string;
    readonly spent: string;
    readonly saved: string;
    readonly overhead: string;
    /** Saved less overhead. */
    readonly net: string;
  };
  readonly timeSavedMs: number;
  readonly latency: { readonly without: Latency; readonly with: Latency };
  /** Of answers that were served to like questions. */
  readonly wrongHits: Verdicts;
  /** Where like questions are only observed. */
  readonly observed: Observed;
  readonly unpriced: readonly { readonly model: string; readonly answers: number }[];
  readonly store: { readonly entries: number; readonly bytes: number; readonly evictions: number };
  readonly overTime: readonly { readonly at: number; readonly calls: number; readonly hits: number }[];
}

export interface Measures {
  figures(): Figures;
}

export interface AnsweredReplay extends ReplayedCall {
  readonly answer: Answer;
  readonly tookMs: number;
  readonly verdict: Verdict;
}

const mostModels = 1_000;
const spared: ReadonlySet<Outcome["kind"]> = new Set(["hit", "stale", "coalesced"]);

export class SettingMeasures implements Measures {
  readonly #name: string;
  readonly #semantic: SemanticMode;
  readonly #clock: Clock;
  readonly #without = new QuantileSketch();
  readonly #with = new QuantileSketch();
  readonly #buckets = new TimeBuckets();
  readonly #unpriced = new Map<string, number>();
  readonly #verdicts = { right: 0, wrong: 0, unknown: 0 };
  readonly #observed = { right: 0, wrong: 0 };
  #wouldHit = 0;
  #originCalls = 0;
  #unread = 0;
  #totals: LedgerTotals | undefined;
  #store = { entries: 0, bytes: 0, evictions: 0 };

  constructor(name: string, semantic: SemanticMode, clock: Clock) {
    this.#name = name;
    this.#semantic = semantic;
    this.#clock = clock;
  }

  readonly hear: Trace = (event) => {
    if (event.type === "call-end") this.#buckets.add(this.#clock.now(), spared.has(event.outcome.kind));
    else if (event.type === "origin-start") this.#originCalls++;
    else if ((event.type === "spending" || event.type === "saving") && event.cost.price === undefined)
      this.#countUnpriced(event.model);
    else if (event.type === "semantic-look" && event.result === "would_hit") this.#wouldHit++;
    else if (event.type === "semantic-verdict" && event.by === "answers" && event.wouldServe)
      this.#observed[event.right ? "right" : "wrong"]++;
  };

  answered({ originMs, tookMs, verdict }: AnsweredReplay): void {
    this.#without.add(originMs);
    this.#with.add(tookMs);
    if (verdict !== undefined) this.#verdicts[verdict]++;
  }

  /** A call that nobody could read: refused then, and now. */
  unread(_call: LoggedCall): void {
    this.#unread++;
    this.#buckets.add(this.#clock.now(), false);
  }

  async finish(core: Core): Promise<void> {
    this.#totals = core.ledger.totals();
    for (const { store } of core.stores) {
      const { entries, bytes, evictions } = await store.stats();
      this.#store = { entries, bytes, evictions };
    }
  }

  figures(): Figures {
    const totals = this.#totals;
    if (totals === undefined) throw new Error("The replay is not finished");
    const outcomes = { ...totals.requests, error: totals.requests.error + this.#unread };
    const calls = Object.values(outcomes).reduce((sum, count) => sum + count, 0);
    const { hit, stale, coalesced } = outcomes;
    const [spent, saved] = [picodollarsIn(totals.spent.usd), picodollarsIn(totals.savedInAll.usd)];
    const overhead = picodollarsIn(totals.overhead.usd);
    return {
      name: this.#name,
      semantic: this.#semantic,
      calls,
      outcomes,
      hitRate: (hit + stale + coalesced) / Math.max(1, calls),
      layers: (Object.entries(totals.saved) as [SavedBy, LedgerTotals["spent"]][])
        .filter(([, { answers }]) => answers > 0)
        .map(([layer, { answers, usd, tokens }]) => {
          return { layer, answers, usd, tokens: tokens.inputTokens + tokens.outputTokens };
        }),
      originCalls: this.#originCalls,
      money: {
        without: usdText(spent + saved),
        spent: totals.spent.usd,
        saved: totals.savedInAll.usd,
        overhead: totals.overhead.usd,
        net: usdText(saved - overhead),
      },
      timeSavedMs: this.#without.sum - this.#with.sum,
      latency: { without: latencyOf(this.#without), with: latencyOf(this.#with) },
      wrongHits: { ...this.#verdicts },
      observed: this.#observedFigures(totals),
      unpriced: [...this.#unpriced].map(([model, answers]) => ({ model, answers })),
      store: this.#store,
      overTime: this.#buckets.all(),
    };
  }

  #observedFigures({ observed }: LedgerTotals): Observed {
    return { wouldHit: this.#wouldHit, usd: observed.usd, ...this.#observed };
  }

  #countUnpriced(model: string): void {
    const known = this.#unpriced.get(model);
    const name = known !== undefined || this.#unpriced.size < mostModels ? model : "others";
    this.#unpriced.set(name, (this.#unpriced.get(name) ?? 0) + 1);
  }
}

function latencyOf(sketch: QuantileSketch): Latency {
  return {
    meanMs: sketch.sum / Math.max(1, sketch.count),
    p50Ms: sketch.quantile(0.5),
    p95Ms: sketch.quantile(0.95),
    p99Ms: sketch.quantile(0.99),
  };
}
