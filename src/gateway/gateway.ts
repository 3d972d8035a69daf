import { systemClock } from "../core/clock.ts";
import { RepriseError } from "../core/errors.ts";
import type { Log } from "../telemetry/log.ts";
import { loadPublishedPrices } from "../telemetry/published-prices.ts";
import type { Peers } from "../workers/peers.ts";
import { createApp } from "./app.ts";
import type { GatewayConfig } from "./config.ts";
import { createLog } from "./gateway-log.ts";
import { urlOf } from "./listeners.ts";

/** A gateway that listens. */
export interface Gateway {
  /** Such as `http://127.0.0.1:8787`. */
  readonly url: string;
  /** The same, unless the admin API and the dashboard have a port of their own. */
  readonly adminUrl: string;
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
 * @throws GatewayStartError when a port is taken or the data folder cannot be used, TlsFileError for files of `server.tls`.
 */
export async function startGateway(
  config: GatewayConfig,
  log: Log = createLog(config.telemetry.logLevel),
  peers?: Peers,
): Promise<Gateway> {
  const { host, port, drainTimeout } = config.server;
  log.hideSecretsOf?.(config);
  const app = await createApp(config, log, peers);
  const { listeners } = app;
  try {
    await app.server.listen({ host, port });
  } catch (error) {
    await app.close(0).catch(() => {});
    throw listenError(error as NodeJS.ErrnoException, host, port);
  }
  try {
    await listeners.listenAdmin(config);
  } catch (error) {
    await app.close(0).catch(() => {});
    const { admin } = config.server;
    throw listenError(error as NodeJS.ErrnoException, admin.host ?? host, admin.port as number, "server.admin.");
  }
  systemClock.after(0, loadPublishedPrices);
  let closing: Promise<void> | undefined;
  return {
    url: urlOf(listeners.main),
    adminUrl: urlOf(listeners.admin ?? listeners.main),
    reload: (changed) => app.reload(changed),
    flush: () => app.flush(),
    close: () => {
      closing ??= app.close(drainTimeout);
      return closing;
    },
  };
}

/** `section`: where address and port stand in the configuration, where no flag has them. */
function listenError(error: NodeJS.ErrnoException, host: string, port: number, section = "--"): GatewayStartError {
  const at = `${host}:${port}`;
  const known: Readonly<Record<string, readonly [string, string]>> = {
    EADDRINUSE: [`${at} is taken by another program`, `Choose another with ${section}port, or stop that program.`],
    EACCES: [`${at} may not be used by this user`, `Choose a port above 1023 with ${section}port.`],
    EADDRNOTAVAIL: [
      `${host} is not an address of this machine`,
      `Correct ${section}host; 127.0.0.1 and 0.0.0.0 always work.`,
    ],
    ENOTFOUND: [`${host} cannot be resolved`, `Correct ${section}host; 127.0.0.1 and 0.0.0.0 always work.`],
  };
  const [message, remedy] = known[error.code ?? ""] ?? [
    `cannot listen on ${at}: ${error.message}`,
    `Correct ${section}host and ${section}port.`,
  ];
  return new GatewayStartError("cannot_listen", { message: `${message}.`, remedy, cause: error });
}
