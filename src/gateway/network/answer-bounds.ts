import { type Clock, systemClock } from "../../core/clock.ts";
import { OriginError } from "../../core/errors.ts";

/** What is taken of one answer of an upstream, whether it is kept or only passed on. */
export interface AnswerBounds {
  /** How many times its bytes a compressed body may unfold to; default 100. */
  readonly ratio?: number;
  /** `undefined`: as many as come. What is kept has bounds of its own. */
  readonly bytes?: number | undefined;
  /** From its head to its end; `undefined`: as long as it takes. */
  readonly timeMs?: number | undefined;
}

/** The same body; breaks off with `OriginError` beyond a bound. `from`: whose it is. */
export function bounded(
  body: AsyncIterable<Uint8Array>,
  bounds: AnswerBounds,
  from: string,
  clock: Pick<Clock, "monotonic"> = systemClock,
): AsyncIterable<Uint8Array> {
  return bounds.bytes === undefined && bounds.timeMs === undefined ? body : measured(body, bounds, from, clock);
}

async function* measured(
  body: AsyncIterable<Uint8Array>,
  { bytes = Number.POSITIVE_INFINITY, timeMs = Number.POSITIVE_INFINITY }: AnswerBounds,
  from: string,
  clock: Pick<Clock, "monotonic">,
): AsyncGenerator<Uint8Array> {
  const until = clock.monotonic() + timeMs;
  let left = bytes;
  for await (const chunk of body) {
    left -= chunk.length;
    const beyond = left < 0 ? `${bytes} bytes` : clock.monotonic() > until ? `${timeMs} ms` : undefined;
    if (beyond !== undefined)
      throw new OriginError("truncated", { message: `The answer of the upstream ${from} takes more than ${beyond}.` });
    yield chunk;
  }
}
