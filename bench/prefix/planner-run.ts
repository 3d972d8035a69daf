import type { ParsedRequest, Protocol } from "../../src/core/protocol.ts";
import type { Plan } from "../../src/layers/prefix/breakpoints/breakpoint-planner.ts";
import { BreakpointPlanners } from "../../src/layers/prefix/breakpoints/planners.ts";
import type { TimedCall } from "./agent-schedule.ts";
import type { RefusedCall, TakenCall } from "./providers/prompt-positions.ts";
import type { Body } from "./wire-bodies.ts";

/** Recorded calls through an emulated cache of a provider, in virtual time, as somebody marks them. */

export interface EmulatedProvider {
  take(body: Body, now: number): TakenCall | RefusedCall;
}

/** Who marks calls. What it gives back is sent; `begun` and `told` come when the provider answers. */
export interface Marker {
  mark(
    body: Body,
    now: number,
  ): {
    readonly body: Body;
    begun?(now: number): void;
    told?(usage: TakenCall["usage"]): void;
  };
}

export interface PlannerRun {
  /** In tokens of input at their price. */
  readonly billed: number;
  readonly refused: number;
  /** Of one plan and the body with its marks. */
  readonly planMs: readonly number[];
}

interface Happening {
  readonly atMs: number;
  readonly order: number;
  run(): void;
}

export function play(
  calls: readonly (TimedCall & { readonly body: Body })[],
  provider: EmulatedProvider,
  marker: Marker,
): PlannerRun {
  let [billed, refused] = [0, 0];
  const planMs: number[] = [];
  const happenings: Happening[] = [];
  for (const [order, { body, startMs, beginMs, endMs }] of calls.entries()) {
    let ended = (): void => {};
    let begun = (): void => {};
    const start = (): void => {
      const startedAt = performance.now();
      const marked = marker.mark(body, startMs);
      planMs.push(performance.now() - startedAt);
      const taken = provider.take(marked.body, startMs);
      if ("refusal" in taken) {
        refused++;
        return;
      }
      billed += taken.billed;
      begun = () => {
        taken.begin(beginMs);
        marked.begun?.(beginMs);
      };
      ended = () => marked.told?.(taken.usage);
    };
    happenings.push(
      { atMs: startMs, order, run: start },
      { atMs: beginMs, order, run: () => begun() },
      { atMs: endMs, order, run: () => ended() },
    );
  }
  happenings.sort((one, other) => one.atMs - other.atMs || one.order - other.order);
  for (const { run } of happenings) run();
  return { billed, refused, planMs: planMs.sort((one, other) => one - other) };
}

export const unmarked: Marker = { mark: (body) => ({ body }) };

/** Reprise, with the bytes that it would send. */
export class PlannedMarker implements Marker {
  readonly #protocol: Protocol;
  readonly #planners = new BreakpointPlanners();

  constructor(protocol: Protocol) {
    this.#protocol = protocol;
  }

  mark(body: Body, now: number) {
    const parsed: ParsedRequest = this.#protocol.parseRequest(Buffer.from(JSON.stringify(body)), "", "");
    const prompt = parsed.markable?.();
    const scope = { tenant: "t", originId: "o", protocol: this.#protocol.name, model: parsed.facts.model };
    const plan: Plan | undefined = prompt && this.#planners.plan(scope, prompt, now);
    if (plan === undefined) return { body };
    const sent = parsed.forward({
      requestUsage: false,
      cacheMarks: { ends: plan.ends, long: plan.long, key: plan.group },
    });
    return {
      body: JSON.parse(Buffer.from(sent).toString("utf8")) as Body,
      begun: (at: number) => plan.begun(at),
      told: (usage: TakenCall["usage"]) => {
        const answer = Buffer.from(JSON.stringify({ ...this.#answerOf(body), usage }));
        const read = this.#protocol.readJson(answer).facts.usage;
        if (read !== undefined) plan.told(read);
      },
    };
  }

  #answerOf({ model }: Body): object {
    return this.#protocol.name === "anthropic-messages"
      ? { id: "m", type: "message", role: "assistant", model, content: [], stop_reason: "end_turn" }
      : { id: "c", object: "chat.completion", created: 0, model, choices: [] };
  }
}
