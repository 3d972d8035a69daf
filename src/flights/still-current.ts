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
  const ticket = await before;
  // Nobody knows what it began under.
  return ticket !== undefined && layer.areCurrent(call, ticket.generations);
}
