import { type Child, drivingCore, measuredCore, startNode } from "../child-process.ts";
import { repriseCommand } from "../product.ts";

/** The servers of a benchmark, each a child process: the gateway and its rival on core 0, origins on core 1. */

export interface Server {
  readonly host: string;
  readonly port: number;
  readonly child: Child;
}

export interface GatewayOptions {
  readonly origin: Server;
  /** Data folder. */
  readonly folder: string;
  /** Its URL. Default: the embedded one. */
  readonly store?: string;
  /** A file of options, besides those of the command line. */
  readonly config?: string;
  /** With a garbage collector that can be told, and somebody who asks for its memory: see memory-probe.ts. */
  readonly probed?: boolean;
}

/** The gateway as `reprise serve` starts it. */
export async function startGateway({ origin, folder, store, config, probed = false }: GatewayOptions): Promise<Server> {
  const upstream = `http://${origin.host}:${origin.port}/v1`;
  const parameters = ["serve", "--port", "0", "--data", folder, "--upstream", upstream, "--log-level", "warn"];
  if (store !== undefined) parameters.push("--store", store);
  if (config !== undefined) parameters.push("--config", config);
  const nodeOptions = probed ? ["--expose-gc", "--import", new URL("./memory-probe.ts", import.meta.url).pathname] : [];
  const child = startNode(repriseCommand(), parameters, { core: measuredCore, nodeOptions, directory: folder });
  const [, port] = await child.says(/listens on http:\/\/127\.0\.0\.1:(\d+)/);
  return { host: "127.0.0.1", port: Number(port), child };
}

export async function startBareServer(): Promise<Server> {
  return listening(startNode(new URL("./bare-server.ts", import.meta.url).pathname, [], { core: measuredCore }));
}

export async function startOrigin(...parameters: readonly string[]): Promise<Server> {
  return listening(
    startNode(new URL("./instant-origin.ts", import.meta.url).pathname, parameters, { core: drivingCore }),
  );
}

export async function originCalls({ host, port }: Server): Promise<number> {
  const response = await fetch(`http://${host}:${port}/count`);
  return ((await response.json()) as { readonly calls: number }).calls;
}

async function listening(child: Child): Promise<Server> {
  const [, port] = await child.says(/listening on port (\d+)/);
  return { host: "127.0.0.1", port: Number(port), child };
}
