import process from "node:process";
import type { Command } from "commander";
import { type ConfigReading, describeMistake, readConfig } from "../../gateway/config.ts";

/** The flags that say how a gateway is configured, and the configuration they make with the environment and the file. */

export type Flags = Readonly<Record<string, string | undefined>>;

export const configFlag = [
  "--config <file>",
  "configuration file (default: reprise.yaml or reprise.json here, if there is one)",
] as const;

export function withConfigFlags(command: Command): Command {
  return command
    .option(...configFlag)
    .option("--port <number>", "port to listen on (default: 8787)")
    .option("--host <address>", "address to listen on (default: 127.0.0.1)")
    .option(
      "--upstream <url>",
      "OpenAI-compatible base URL, such as http://127.0.0.1:9000/v1 (default: those of OpenAI, Anthropic and Gemini)",
    )
    .option("--data <folder>", "folder for the embedded store (default: ./.reprise)")
    .option(
      "--store <url>",
      "where answers are kept: sqlite, sqlite:FOLDER, memory, or redis://, memcached://, postgres:// (default: sqlite)",
    )
    .option("--semantic <mode>", "answers to like questions: off, observe or serve (default: observe)")
    .option("--workers <number>", "processes that serve together, or auto for one for each processor (default: 1)")
    .option("--log-level <level>", "silent, error, warn, info or debug (default: info)");
}

/** `undefined` where it has mistakes: they are told, each in a line, and the exit status is that of misuse. */
export function soundConfigFrom(flags: Flags): Extract<ConfigReading, { ok: true }> | undefined {
  const reading = configFrom(flags);
  if (reading.ok) return reading;
  for (const mistake of reading.mistakes) process.stderr.write(`reprise: ${describeMistake(mistake)}\n`);
  process.exitCode = 2;
  return undefined;
}

export function configFrom(flags: Flags): ConfigReading {
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
      "layers.semantic.mode": flags["semantic"],
      "telemetry.logLevel": flags["logLevel"],
    },
  });
}
