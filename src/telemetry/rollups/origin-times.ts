import type { TraceEvent } from "../../core/trace.ts";

/**
 * How long origins take, by the model that was asked and by whether the answer was to come in pieces: the median of the
 * last answers, so that a single one that hung for minutes is not what every hit then saves. The median is worked out
 * when an origin has answered, which is rare and slow; a hit only looks it up.
 */

const lastAnswers = 31;
const mostModels = 200;

type OriginEnd = Pick<Extract<TraceEvent, { type: "origin-end" }>, "model" | "stream" | "result" | "durationMs">;

class RunningMedian {
  value = 0;
  readonly #last: number[] = [];
  #next = 0;

  add(durationMs: number): void {
    this.#last[this.#next] = durationMs;
    this.#next = (this.#next + 1) % lastAnswers;
    const sorted = [...this.#last].sort((a, b) => a - b);
    this.value = sorted[(sorted.length - 1) >> 1] as number;
  }
}

interface Times {
  readonly whole: RunningMedian;
  readonly stream: RunningMedian;
}

export class OriginTimes {
  /** What was measured longest ago makes room. */
  readonly #models = new Map<string, Partial<Times>>();

  hear({ model, stream, result, durationMs }: OriginEnd): void {
    if (result !== 200) return;
    const known = this.#models.get(model);
    const form = stream ? "stream" : "whole";
    const median = known?.[form] ?? new RunningMedian();
    median.add(durationMs);
    this.#models.delete(model);
    this.#models.set(model, { ...known, [form]: median });
    if (this.#models.size > mostModels) this.#models.delete(this.#models.keys().next().value as string);
  }

  /** What one saved who waited so long, in whole milliseconds; `undefined` where no origin was measured. */
  saved(model: string, time: { readonly stream: boolean; readonly waitedMs: number } | undefined): number | undefined {
    if (time === undefined) return undefined;
    const median = this.#models.get(model)?.[time.stream ? "stream" : "whole"];
    return median && Math.max(0, Math.round(median.value - time.waitedMs));
  }
}
