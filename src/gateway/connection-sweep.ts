import type { Server } from "node:http";
import type { Socket } from "node:net";
import type { Clock } from "../core/clock.ts";

const sweepEveryMs = 50;

export interface OpenConnections {
  readonly accepted: Iterable<Socket>;
  /** Those on which nothing can have been asked yet. */
  readonly greeting: Iterable<Socket>;
}

/**
 * Closes what is idle until stopped: a kept connection becomes idle only when its last answer has ended, and one that
 * never sent anything is not idle to node.
 */
export function sweepConnections(
  servers: readonly Pick<Server, "closeIdleConnections">[],
  { accepted, greeting }: OpenConnections,
  clock: Clock,
): () => void {
  let cancel = (): void => {};
  const sweep = (): void => {
    for (const server of servers) server.closeIdleConnections();
    for (const socket of accepted) if (socket.bytesRead === 0) socket.destroy();
    for (const socket of greeting) socket.destroy();
    cancel = clock.after(sweepEveryMs, sweep);
  };
  sweep();
  return () => cancel();
}
