import type { Socket } from "node:net";
import type { Clock } from "../core/clock.ts";
import type { FastifyInstance } from "./vendor.ts";

const sweepEveryMs = 50;

/**
 * Closes what is idle until stopped: a kept connection becomes idle only when its last answer has ended, and one that
 * never sent anything is not idle to node.
 */
export function sweepConnections(server: FastifyInstance, connections: ReadonlySet<Socket>, clock: Clock): () => void {
  let cancel = (): void => {};
  const sweep = (): void => {
    server.server.closeIdleConnections();
    for (const socket of connections) if (socket.bytesRead === 0) socket.destroy();
    cancel = clock.after(sweepEveryMs, sweep);
  };
  sweep();
  return () => cancel();
}
