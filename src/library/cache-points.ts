import type { CacheMarks, MarkablePrompt } from "../core/cache-marks.ts";
import { parseJson } from "../core/canonical-json.ts";
import { type Clock, systemClock } from "../core/clock.ts";
import { RequestRejectedError } from "../core/errors.ts";
import { contentDigest } from "../core/fingerprint.ts";
import type { ParsedRequest } from "../core/protocol.ts";
import type { Usage } from "../core/recording.ts";
import { BreakpointPlanners } from "../layers/prefix/breakpoints/planners.ts";
import { type CacheRuleInput, ownRulesFrom } from "../prefix-options.ts";
import { anthropicMessages } from "../protocols/anthropic-messages.ts";
import { anthropicUsage } from "../protocols/anthropic-messages-usage.ts";
import {
  type ConverseRequest,
  type ConverseUsage,
  conversePrompt,
  converseUsage,
  withCachePoints,
} from "../protocols/bedrock-converse-points.ts";

/** Cache points for programs that call Amazon Bedrock themselves, set by the planner that the gateway marks calls by. */

export interface MarkedRequest<Request, Told> {
  /** To be sent: the same request, with cache points where these pay. */
  readonly request: Request;
  /** Call it when the answer begins, with what it says of its tokens as soon as it does. */
  answered(usage?: Told): void;
}

/** A body for InvokeModel of a model of Anthropic's: a request for a message, without the model. */
export type MessagesBody = Readonly<Record<string, unknown>>;

export interface CachePoints {
  /**
   * A request to the Converse API. One with cache points of its own comes back as it is. `tenant`: nothing is learnt of one for
   * another; default "".
   */
  mark<Request extends ConverseRequest>(
    request: Request,
    options?: { readonly tenant?: string },
  ): MarkedRequest<Request, ConverseUsage>;
  /** The body of a request to InvokeModel, for a model of Anthropic's; the same with `cache_control` in it. */
  markMessages(
    modelId: string,
    body: MessagesBody,
    options?: { readonly tenant?: string },
  ): MarkedRequest<MessagesBody, Readonly<Record<string, unknown>>>;
}

/**
 * Plans cache points for requests to Amazon Bedrock: at most four, for five minutes or an hour, and none where they would
 * cost more than they save. It remembers digests of prompts, and no texts.
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

  function marked<Request, Told>(
    request: Request,
    prompt: MarkablePrompt | undefined,
    { tenant = "", ...of }: { readonly tenant?: string | undefined; readonly model: string; readonly api: string },
    { withMarks, usageOf }: { withMarks(marks: CacheMarks): Request; usageOf(told: Told): Usage | undefined },
  ): MarkedRequest<Request, Told> {
    const scope = { tenant: contentDigest(tenant), originId: of.api, protocol: "bedrock-converse", model: of.model };
    const plan = prompt && planners.plan(scope, prompt, clock.now());
    if (plan === undefined) return { request, answered: () => {} };
    let hasBegun = false;
    return {
      request: withMarks({ ends: plan.ends, long: plan.long, key: undefined }),
      answered: (told) => {
        if (!hasBegun) plan.begun(clock.now());
        hasBegun = true;
        const usage = told === undefined ? undefined : usageOf(told);
        if (usage !== undefined) plan.told(usage);
      },
    };
  }

  return {
    mark: (request, { tenant } = {}) =>
      marked(
        request,
        conversePrompt(request),
        { tenant, model: request.modelId ?? "", api: "converse" },
        { withMarks: (marks) => withCachePoints(request, marks), usageOf: converseUsage },
      ),
    markMessages(modelId, body, { tenant } = {}) {
      const parsed = parsedMessages(modelId, body);
      return marked(
        body,
        parsed?.markable?.(),
        { tenant, model: modelId, api: "invoke" },
        {
          withMarks: (cacheMarks) => messagesOf(parsed as ParsedRequest, cacheMarks),
          usageOf: (told) => anthropicUsage(parseJson(JSON.stringify(told))),
        },
      );
    },
  };
}

/** `undefined` for a body that the API will refuse. */
function parsedMessages(model: string, body: MessagesBody): ParsedRequest | undefined {
  try {
    return anthropicMessages.parseRequest(Buffer.from(JSON.stringify({ ...body, model })), "/v1/messages");
  } catch (error) {
    if (error instanceof RequestRejectedError) return undefined;
    throw error;
  }
}

function messagesOf(parsed: ParsedRequest, cacheMarks: CacheMarks): MessagesBody {
  const sent = parsed.forward({ requestUsage: false, cacheMarks });
  const { model: _, ...body } = JSON.parse(Buffer.from(sent).toString("utf8"));
  return body;
}
