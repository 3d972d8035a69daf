import { MessageChannel } from "node:worker_threads";

/**
 * Keeps the process from ending before `work` does. Timers and idle connections of ours never hold up an exit, so a command
 * that waits for nothing else, such as a server that is to be asked again in a moment, would end in the middle (exit
 * status 13, https://nodejs.org/api/process.html#exit-codes).
 */
export async function awake<T>(work: () => Promise<T>): Promise<T> {
  const end = stayAwake();
  try {
    return await work();
  } finally {
    end();
  }
}

/** Keeps the process from ending until what is returned is called. */
export function stayAwake(): () => void {
  const { port1: port } = new MessageChannel();
  port.ref();
  return () => port.close();
}
