import process from "node:process";
import { Command, Option } from "commander";
import { RepriseError } from "../../core/errors.ts";
import { describeMistake, type GatewayConfig } from "../../gateway/config.ts";
import { type Gateway, startGateway } from "../../gateway/gateway.ts";
import { protocols } from "../../protocols/all.ts";
import { embeddingProtocols } from "../../protocols/all-embeddings.ts";
import { shownStoreUrl } from "../../stores/store-url.ts";
import { version } from "../../version.ts";
import { configFrom, withConfigFlags } from "./config-flags.ts";

export function serveCommand(): Command {
  return withConfigFlags(new Command("serve"))
    .description("Run the gateway.")
    .addOption(new Option("--semantic <mode>", "semantic layer; not in this version, so only off").choices(["off"]))
    .addHelpText(
      "after",
      "\nExample:\n  reprise serve --upstream http://127.0.0.1:9000/v1\n  then point your SDK's base URL at http://127.0.0.1:8787/v1\n\nSIGTERM and SIGINT let running requests finish (server.drainTimeout), then stop. SIGHUP reads the configuration again.",
    )
    .action(serve);
}

const cachedApis: readonly string[] = [...protocols, ...embeddingProtocols].map(({ name }) => name);

async function serve(flags: Readonly<Record<string, string | undefined>>): Promise<void> {
  const reading = configFrom(flags);
  if (!reading.ok) {
    for (const mistake of reading.mistakes) process.stderr.write(`reprise: ${describeMistake(mistake)}\n`);
    process.exitCode = 2;
    return;
  }
  const { config } = reading;
  try {
    const gateway = await startGateway(config);
    process.stderr.write(welcome(config, reading.file, gateway.url));
    stopOnSignals(gateway);
    process.on("SIGHUP", () => reload(gateway, flags));
  } catch (error) {
    if (!RepriseError.isInstance(error)) throw error;
    process.stderr.write(`reprise: ${lineOf(error)}\n`);
    process.exitCode = 1;
  }
}

/** What went wrong and the remedy, as two sentences. */
function lineOf({ message, remedy = "" }: RepriseError): string {
  const told = message.replace(/\.?$/, ".");
  return remedy === "" ? told : `${told} ${remedy.charAt(0).toUpperCase()}${remedy.slice(1).replace(/\.?$/, ".")}`;
}

/** A configuration with a mistake changes nothing. */
function reload(gateway: Gateway, flags: Readonly<Record<string, string | undefined>>): void {
  const reading = configFrom(flags);
  if (reading.ok) {
    gateway.reload(reading.config);
    process.stderr.write("reprise: configuration reloaded (address, data folder and store keep until a restart)\n");
    return;
  }
  for (const mistake of reading.mistakes) process.stderr.write(`reprise: not reloaded: ${describeMistake(mistake)}\n`);
}

function welcome(config: GatewayConfig, file: string | undefined, url: string): string {
  const upstreams = Object.entries(config.upstreams).map(([name, upstream]) => `${name} ${upstream.url}`);
  const store =
    config.store.url === "memory"
      ? "memory"
      : config.store.url === "sqlite"
        ? `sqlite in ${config.data.directory}`
        : shownStoreUrl(config.store.url);
  const shown = url.replace("//0.0.0.0:", "//127.0.0.1:").replace("//[::]:", "//[::1]:");
  const open = shown === url ? "" : ", open to every address of this machine";
  return [
    `reprise ${version} listens on ${url}${open}`,
    `  configuration: ${file ?? "defaults, no file"}`,
    `  upstreams: ${upstreams.join(", ")}`,
    `  store: ${store}`,
    `  caches ${cachedApis.join(", ")}; everything else passes through`,
    `  point the base URL of an OpenAI SDK at ${shown}/v1`,
    "",
  ].join("\n");
}

/** The first signal drains; a second one stops at once. */
function stopOnSignals(gateway: { close(): Promise<void> }): void {
  let stopping = false;
  const stop = (signal: NodeJS.Signals): void => {
    if (stopping) process.exit(1);
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
