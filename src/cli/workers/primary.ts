import cluster, { type Worker } from "node:cluster";
import { randomBytes } from "node:crypto";
import { type AddressInfo, createServer } from "node:net";
import { systemClock } from "../../core/clock.ts";
import { RepriseError } from "../../core/errors.ts";
import type { GatewayConfig } from "../../gateway/config.ts";
import { createLog } from "../../gateway/gateway-log.ts";
import { isMemoryUrl } from "../../stores/store-url.ts";
import { Channel } from "../../workers/channel.ts";
import { Switchboard } from "../../workers/switchboard.ts";
import { stayAwake } from "../awake.ts";
import { Crew, type Ending, type WorkerProcess } from "./crew.ts";
import { workerEndpoint } from "./process-endpoint.ts";
import { type Served, type ServingWorkerCalls, workerVariable } from "./start-calls.ts";

/**
 * The process that starts the others and answers no call itself. It accepts connections and hands them to the workers in
 * turn (https://nodejs.org/api/cluster.html#how-it-works). The configuration is read and checked here alone, so that all
 * of them have the same; each gets its share of the memory.
 */

export interface Primary extends Served {
  /** As that of one gateway; resolves when all of them work by it. */
  reload(config: GatewayConfig): Promise<void>;
  /** Lets all workers finish. Rejects when one of them did not end well. */
  close(): Promise<void>;
  /** Ends all at once. */
  kill(): void;
}

/** @throws WorkersStartError when one of them cannot begin; the others are ended. */
export async function startWorkers(given: GatewayConfig, size: number): Promise<Primary> {
  if (!cluster.isPrimary)
    throw new WorkersStartError("Workers are started by a process that is none itself. Set server.workers to 1.");
  cluster.setupPrimary({ serialization: "advanced" });
  const log = createLog(given.telemetry.logLevel);
  log.hideSecretsOf?.(given);
  const fixed = await fixedPart(given);
  let config = shareOf(given, fixed, size);
  const switchboard = new Switchboard({ size });
  // With all workers gone nothing else would keep this process until the next ones are started.
  const endWatch = stayAwake();
  const crew = new Crew({
    size,
    clock: systemClock,
    log,
    launch: (worker) => launch(worker, switchboard),
    config: () => config,
  });
  const started = await crew.start();
  if (!started.ok) {
    crew.kill();
    endWatch();
    throw new WorkersStartError(started.line);
  }
  return {
    url: started.url,
    ...(started.adminUrl !== undefined && { adminUrl: started.adminUrl }),
    reload(changed) {
      config = shareOf(changed, fixed, size);
      log.level = changed.telemetry.logLevel;
      log.hideSecretsOf?.(changed);
      return crew.reload(config);
    },
    async close() {
      // Those who were there before a reload drain for as long as they were told then.
      const drainMs = Math.max(given.server.drainTimeout, config.server.drainTimeout);
      if (!(await crew.drain(drainMs))) throw new Error("a worker did not end well");
      endWatch();
    },
    kill: () => crew.kill(),
  };
}

/** The message is one line that says why and what to do. */
export class WorkersStartError extends RepriseError {
  constructor(line: string) {
    super("workers_cannot_start", { message: line });
  }
}

function launch(number: number, switchboard: Switchboard): WorkerProcess {
  const worker: Worker = cluster.fork({ [workerVariable]: String(number) });
  const channel = new Channel<ServingWorkerCalls>(workerEndpoint(worker));
  const isThere = new Promise<void>((resolve) => channel.answer({ hello: () => resolve() }));
  switchboard.connect(number, channel);
  const { process: child } = worker;
  const ended = new Promise<Ending>((resolve) => {
    child.once("exit", (code, signal) => {
      // Until its channel is closed, too, new connections may be given to it.
      if (child.connected) child.once("disconnect", () => resolve({ code, signal }));
      else resolve({ code, signal });
    });
  });
  return { channel, isThere, ended, kill: () => void child.kill("SIGKILL") };
}

type Fixed = Pick<GatewayConfig, "data" | "store"> & {
  readonly server: Pick<GatewayConfig["server"], "host" | "port" | "workers">;
  readonly adminPort: number | undefined;
  readonly masterKey: string | undefined;
};

/** What stays as it was at the start, and is the same for all. */
async function fixedPart({ server, data, store, security }: GatewayConfig): Promise<Fixed> {
  const { host, workers } = server;
  // A free port has to be the same for all, and for those who come later.
  const port = server.port === 0 ? await freePort(host) : server.port;
  const { admin } = server;
  const adminPort = admin.port === 0 ? await freePort(admin.host ?? host) : admin.port;
  // Where nothing is shared, they would each make one of their own, and mean different entries by the same key.
  const drawn = isMemoryUrl(store.url) ? randomBytes(32).toString("base64url") : undefined;
  return { server: { host, port, workers }, adminPort, data, store, masterKey: security.masterKey ?? drawn };
}

function shareOf(config: GatewayConfig, fixed: Fixed, size: number): GatewayConfig {
  const { server, adminPort, data, store, masterKey } = fixed;
  const admin = adminPort === undefined ? config.server.admin : { ...config.server.admin, port: adminPort };
  return {
    ...config,
    server: { ...config.server, ...server, admin },
    data,
    store: { ...store, memoryBytes: Math.max(1, Math.floor(store.memoryBytes / size)) },
    security: { ...config.security, ...(masterKey === undefined ? {} : { masterKey }) },
  };
}

/** What cannot be had is found out, and said, by the workers. */
function freePort(host: string): Promise<number> {
  const { promise, resolve } = Promise.withResolvers<number>();
  const probe = createServer();
  probe.once("error", () => resolve(0));
  probe.listen({ host, port: 0 }, () => {
    const { port } = probe.address() as AddressInfo;
    probe.close(() => resolve(port));
  });
  return promise;
}
