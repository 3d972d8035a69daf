import { availableParallelism } from "node:os";
import process from "node:process";
import { Command } from "commander";
import { systemClock } from "../../core/clock.ts";
import { RepriseError } from "../../core/errors.ts";
import { adminTokenFile } from "../../gateway/admin/admin-token.ts";
import { describeMistake, type GatewayConfig } from "../../gateway/config.ts";
import type { Gateway } from "../../gateway/gateway.ts";
import { secretsOf, withoutSecretsIn } from "../../gateway/secrets.ts";
import { TlsFileError, tlsOptionsOf } from "../../gateway/tls-files.ts";
import { embeddedFolder, isMemoryUrl, shownStoreUrl } from "../../stores/store-url.ts";
import { version } from "../../version.ts";
import { limitHeap } from "../heap-limits.ts";
import type { Primary } from "../workers/primary.ts";
import { type Served, workerVariable } from "../workers/start-calls.ts";
import { configFrom, type Flags, soundConfigFrom, withConfigFlags } from "./config-flags.ts";
import { lineOf } from "./error-line.ts";

export function serveCommand(): Command {
  return withConfigFlags(new Command("serve"))
    .description("Run the gateway.")
    .addHelpText(
      "after",
      "\nExample:\n  reprise serve --upstream http://127.0.0.1:9000/v1\n  then point your SDK's base URL at http://127.0.0.1:8787/v1\n\nWith --workers several processes serve on one port, over one store; those that end are replaced.\nSIGTERM and SIGINT let running requests finish (server.drainTimeout), then stop. SIGHUP reads the configuration again.",
    )
    .action(serve);
}

async function serve(flags: Flags): Promise<void> {
  // Everything that follows is for the process that was started by a person.
  if (process.env[workerVariable] !== undefined) return (await import("../workers/worker.ts")).serveAsWorker();
  const reading = soundConfigFrom(flags);
  if (reading === undefined) return;
  const { config } = reading;
  const { endWithoutSecrets } = await import("../../gateway/gateway-log.ts");
  endWithoutSecrets(config);
  const apis = await cachedApis();
  const workers = config.server.workers === "auto" ? availableParallelism() : config.server.workers;
  try {
    const gateway = workers === 1 ? await start(config) : await startAll(config, workers);
    process.stderr.write(welcome(config, { ...gateway, file: reading.file, workers, apis }));
    stopOnSignals(gateway);
    process.on("SIGHUP", () => void reload(gateway, flags));
  } catch (error) {
    if (!RepriseError.isInstance(error)) throw error;
    process.stderr.write(`reprise: ${withoutSecretsIn(lineOf(error), secretsOf(config))}\n`);
    process.exitCode = 1;
  }
}

/**
 * Two thirds of all modules are those of a gateway: they are loaded where one is to run. The other commands mostly end
 * in less time than they take, and a process that only looks after workers holds nothing of them.
 */
async function start(config: GatewayConfig): Promise<Gateway> {
  const { startGateway } = await import("../../gateway/gateway.ts");
  limitHeap(systemClock);
  return startGateway(config);
}

async function startAll(config: GatewayConfig, workers: number): Promise<Primary> {
  const { startWorkers } = await import("../workers/primary.ts");
  return startWorkers(config, workers);
}

async function cachedApis(): Promise<readonly string[]> {
  const { protocols } = await import("../../protocols/all.ts");
  const { embeddingProtocols } = await import("../../protocols/all-embeddings.ts");
  return [...protocols, ...embeddingProtocols].map(({ name }) => name);
}

