import { isDeepStrictEqual } from "node:util";
import { type Asked, askerOf } from "../core/call.ts";
import type { Clock } from "../core/clock.ts";
import type { Costs } from "../costs.ts";
import { BreakpointPlanners } from "../layers/prefix/breakpoints/planners.ts";
import { isGenuine, type RulesByModel } from "../layers/prefix/breakpoints/provider-rules.ts";
import { KeptContents } from "./kept-contents.ts";
import type { MarkedCall } from "./marked-call.ts";

export interface MarkingSettings {
  readonly breakpoints: boolean;
  /** What is not as providers publish it. */
  readonly rules: RulesByModel;
  /** A longer lifetime may be asked for that costs nothing, but keeps prompts on the provider's disks. */
  readonly longRetention: boolean;
}

/** Models of origins that answered 400 to a mark; few, as names come from requests. */
const mostRefusals = 1_000;

/** Marks calls on their way to a provider's cache of prompts, and books what that saves, or costs. */
export class CacheMarking {
  readonly #parts: { readonly clock: Clock; readonly costs: Costs };
  readonly #refusals = new Set<string>();
  #settings: MarkingSettings | undefined;
  #planners: BreakpointPlanners | undefined;
  #contents: KeptContents | undefined;

  constructor(settings: MarkingSettings, parts: { readonly clock: Clock; readonly costs: Costs }) {
    this.#parts = parts;
    this.reconfigure(settings);
  }

  /** What was learnt is forgotten, unless the settings are the same. */
  reconfigure(settings: MarkingSettings): void {
    if (isDeepStrictEqual(settings, this.#settings)) return;
    this.#settings = settings;
    const { breakpoints, rules } = settings;
    this.#planners = breakpoints ? new BreakpointPlanners(rules) : undefined;
    // What is kept for calls under the settings of before is let go.
    void this.#contents?.close();
    this.#contents = breakpoints ? new KeptContents(rules, this.#parts) : undefined;
  }

  /** `undefined` where the call is better sent as it is. */
  mark(asked: Asked): MarkedCall | undefined {
    const planners = this.#planners;
    const { call, origin } = asked;
    const { name: protocol } = call.protocol;
    if (planners === undefined || call.directives.layers?.has("prefix") === false) return undefined;
    if (!(origin.takesMarks ?? isGenuine(protocol, origin.id)) || this.#refusals.has(refusalKey(asked)))
      return undefined;
    if (call.protocol.contents !== undefined) return this.#contents?.use(asked);
    const prompt = asked.parsed().markable?.();
    if (prompt === undefined) return undefined;
    const { clock, costs } = this.#parts;
    const scope = { tenant: askerOf(call), originId: origin.id, protocol, model: call.facts.model };
    const plan = planners.plan(scope, prompt, clock.now());
    if (plan === undefined) return undefined;
    const { ends, long, group } = plan;
    const key = group === undefined ? undefined : call.partition(`prompt cache key ${group}`);
    return {
      content: undefined,
      refused: () => this.#refused(asked),
      marks: { ends, long, key, isRetained: plan.isRetained && this.#settings?.longRetention === true },
      watched: (response) => {
        if (response.status !== 200) return response;
        plan.begun(clock.now());
        return {
          ...response,
          told: (usage) => {
            response.told?.(usage);
            if (usage === undefined) return;
            plan.told(usage);
            // What a key alone brings the provider might have done without it.
            if (ends.length > 0) costs.saveByMarks(call, usage, clock.now());
          },
        };
      },
    };
  }

  async close(): Promise<void> {
    await this.#contents?.close();
  }

  /** The origin does not take marks for this model. */
  #refused(asked: Asked): void {
    if (this.#refusals.size < mostRefusals) this.#refusals.add(refusalKey(asked));
  }
}

function refusalKey({ call, origin }: Asked): string {
  return `${origin.id}\n${call.facts.model}`;
}
