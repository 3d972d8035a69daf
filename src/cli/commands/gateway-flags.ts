import type { Command } from "commander";
import type { GatewayConfig } from "../../gateway/config.ts";
import { WrongFieldError } from "../admin-client.ts";
import { MisuseError } from "../misuse-error.ts";
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

/** Fields of a request by what they are called on the command line; others have the name of their flag. */
type NamesOfFields = Readonly<Record<string, string>>;

/** As `act`, for a command with these flags. What the gateway finds wrong is told by the name that it was given under. */
export function actOnGateway(
  flags: object,
  action: string,
  run: (config: GatewayConfig) => Promise<Report>,
  names: NamesOfFields = {},
): Promise<void> {
  return act(gatewayFlagsIn(flags), action, async (config) => {
    try {
      return await run(config);
    } catch (error) {
      throw error instanceof WrongFieldError ? misuseOf(error, names, flags) : error;
    }
  });
}

function misuseOf({ field, rule }: WrongFieldError, names: NamesOfFields, flags: object): MisuseError {
  const parts = field.split(".").filter((part) => !/^\d+$/.test(part));
  // The longest beginning of the path that has a name here; what is left of it says which part.
  for (let length = parts.length; length > 0; length--) {
    const first = parts.slice(0, length).join(".");
    const name = names[first] ?? (first in flags ? `--${first}` : undefined);
    if (name !== undefined) return told([name, ...parts.slice(length)], rule);
  }
  return told(parts, rule);
}

function told(words: readonly string[], rule: string): MisuseError {
  return new MisuseError(`${words.join(" ")} ${rule}`, "Correct it.");
}
