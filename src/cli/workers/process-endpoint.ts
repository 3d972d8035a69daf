import type { Worker } from "node:cluster";
import process from "node:process";
import type { Endpoint } from "../../workers/channel.ts";

/** A worker's end of its channel to the primary. */
export function primaryEndpoint(): Endpoint {
  return {
    send(message) {
      if (process.connected) process.send?.(message, undefined, undefined, ignored);
    },
    onMessage: (listener) => void process.on("message", listener),
    onClosed(listener) {
      if (process.connected) process.once("disconnect", listener);
      else listener();
    },
  };
}

/** The primary's end of its channel to a worker. */
export function workerEndpoint({ process: child }: Worker): Endpoint {
  return {
    send(message) {
      if (child.connected) child.send(message as never, undefined, undefined, ignored);
    },
    onMessage: (listener) => void child.on("message", listener),
    onClosed(listener) {
      child.once("disconnect", listener);
      child.once("exit", listener);
    },
  };
}

/** That the other side is gone is told by `onClosed`. */
function ignored(): void {}