/** A configuration with a mistake changes nothing, and so does one whose certificate cannot be used. */
async function reload(gateway: Pick<Gateway | Primary, "reload">, flags: Flags): Promise<void> {
  const reading = configFrom(flags);
  if (!reading.ok) return keep(reading.mistakes.map(describeMistake));
  const { config } = reading;
  try {
    tlsOptionsOf(config.server.tls);
  } catch (error) {
    if (!(error instanceof TlsFileError)) throw error;
    return keep([lineOf(error)]);
  }
  try {
    await gateway.reload(config);
    tellReload("configuration reloaded (address, data folder, store, and TLS or none, keep until a restart)");
  } catch (error) {
    const reason = withoutSecretsIn(error instanceof Error ? error.message : String(error), secretsOf(config));
    tellReload(
      `not reloaded as a whole: ${reason}. Some of the options of before are in force; restart to have one state`,
    );
  }
}

function keep(mistakes: readonly string[]): void {
  for (const mistake of mistakes) tellReload(`not reloaded: ${mistake}`);
  tellReload("all options and certificates of before stay in force");
}

function tellReload(line: string): void {
  process.stderr.write(`reprise: ${line}\n`);
}

const notShared =
  ", and store memory is not shared: each keeps answers of its own and asks origins for itself; --store sqlite is shared";

interface Ready extends Served {
  readonly file: string | undefined;
  readonly workers: number;
  readonly apis: readonly string[];
}

const likeQuestions = {
  off: "off",
  observe: "observed only; --semantic serve answers them",
  serve: "answered from the cache",
} as const;

function welcome(config: GatewayConfig, { file, url, adminUrl = url, workers, apis }: Ready): string {
  const upstreams = Object.entries(config.upstreams).map(
    ([name, { url, replicas }]) => `${name} ${replicas.length > 0 ? replicas.map((one) => one.url).join(", ") : url}`,
  );
  const folder = embeddedFolder(config.store.url, config.data.directory);
  const store = folder === undefined ? shownStoreUrl(config.store.url) : `sqlite in ${folder}`;
  const like = likeQuestions[config.layers.semantic.mode];
  const byRules = config.rules.some(({ semantic }) => semantic !== undefined)
    ? ", but for rules that say otherwise"
    : "";
  const shown = reachable(url);
  const open = shown === url ? "" : ", open to every address of this machine";
  return [
    `reprise ${version} listens on ${url}${open}`,
    `  configuration: ${file ?? "defaults, no file"}`,
    `  upstreams: ${upstreams.join(", ")}`,
    `  store: ${store}`,
    ...(workers === 1 ? [] : [`  workers: ${workers}${isMemoryUrl(config.store.url) ? notShared : ""}`]),
    `  caches ${apis.join(", ")}; everything else passes through`,
    `  like questions: ${like}${byRules}`,
    `  point the base URL of an OpenAI SDK at ${shown}/v1`,
    `  dashboard: ${reachable(adminUrl)}/dashboard/, with ${adminTokenPlace(config)}`,
    "",
  ].join("\n");
}

/** What listens on every address listens on this one. */
function reachable(url: string): string {
  return url.replace("//0.0.0.0:", "//127.0.0.1:").replace("//[::]:", "//[::1]:");
}

/** Where the token is found; never the token. */
function adminTokenPlace({ security, data: { directory } }: GatewayConfig): string {
  return security.adminToken === undefined ? `the token in ${adminTokenFile(directory)}` : "the configured admin token";
}

/** The first signal drains; a second one stops at once. */
function stopOnSignals(gateway: Pick<Gateway, "close"> & Partial<Pick<Primary, "kill">>): void {
  let stopping = false;
  const stop = (signal: NodeJS.Signals): void => {
    if (stopping) {
      gateway.kill?.();
      process.exit(1);
    }
    stopping = true;
    process.stderr.write(`reprise: ${signal}, letting running requests finish\n`);
    gateway.close().then(
      () => process.exit(0),
      (error: unknown) => {
        process.stderr.write(
          `reprise: could not stop cleanly: ${error instanceof Error ? error.message : String(error)}\n`,
        );
        process.exit(1);
      },
    );
  };
  process.on("SIGTERM", stop);
  process.on("SIGINT", stop);
}
