import type { Server } from "node:http";
import type { Socket } from "node:net";
import type { Clock } from "../core/clock.ts";

const sweepEveryMs = 50;

/**
 * Closes what is idle until stopped: a kept connection becomes idle only when its last answer has ended, and one that
 * never sent anything is not idle to node.
 */
export function sweepConnections(
  servers: readonly Pick<Server, "closeIdleConnections">[],
  connections: ReadonlySet<Socket>,
  clock: Clock,
): () => void {
  let cancel = (): void => {};
  const sweep = (): void => {
    for (const server of servers) server.closeIdleConnections();
    for (const socket of connections) if (socket.bytesRead === 0) socket.destroy();
    cancel = clock.after(sweepEveryMs, sweep);
  };
  sweep();
  return () => cancel();
}
