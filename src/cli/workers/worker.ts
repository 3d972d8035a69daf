import cluster from "node:cluster";
import process from "node:process";
import { systemClock } from "../../core/clock.ts";
import { RepriseError } from "../../core/errors.ts";
import { type Gateway, startGateway } from "../../gateway/gateway.ts";
import { createLog, endWithoutSecrets } from "../../gateway/gateway-log.ts";
import { Channel } from "../../workers/channel.ts";
import { peersOver } from "../../workers/peers.ts";
import { lineOf } from "../commands/error-line.ts";
import { limitHeap } from "../heap-limits.ts";
import { primaryEndpoint } from "./process-endpoint.ts";
import type { Begun, Order, ServingPrimaryCalls, ServingWorkerCalls } from "./start-calls.ts";

/**
 * One of several processes that serve together. It does what the primary says: what is typed at a terminal, or sent to a
 * whole group of processes, reaches both, and is for the primary. When that is gone, it finishes what it does and ends.
 */
export async function serveAsWorker(): Promise<void> {
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => {});
  // Node would end the process at once when the primary is gone.
  if (cluster.worker !== undefined) cluster.worker.exitedAfterDisconnect = true;
  const channel = new Channel<ServingPrimaryCalls>(primaryEndpoint());
  const begun = Promise.withResolvers<void>();
  let gateway: Gateway | undefined;
  const end = async (code: number): Promise<void> => {
    await gateway?.close();
    process.exit(code);
  };
  const calls: Pick<ServingWorkerCalls, "begin" | "reload" | "drain"> = {
    async begin(order) {
      const [started, answer] = await start(order, channel);
      gateway = started;
      begun.resolve();
      return answer;
    },
    reload: (config) => gateway?.reload(config),
    drain: () => void end(0),
  };
  channel.answer(calls);
  channel.onClosed(() => void end(1));
  channel.tell("hello");
  await begun.promise;
}

async function start(
  { worker, config }: Order,
  channel: Channel<ServingPrimaryCalls>,
): Promise<readonly [Gateway | undefined, Begun]> {
  try {
    endWithoutSecrets(config);
    limitHeap(systemClock);
    const log = createLog(config.telemetry.logLevel, { worker });
    const gateway = await startGateway(config, log, peersOver(channel));
    const { url, adminUrl } = gateway;
    return [gateway, { ok: true, url, ...(adminUrl !== url && { adminUrl }) }];
  } catch (error) {
    if (RepriseError.isInstance(error)) return [undefined, { ok: false, line: lineOf(error) }];
    process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`);
    process.exit(1);
  }
}
