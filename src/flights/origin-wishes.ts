import type { Asked } from "../core/call.ts";
import type { OriginResponse } from "../core/origin.ts";
import type { OriginCall } from "../core/trace.ts";
import type { CacheMarking } from "./cache-marking.ts";
import { saltOf } from "./engine-salt.ts";
import { collect, mostErrorBytes, rejoined } from "./origin-answer.ts";

/** Origins that do not take the wish for usage, by id. */
export interface UsageRefusal {
  has(originId: string): boolean;
  add(originId: string): void;
}

export interface WishParts {
  /** Whether the origin may be asked for usage in a stream; told when it refused. */
  readonly usageRefusal: UsageRefusal;
  /** Marks prompts for the provider's cache; `undefined` where that is off. */
  readonly marking: CacheMarking | undefined;
}

const aboutUsage = /stream_options|include_usage/;

/**
 * Sends the call, with what is wished for besides. A stream is asked for its usage even if the caller did not want it, so
 * that the recording is whole; a prompt may be marked for the provider's cache. An origin that refuses a wish is asked
 * again without, and from then on not any more: no call fails over what its caller did not ask for. Since a mark can
 * offend in ways that the origin words differently, whatever it says to a marked prompt is asked again without marks.
 */
export async function sendWithWishes(
  asked: Asked,
  { usageRefusal, marking }: WishParts,
  signal: AbortSignal,
  originCall: OriginCall,
): Promise<OriginResponse> {
  const { origin, call } = asked;
  const { facts, target, headers } = call;
  const refused: (() => void)[] = [];
  let requestUsage = facts.stream && !facts.includeUsage && !usageRefusal.has(origin.id);
  let marked = marking?.mark(asked);
  for (;;) {
    const forwarded = { requestUsage, cacheSalt: saltOf(asked), cacheMarks: marked?.marks };
    const inSlot = (slot?: number) => asked.parsed().forward({ ...forwarded, slot });
    const prompt = () => asked.parsed().prompt();
    const request = { method: "POST", target, headers, body: inSlot(), prompt, inSlot, originCall };
    const response = await origin.send(request, signal);
    const mayBeRefusal = response.status === 400 || response.status === 422;
    if (!mayBeRefusal || (!requestUsage && marked === undefined)) {
      // Only success shows that it was the wish that the origin did not like, and not the rest of the request.
      if (response.status < 400) for (const remember of refused) remember();
      return marked?.watched(response) ?? response;
    }
    const refusal = await collect(response.body, mostErrorBytes);
    const words = Buffer.from(refusal.body).toString("utf8");
    if (requestUsage && aboutUsage.test(words)) {
      requestUsage = false;
      refused.push(() => usageRefusal.add(origin.id));
    } else if (marked !== undefined) {
      marked = undefined;
      refused.push(() => marking?.refused(asked));
    } else return { ...response, body: rejoined(refusal) };
    await refusal.overflow?.[Symbol.asyncIterator]().return?.();
  }
}
