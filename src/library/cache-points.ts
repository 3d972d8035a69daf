import { type Clock, systemClock } from "../core/clock.ts";
import { contentDigest } from "../core/fingerprint.ts";
import { BreakpointPlanners } from "../layers/prefix/breakpoints/planners.ts";
import { type CacheRuleInput, ownRulesFrom } from "../prefix-options.ts";
import {
  type ConverseRequest,
  type ConverseUsage,
  conversePrompt,
  converseUsage,
  withCachePoints,
} from "../protocols/bedrock-converse-points.ts";

/** Cache points for programs that call Amazon Bedrock themselves, set by the planner that the gateway marks calls by. */

export interface MarkedRequest<Request> {
  /** To be sent: the same request, with cache points where these pay. */
  readonly request: Request;
  /** Call it when the answer begins, with what it says of its tokens as soon as it does. */
  answered(usage?: ConverseUsage): void;
}

export interface CachePoints {
  /**
   * A request with cache points of its own comes back as it is. `tenant`: nothing is learnt of one for another; default "".
   */
  mark<Request extends ConverseRequest>(
    request: Request,
    options?: { readonly tenant?: string },
  ): MarkedRequest<Request>;
}

/**
 * Plans cache points for requests to the Converse API of Amazon Bedrock: at most four, for five minutes or an hour, and
 * none where they would cost more than they save. It remembers digests of prompts, and no texts.
 *
 * @param options.rules what is not as AWS publishes it, by pattern of the model; see docs/prefix-breakpoints.md.
 * @throws InvalidOptionError naming the option, its rule and the remedy.
 * @example
 * const points = createCachePoints();
 * const { request, answered } = points.mark({ modelId: "anthropic.claude-sonnet-4-5-v1:0", messages });
 * const { usage } = await converse(request);
 * answered(usage);
 */
export function createCachePoints(
  options: { readonly rules?: Readonly<Record<string, CacheRuleInput>>; readonly clock?: Clock } = {},
): CachePoints {
  const { clock = systemClock } = options;
  const planners = new BreakpointPlanners(ownRulesFrom(options.rules ?? {}));
  return {
    mark(request, { tenant = "" } = {}) {
      const scope = {
        tenant: contentDigest(tenant),
        originId: "bedrock",
        protocol: "bedrock-converse",
        model: request.modelId ?? "",
      };
      const plan = planners.plan(scope, conversePrompt(request), clock.now());
      if (plan === undefined) return { request, answered: () => {} };
      let hasBegun = false;
      return {
        request: withCachePoints(request, plan),
        answered: (usage) => {
          if (!hasBegun) plan.begun(clock.now());
          hasBegun = true;
          if (usage !== undefined) plan.told(converseUsage(usage));
        },
      };
    },
  };
}
