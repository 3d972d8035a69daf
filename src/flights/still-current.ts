import { isSucceededBy } from "../core/generations.ts";
import type { AnswerLayer, Keyed, RecordTicket } from "../core/layer.ts";

/**
 * Whether nothing that `call` depends on was invalidated since `before` was taken. Who asks after an invalidation gets
 * nothing whose computing began before it, so this is asked before joining a computation under way.
 */
export async function isStillCurrent(
  layer: AnswerLayer,
  call: Keyed,
  before: Promise<RecordTicket | undefined>,
): Promise<boolean> {
  const then = await before;
  const now = await layer.prepare(call).catch(() => undefined);
  // Where the store cannot tell, no invalidation can have been acknowledged either.
  if (then === undefined || now === undefined) return true;
  return then.generations.every((generation, index) => {
    const token = now.generations[index]?.token;
    return token !== undefined && isSucceededBy(generation, token);
  });
}
