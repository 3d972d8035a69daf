import { writeFileSync } from "node:fs";
import process from "node:process";
import { Command } from "commander";
import { MisuseError } from "../misuse-error.ts";
import { progressLine } from "./progress-line.ts";
import { type Report, tell } from "./report.ts";

/** `reprise simulate`: what each layer would have saved on the calls of a log. What replays is loaded when it is needed. */

interface SimulateFlags {
  readonly format?: string;
  readonly model?: string;
  readonly semantic?: string;
  readonly config?: readonly string[];
  readonly set?: readonly string[];
  readonly html?: string;
  readonly json?: true;
}

const several = (value: string, before: readonly string[] = []): readonly string[] => [...before, value];

export function simulateCommand(): Command {
  return new Command("simulate")
    .description("Play a log of calls through the cache, and say what each layer would have saved.")
    .argument("<log>", "JSON lines or a JSON array of calls, also packed with gzip; - for standard input")
    .option("--format <name>", "reprise, openai, litellm or tau-bench (default: told by each record)")
    .option("--model <name>", "the model of calls that name none")
    .option("--semantic <modes>", "modes of like questions to compare, or none (default: off,observe,serve)")
    .option("--config <file>", "compare this configuration, too; may be given several times", several)
    .option("--set <options>", "compare these options, too, such as layers.exact.ttl=10m", several)
    .option("--html <file>", "write the report with pictures into this file, too")
    .option("--json", "print the result as JSON")
    .addHelpText("after", examples)
    .action((log: string, flags: SimulateFlags) =>
      tell({ json: flags.json && "" }, "simulate", () => simulated(log, flags)),
    );
}

const examples =
  "\nExamples:\n  reprise simulate access.jsonl --html report.html\n" +
  "  zcat calls.jsonl.gz | reprise simulate - --semantic off --set layers.exact.ttl=10m\n" +
  "\nExit status is 1 when no call could be read, or the log not to its end.";

async function simulated(log: string, flags: SimulateFlags): Promise<Report> {
  const { chosenSettings } = await import("../simulate/chosen-settings.ts");
  const { logFormats } = await import("../simulate/log-calls.ts");
  const { openLog } = await import("../simulate/log-records.ts");
  const { progressBar } = await import("../simulate/progress-bar.ts");
  const { simulate } = await import("../simulate/simulation.ts");
  const { reportOf } = await import("../simulate/simulation-report.ts");
  const format = logFormats.find(({ name }) => name === flags.format);
  if (flags.format !== undefined && format === undefined)
    throw new MisuseError(
      `--format ${flags.format} is not known`,
      `It is one of ${logFormats.map(({ name }) => name).join(", ")}.`,
    );
  const settings = chosenSettings({ semantic: flags.semantic, configs: flags.config ?? [], sets: flags.set ?? [] });
  const source = openLog(log);
  const progress = progressLine();
  try {
    const options = { format, model: flags.model };
    const simulation = await simulate(source, options, settings, ({ calls }) =>
      progress.show(progressBar(source, calls)),
    );
    if (simulation.broken !== undefined) process.exitCode = 1;
    if (flags.html !== undefined) {
      const { pageOf } = await import("../simulate/simulation-page.ts");
      writeFileSync(flags.html, pageOf(simulation));
    }
    return reportOf(simulation);
  } finally {
    progress.end();
  }
}
