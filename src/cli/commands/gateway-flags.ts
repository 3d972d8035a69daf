import type { Command } from "commander";
import { configFlag } from "./config-flags.ts";

/** What tells a command that asks a running gateway where it is, and how to print what it says. */
export function withGatewayFlags(command: Command): Command {
  return command
    .option("--url <url>", "the gateway, such as http://127.0.0.1:8787 (default: that of the configuration)")
    .option(
      "--ca <file>",
      "authority that signed the gateway's certificate, in PEM (default: REPRISE_CA, or those of Node)",
    )
    .option(...configFlag)
    .option("--port <number>", "port of the gateway (default: 8787)")
    .option("--host <address>", "address of the gateway (default: 127.0.0.1)")
    .option("--data <folder>", "data folder of the gateway, where its admin token is (default: ./.reprise)")
    .option("--json", "print the result as JSON");
}
