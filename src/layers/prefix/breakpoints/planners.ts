import type { MarkablePrompt } from "../../../core/cache-marks.ts";
import { lengthPrefixed } from "../../../core/fingerprint.ts";
import { BreakpointPlanner, type Plan } from "./breakpoint-planner.ts";
import { type RulesByModel, rulesFor } from "./provider-rules.ts";

/** Which cache of a provider a call may meet: nobody hears by it of what other tenants ask. */
export interface CacheScope {
  readonly tenant: string;
  readonly originId: string;
  /** Name of the protocol. */
  readonly protocol: string;
  readonly model: string;
}

/** Of all scopes together; some 20 MB. */
const mostPrefixes = 50_000;
const mostScopes = 1_000;

/** The planner of each tenant and model; those that were not asked for longest make room. */
export class BreakpointPlanners {
  readonly #own: RulesByModel;
  readonly #planners = new Map<string, BreakpointPlanner>();

  /** `own`: rules, where these are not what is published. */
  constructor(own: RulesByModel = []) {
    this.#own = own;
  }

  plan(scope: CacheScope, prompt: MarkablePrompt, now: number): Plan | undefined {
    const rules = rulesFor(scope.protocol, scope.model, this.#own);
    if (rules === undefined || rules.kind === "contents") return undefined;
    const name = lengthPrefixed([scope.tenant, scope.originId, scope.protocol, scope.model]);
    const planner = this.#planners.get(name) ?? new BreakpointPlanner(rules, name);
    this.#planners.delete(name);
    this.#planners.set(name, planner);
    const plan = planner.plan(prompt, now);
    this.#makeRoom();
    return plan;
  }

  #makeRoom(): void {
    let size = 0;
    for (const planner of this.#planners.values()) size += planner.size;
    for (const [name, planner] of this.#planners) {
      if (this.#planners.size === 1 || (size <= mostPrefixes && this.#planners.size <= mostScopes)) return;
      this.#planners.delete(name);
      size -= planner.size;
    }
  }
}
