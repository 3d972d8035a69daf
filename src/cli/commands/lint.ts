import process from "node:process";
import { Command } from "commander";
import type { Settings } from "../../options.ts";
import { MisuseError } from "../misuse-error.ts";
import { configFlag, type Flags } from "./config-flags.ts";
import { progressLine } from "./progress-line.ts";
import { act, type Report } from "./report.ts";

/** `reprise lint`: what keeps prompts from sharing their prefixes. What reads and compares is loaded when it is needed. */

export function lintCommand(): Command {
  return new Command("lint")
    .description("Find what keeps prompts from being read from the provider's or engine's cache.")
    .argument("<log>", "JSON lines or a JSON array of calls, also packed with gzip; - for standard input")
    .option("--format <name>", "reprise, openai, litellm or tau-bench (default: told by each record)")
    .option("--model <name>", "the model of calls that name none")
    .option(...configFlag)
    .option("--json", "print the result as JSON")
    .addHelpText("after", examples)
    .action((log: string, flags: Flags) => act(flags, "lint", (config) => linted(log, flags, config)));
}

const examples =
  "\nExamples:\n  reprise lint access.jsonl\n  zcat calls.jsonl.gz | reprise lint - --json\n" +
  "\nExit status is 1 when something was found, no prompt could be read, or the log not to its end.";

async function linted(log: string, flags: Flags, { prices, layers: { prefix } }: Settings): Promise<Report> {
  const { systemClock } = await import("../../core/clock.ts");
  const { Prices } = await import("../../telemetry/prices.ts");
  const { lintLog } = await import("../lint/log-lint.ts");
  const { hasFindings, reportOf } = await import("../lint/lint-report.ts");
  const { logFormats } = await import("../simulate/log-calls.ts");
  const { ownRulesOf } = await import("../../prefix-options.ts");
  const { openLog } = await import("../simulate/log-records.ts");
  const { progressBar } = await import("../simulate/progress-bar.ts");
  const { format: name, model } = flags;
  const format = logFormats.find((one) => one.name === name);
  if (name !== undefined && format === undefined)
    throw new MisuseError(
      `--format ${name} is not known`,
      `It is one of ${logFormats.map((one) => one.name).join(", ")}.`,
    );
  const source = openLog(log);
  const progress = progressLine();
  try {
    const options = { format, model, rules: ownRulesOf(prefix) };
    const found = await lintLog(source, options, ({ calls }) => progress.show(progressBar(source, calls)));
    if (hasFindings(found) || found.broken !== undefined) process.exitCode = 1;
    return reportOf(found, new Prices(prices), systemClock.now());
  } finally {
    progress.end();
  }
}
