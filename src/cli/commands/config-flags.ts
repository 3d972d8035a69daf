import process from "node:process";
import type { Command } from "commander";
import { type ConfigReading, readConfig } from "../../gateway/config.ts";

/** The flags that `serve` and `doctor` share, and the configuration they make. */
export function withConfigFlags(command: Command): Command {
  return command
    .option("--config <file>", "configuration file (default: reprise.yaml or reprise.json here, if there is one)")
    .option("--port <number>", "port to listen on (default: 8787)")
    .option("--host <address>", "address to listen on (default: 127.0.0.1)")
    .option(
      "--upstream <url>",
      "OpenAI-compatible base URL, such as http://127.0.0.1:9000/v1 (default: OpenAI and Anthropic)",
    )
    .option("--data <folder>", "folder for the embedded store (default: ./.reprise)")
    .option(
      "--store <url>",
      "where answers are kept: sqlite, sqlite:FOLDER, memory, or redis://, memcached://, postgres:// (default: sqlite)",
    )
    .option("--workers <number>", "processes that serve together, or auto for one for each processor (default: 1)")
    .option("--log-level <level>", "silent, error, warn, info or debug (default: info)");
}

export function configFrom(flags: Readonly<Record<string, string | undefined>>): ConfigReading {
  return readConfig({
    file: flags["config"],
    environment: process.env,
    flags: {
      "server.port": flags["port"],
      "server.host": flags["host"],
      "server.workers": flags["workers"],
      upstream: flags["upstream"],
      "data.directory": flags["data"],
      "store.url": flags["store"],
      "telemetry.logLevel": flags["logLevel"],
    },
  });
}
