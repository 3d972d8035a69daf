import type { Asked } from "../core/call.ts";
import type { OriginResponse } from "../core/origin.ts";
import type { OriginCall } from "../core/trace.ts";
import type { CacheMarking } from "./cache-marking.ts";
import { saltOf } from "./engine-salt.ts";
import type { FanOutGate, GatedCall } from "./fan-out-gate.ts";
import type { MarkedCall } from "./marked-call.ts";
import { collect, mostErrorBytes, rejoined } from "./origin-answer.ts";
import type { OriginWatch } from "./origin-watch.ts";
import type { UsageRefusals } from "./usage-refusals.ts";

export interface WishParts {
  /** Which models are not asked for usage in a stream; told when one refused. `undefined`: none is asked. */
  readonly usageRefusals: UsageRefusals | undefined;
  /** Marks prompts for the provider's cache; `undefined` where that is off. */
  readonly marking: CacheMarking | undefined;
  /** Lets one go first of those that begin alike. */
  readonly fanOut: FanOutGate | undefined;
}

const aboutUsage = /stream_options|include_usage/;

/**
 * Sends the call, with what is wished for besides. A stream is asked for its usage even if the caller did not want it, so
 * that the recording is whole; a prompt may be marked for the provider's cache. An origin that refuses a wish is asked
 * again without, and from then on not any more: no call fails over what its caller did not ask for. Since a mark can
 * offend in ways that the origin words differently, whatever it says to a marked prompt is asked again without marks.
 * `watch` hears when it is sent: others that begin alike may have to go first.
 */
export async function sendWithWishes(
  asked: Asked,
  { usageRefusals, marking, fanOut }: WishParts,
  signal: AbortSignal,
  watch: Pick<OriginWatch, "originCall" | "start">,
): Promise<OriginResponse> {
  const marked = marking?.mark(asked);
  const gated = await fanOut?.enter(asked, marked?.marks, signal);
  watch.start();
  const sending = sendMarked(asked, marked, { usageRefusals, gated }, signal, watch.originCall);
  return sending.catch((error: unknown) => {
    gated?.failed();
    throw error;
  });
}

async function sendMarked(
  asked: Asked,
  first: MarkedCall | undefined,
  { usageRefusals, gated }: Pick<WishParts, "usageRefusals"> & { readonly gated: GatedCall | undefined },
  signal: AbortSignal,
  originCall: OriginCall,
): Promise<OriginResponse> {
  const { origin, call } = asked;
  const { facts, target, headers } = call;
  const refused: (() => void)[] = [];
  let requestUsage = facts.stream && !facts.includeUsage && usageRefusals?.has(asked) === false;
  let marked = first;
  for (;;) {
    const forwarded = {
      requestUsage,
      cacheSalt: saltOf(asked),
      cacheMarks: marked?.marks,
      keptContent: marked?.content,
    };
    const inSlot = (slot?: number) => asked.parsed().forward({ ...forwarded, slot });
    const prompt = () => asked.parsed().prompt();
    const request = {
      method: "POST",
      target,
      headers,
      body: inSlot(),
      prompt,
      model: facts.model,
      salt: forwarded.cacheSalt,
      inSlot,
      originCall,
    };
    const response = await origin.send(request, signal);
    const { status } = response;
    const isOther = marked?.marks !== undefined || marked?.content !== undefined;
    // What it was to keep may be gone, or be somebody else's.
    const mayBeGone = marked?.content !== undefined && (status === 403 || status === 404);
    const mayBeRefusal = status === 400 || status === 422 || mayBeGone;
    if (!mayBeRefusal || (!requestUsage && !isOther)) {
      // Only success shows that it was the wish that the origin did not like, and not the rest of the request.
      if (response.status < 400) for (const remember of refused) remember();
      const heard = marked?.watched(response) ?? response;
      return gated?.watched(heard) ?? heard;
    }
    const refusal = await collect(response.body, mostErrorBytes);
    const words = Buffer.from(refusal.body).toString("utf8");
    if (requestUsage && aboutUsage.test(words)) {
      requestUsage = false;
      refused.push(() => usageRefusals?.add(asked));
    } else if (marked !== undefined && isOther) {
      const { refused: remember } = marked;
      marked = undefined;
      // Nothing is kept now that others could wait for.
      gated?.failed();
      refused.push(() => remember(status));
    } else {
      gated?.failed();
      return { ...response, body: rejoined(refusal) };
    }
    await refusal.overflow?.[Symbol.asyncIterator]().return?.();
  }
}
