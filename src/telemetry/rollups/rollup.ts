import type { Outcome } from "../../core/outcome.ts";
import type { SavedBy, TraceEvent } from "../../core/trace.ts";
import { Account } from "../account.ts";
import { purposes, type SpentFor, savers } from "../ledger.ts";
import { LogHistogram } from "./log-histogram.ts";
import { SemanticTally } from "./semantic-tally.ts";

/**
 * Everything that is counted of one period. Two of them can be added, in any order: all is whole numbers. Nothing is
 * rounded and nothing divided before somebody reads.
 */

export class SavedTally {
  /** Calls it answered. */
  hits = 0;
  /** Of what was booked, here or elsewhere, what was taken back. */
  wrong = 0;
  timeMs = 0;
  timed = 0;
  bytes = 0;
  readonly account = new Account();

  /** Nothing was booked, so nothing was taken back either. */
  get isEmpty(): boolean {
    return this.hits === 0 && this.wrong === 0 && this.account.answers === 0;
  }

  merge(other: SavedTally): void {
    if (other.isEmpty) return;
    this.hits += other.hits;
    this.wrong += other.wrong;
    this.timeMs += other.timeMs;
    this.timed += other.timed;
    this.bytes += other.bytes;
    this.account.merge(other.account);
  }
}

export type Requests = Record<Outcome["kind"], number>;

export const outcomes: readonly Outcome["kind"][] = ["hit", "stale", "miss", "coalesced", "refresh", "bypass", "error"];

/** Model names come from requests: beyond so many they are one. */
const mostModels = 50;
/** Calls of further prompts are those of one that is called `other`. */
const mostPrompts = 200;
const longestModel = 100;

export class Rollup {
  readonly requests: Requests = { hit: 0, stale: 0, miss: 0, coalesced: 0, refresh: 0, bypass: 0, error: 0 };
  readonly saved: Readonly<Record<SavedBy, SavedTally>> = Object.fromEntries(
    savers.map((by) => [by, new SavedTally()]),
  ) as never;
  readonly spent: Readonly<Record<SpentFor, Account>> = Object.fromEntries(
    purposes.map((what) => [what, new Account()]),
  ) as never;
  readonly semantic = new SemanticTally();
  readonly hit = new LogHistogram();
  readonly miss = new LogHistogram();
  readonly unpriced = new Map<string, number>();
  /** Calls by the registered prompt that they begin with. */
  readonly prompts = new Map<string, number>();

  /** Whether the event is one that is counted. `timeMs`: what a saving saved, where that is known. */
  hear(event: TraceEvent, timeMs: number | undefined): boolean {
    switch (event.type) {
      case "call-end":
        this.#call(event.outcome, event.durationMs);
        return true;
      case "saving": {
        const tally = this.saved[event.by];
        tally.account.add(event.cost);
        tally.bytes += event.bytes;
        if (timeMs !== undefined) {
          tally.timeMs += timeMs;
          tally.timed++;
        }
        if (event.cost.price === undefined) this.addUnpriced(event.model, 1);
        return true;
      }
      case "saving-undone": {
        const tally = this.saved[event.by];
        tally.account.takeOff(event.cost);
        tally.wrong++;
        tally.bytes -= event.bytes;
        if (event.timeMs !== undefined) {
          tally.timeMs -= event.timeMs;
          tally.timed--;
        }
        return true;
      }
      case "spending":
        this.spent[event.overhead ?? "inference"].add(event.cost);
        if (event.cost.price === undefined) this.addUnpriced(event.model, 1);
        return true;
      case "prompt-call":
        this.addPrompt(event.prompt, 1);
        return true;
      default:
        return this.semantic.hear(event);
    }
  }

  merge(other: Rollup): void {
    for (const kind of outcomes) this.requests[kind] += other.requests[kind];
    for (const by of savers) this.saved[by].merge(other.saved[by]);
    for (const what of purposes) if (other.spent[what].answers !== 0) this.spent[what].merge(other.spent[what]);
    this.semantic.merge(other.semantic);
    this.hit.merge(other.hit);
    this.miss.merge(other.miss);
    for (const [model, count] of other.unpriced) this.addUnpriced(model, count);
    for (const [prompt, calls] of other.prompts) this.addPrompt(prompt, calls);
  }

  addPrompt(prompt: string, calls: number): void {
    const name = this.prompts.has(prompt) || this.prompts.size < mostPrompts ? prompt : "other";
    this.prompts.set(name, (this.prompts.get(name) ?? 0) + calls);
  }

  addUnpriced(model: string, count: number): void {
    const isKnown = this.unpriced.has(model);
    const name = isKnown || (this.unpriced.size < mostModels && model.length <= longestModel) ? model : "other";
    this.unpriced.set(name, (this.unpriced.get(name) ?? 0) + count);
  }

  #call(outcome: Outcome, durationMs: number): void {
    this.requests[outcome.kind]++;
    switch (outcome.kind) {
      case "hit":
      case "stale":
        this.saved[outcome.layer].hits++;
        this.hit.add(durationMs);
        return;
      case "coalesced":
        this.saved.coalescing.hits++;
        return;
      case "miss":
      case "refresh":
        this.miss.add(durationMs);
    }
  }
}
