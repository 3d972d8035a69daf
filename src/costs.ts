import type { Call, Caller } from "./core/call.ts";
import type { Billed, Cost, Pricer } from "./core/cost.ts";
import type { Entry } from "./core/entry.ts";
import { usdText } from "./core/money.ts";
import type { Usage } from "./core/recording.ts";
import type { Overhead, SavedBy, Trace, TraceEvent } from "./core/trace.ts";
import type { CompleteAnswer, WholeAnswer } from "./flights/origin-answer.ts";

/** As much of a call as its bill needs. */
export interface Billable {
  readonly protocol: { readonly name: string };
  readonly originId: string;
  readonly facts: { readonly model: string };
}

/** What else is told of an answer that is booked as saved. */
export type SavedAnswer = Pick<Extract<TraceEvent, { type: "saving" }>, "entry" | "bytes" | "time">;

/**
 * What calls cost and save, told to the trace: each origin's answer is spent once, whoever waits for it, and each answer
 * that no origin computed is saved once. A stored answer saves what it would cost at the origin now.
 */
export class Costs {
  readonly #trace: Trace;
  #pricer: Pricer;
  /** By entry, which stays the same object while it is kept opened: a hit then costs no look-up of prices. */
  #byEntry = new WeakMap<Entry, { readonly edition: number; readonly cost: Cost }>();

  constructor(pricer: Pricer, trace: Trace) {
    this.#pricer = pricer;
    this.#trace = trace;
  }

  /** From now on these prices hold. */
  reprice(pricer: Pricer): void {
    this.#pricer = pricer;
    this.#byEntry = new WeakMap();
  }

  /** What a stored answer to `call` would cost at its origin now. */
  ofEntry(call: Billable, entry: Entry, now: number): Cost {
    const edition = this.#pricer.edition(now);
    const known = this.#byEntry.get(entry);
    if (known?.edition === edition) return known.cost;
    const { usage, model } = entry.note;
    const cost = this.of(call, { usage, model }, now);
    this.#byEntry.set(entry, { edition, cost });
    return cost;
  }

  /** What an answer of these tokens costs at the origin of `call`; `model` is the one that answered, if it is told. */
  of(
    call: Billable,
    answer: { readonly usage: Usage | undefined; readonly model: string | undefined },
    now: number,
  ): Cost {
    const { protocol, originId, facts } = call;
    const { usage, model: answeredBy } = answer;
    return this.#pricer.price({ protocol: protocol.name, originId, model: facts.model, answeredBy, usage }, now);
  }

  /** Books `cost` as saved. Call it once for each answer, or part of one, that the origin did not compute. */
  save(call: Billable, by: SavedBy, cost: Cost, told: SavedAnswer = { bytes: 0 }): void {
    const { protocol, originId, facts } = call;
    this.#trace({ type: "saving", by, protocol: protocol.name, model: facts.model, originId, cost, ...told });
  }

  /** Books what the origin's answer cost. An answer that is an error costs nothing unless it tells its usage. */
  spend(call: Call, { status, facts }: CompleteAnswer, now: number): void {
    const { protocol, originId } = call;
    if (status !== 200 || (facts?.error === true && facts.usage === undefined)) return;
    const cost = this.of(call, { usage: facts?.usage, model: facts?.model }, now);
    this.#trace({ type: "spending", protocol: protocol.name, model: call.facts.model, originId, cost });
  }

  /**
   * Books what the provider's own cache saved by our marks against a call without it: of what it read, less what writing
   * cost more. It may be less than nothing. At least that is nothing: the client might have marked the prompt itself.
   */
  saveByMarks(call: Call, usage: Usage, now: number): void {
    const priceOf = (tokens: Usage) => this.of(call, { usage: tokens, model: undefined }, now).price;
    const paid = priceOf(usage);
    const plain = priceOf({ ...usage, cachedInputTokens: 0, cacheWriteTokens: 0 });
    const read = usage.cachedInputTokens;
    const saved = {
      inputTokens: read,
      cachedInputTokens: read,
      cacheWriteTokens: 0,
      outputTokens: 0,
      reasoningTokens: 0,
    };
    const picodollars = paid === undefined || plain === undefined ? undefined : plain.picodollars - paid.picodollars;
    const price =
      picodollars === undefined || paid === undefined
        ? undefined
        : {
            picodollars,
            usd: usdText(picodollars),
            conservativePicodollars: Math.min(0, picodollars),
            source: paid.source,
          };
    this.save(call, "prefix", { usage: saved, price });
  }

  /** Books what the cache itself asked a model for. */
  spendOn(overhead: Overhead, billed: Billed, now: number): void {
    const { protocol, originId, model } = billed;
    this.#trace({ type: "spending", overhead, protocol, model, originId, cost: this.#pricer.price(billed, now) });
  }

  /** Books what one who shares another's answer saves, when that is complete and if he is still there. */
  saveByJoining(call: Call, caller: Caller, complete: Promise<WholeAnswer>, now: () => number): void {
    let left = false;
    caller.onAbandon(() => {
      left = true;
    });
    complete.then(
      ({ status, recording }) => {
        if (left || status !== 200) return;
        const cost = this.of(call, { usage: recording?.usage, model: recording?.model }, now());
        this.save(call, "coalescing", cost, { bytes: recording?.body.length ?? 0 });
      },
      () => {},
    );
  }
}
