import { MessageChannel } from "node:worker_threads";

/**
 * Keeps the process from ending before `work` does. Timers and idle connections of ours never hold up an exit, so a command
 * that waits for nothing else, such as a server that is to be asked again in a moment, would end in the middle (exit
 * status 13, https://nodejs.org/api/process.html#exit-codes).
 */
export async function awake<T>(work: () => Promise<T>): Promise<T> {
  const { port1: port } = new MessageChannel();
  port.ref();
  try {
    return await work();
  } finally {
    port.close();
  }
}
