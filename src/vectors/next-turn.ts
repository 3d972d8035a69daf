import { MessageChannel } from "node:worker_threads";

/** Resolves in a later turn of the event loop, after what has come in meanwhile; time need not pass for it. */
export function nextTurn(): Promise<void> {
  const { port1, port2 } = new MessageChannel();
  return new Promise((resolve) => {
    port2.once("message", () => {
      port1.close();
      resolve();
    });
    port1.postMessage(undefined);
  });
}
