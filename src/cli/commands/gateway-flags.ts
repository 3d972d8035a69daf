import type { Command } from "commander";
import type { GatewayConfig } from "../../gateway/config.ts";
import { configFlag, type Flags } from "./config-flags.ts";
import { act, type Report } from "./report.ts";

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

/** Those of them that concern the configuration and the report. Other flags of a command may be called like options. */
export function gatewayFlagsIn(flags: object): Flags {
  const { config, port, host, data, json } = flags as Flags;
  return { config, port, host, data, json };
}

/** As `act`, for a command with these flags. */
export function actOnGateway(
  flags: object,
  action: string,
  run: (config: GatewayConfig) => Promise<Report>,
): Promise<void> {
  return act(gatewayFlagsIn(flags), action, run);
}
