import type { Asked } from "../core/call.ts";
import type { OriginResponse } from "../core/origin.ts";
import type { OriginCall } from "../core/trace.ts";
import { saltOf } from "./engine-salt.ts";
import { collect, mostErrorBytes, rejoined } from "./origin-answer.ts";

/** Origins that do not take the wish for usage, by id. */
export interface UsageRefusal {
  has(originId: string): boolean;
  add(originId: string): void;
}

/**
 * Sends the call. A stream is asked for its usage even if the caller did not want it, so that the recording is whole;
 * an origin that refuses the wish is asked again without, and from then on not any more.
 */
export async function sendWithUsage(
  asked: Asked,
  refusals: UsageRefusal,
  signal: AbortSignal,
  originCall: OriginCall,
): Promise<OriginResponse> {
  const { origin, call } = asked;
  const { facts, target, headers } = call;
  const requestUsage = facts.stream && !facts.includeUsage && !refusals.has(origin.id);
  const send = (wish: boolean) => {
    const inSlot = (slot?: number) => asked.parsed().forward({ requestUsage: wish, cacheSalt: saltOf(asked), slot });
    const prompt = () => asked.parsed().prompt();
    return origin.send({ method: "POST", target, headers, body: inSlot(), prompt, inSlot, originCall }, signal);
  };
  const response = await send(requestUsage);
  if (!requestUsage || (response.status !== 400 && response.status !== 422)) return response;
  const refusal = await collect(response.body, mostErrorBytes);
  if (!/stream_options|include_usage/.test(Buffer.from(refusal.body).toString("utf8")))
    return { ...response, body: rejoined(refusal) };
  await refusal.overflow?.[Symbol.asyncIterator]().return?.();
  const second = await send(false);
  // Only success shows that it was the wish that the origin did not like, and not the rest of the request.
  if (second.status < 400) refusals.add(origin.id);
  return second;
}
