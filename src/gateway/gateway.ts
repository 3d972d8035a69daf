import type { AddressInfo } from "node:net";
import { systemClock } from "../core/clock.ts";
import { RepriseError } from "../core/errors.ts";
import type { Log } from "../telemetry/log.ts";
import { loadPublishedPrices } from "../telemetry/published-prices.ts";
import type { Peers } from "../workers/peers.ts";
import { createApp } from "./app.ts";
import type { GatewayConfig } from "./config.ts";
import { pino } from "./vendor.ts";

/** A gateway that listens. */
export interface Gateway {
  /** Such as `http://127.0.0.1:8787`. */
  readonly url: string;
  /** Takes over rules, upstreams, limits and log level. Address, data folder and store need a restart. */
  reload(config: GatewayConfig): void;
  /** Resolves when all answers that have come whole are in the store; a caller has its answer a moment earlier. */
  flush(): Promise<void>;
  /** Drains and stops; safe to call twice. */
  close(): Promise<void>;
}

/** The gateway cannot start; the message is one line that says why and what to do. */
export class GatewayStartError extends RepriseError {}

/**
 * @param peers The processes that serve together with this one, where there are any.
 * @throws GatewayStartError when the port is taken or the data folder cannot be used.
 */
export async function startGateway(
  config: GatewayConfig,
  log: Log = createLog(config.telemetry.logLevel),
  peers?: Peers,
): Promise<Gateway> {
  const { host, port, drainTimeout } = config.server;
  const app = await createApp(config, log, peers);
  try {
    await app.server.listen({ host, port });
  } catch (error) {
    await app.close(0).catch(() => {});
    throw listenError(error as NodeJS.ErrnoException, host, port);
  }
  const address = app.server.server.address() as AddressInfo;
  systemClock.after(0, loadPublishedPrices);
  let closing: Promise<void> | undefined;
  return {
    url: `http://${address.family === "IPv6" ? `[${address.address}]` : address.address}:${address.port}`,
    reload: (changed) => app.reload(changed),
    flush: () => app.flush(),
    close: () => {
      closing ??= app.close(drainTimeout);
      return closing;
    },
  };
}

/** JSON lines on standard output, without bodies. Each line has these `fields`. */
export function createLog(level: string, fields: Readonly<Record<string, unknown>> = {}): Log {
  return pino({ level, redact: ["authorization", "*.authorization"] }).child(fields);
}

function listenError(error: NodeJS.ErrnoException, host: string, port: number): GatewayStartError {
  const at = `${host}:${port}`;
  const known: Readonly<Record<string, readonly [string, string]>> = {
    EADDRINUSE: [`${at} is taken by another program`, "Choose another with --port, or stop that program."],
    EACCES: [`${at} may not be used by this user`, "Choose a port above 1023 with --port."],
    EADDRNOTAVAIL: [`${host} is not an address of this machine`, "Correct --host; 127.0.0.1 and 0.0.0.0 always work."],
    ENOTFOUND: [`${host} cannot be resolved`, "Correct --host; 127.0.0.1 and 0.0.0.0 always work."],
  };
  const [message, remedy] = known[error.code ?? ""] ?? [
    `cannot listen on ${at}: ${error.message}`,
    "Correct --host and --port.",
  ];
  return new GatewayStartError("cannot_listen", { message: `${message}.`, remedy, cause: error });
}
