import process from "node:process";
import { Command, CommanderError } from "commander";
import { version } from "../version.ts";
import { awake } from "./awake.ts";
import { auditCommand } from "./commands/audit.ts";
import { doctorCommand } from "./commands/doctor.ts";
import { embeddingsCommand } from "./commands/embeddings.ts";
import { entriesCommand } from "./commands/entries.ts";
import { keysCommand } from "./commands/keys.ts";
import { lintCommand } from "./commands/lint.ts";
import { promptsCommand } from "./commands/prompts.ts";
import { publishCommand, unpublishCommand } from "./commands/publish.ts";
import { purgeCommand } from "./commands/purge.ts";
import { sealingCommand } from "./commands/sealing.ts";
import { serveCommand } from "./commands/serve.ts";
import { simulateCommand } from "./commands/simulate.ts";
import { statsCommand } from "./commands/stats.ts";
import { tenantsCommand } from "./commands/tenants.ts";
import { tuneCommand } from "./commands/tune.ts";
import { warmCommand } from "./commands/warm.ts";

/** Exit status: 0 fine, 1 found something or failed, 2 misuse. */
export async function run(argv: readonly string[]): Promise<void> {
  // A reader that has seen enough, such as `head`, is not a fault.
  process.stdout.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code !== "EPIPE") throw error;
    process.exit();
  });
  const program = new Command("reprise")
    .description("A cache in front of any language-model API.")
    .version(version)
    .addCommand(serveCommand())
    .addCommand(doctorCommand())
    .addCommand(embeddingsCommand())
    .addCommand(entriesCommand())
    .addCommand(purgeCommand())
    .addCommand(publishCommand())
    .addCommand(unpublishCommand())
    .addCommand(promptsCommand())
    .addCommand(keysCommand())
    .addCommand(tenantsCommand())
    .addCommand(auditCommand())
    .addCommand(sealingCommand())
    .addCommand(statsCommand())
    .addCommand(simulateCommand())
    .addCommand(tuneCommand())
    .addCommand(lintCommand())
    .addCommand(warmCommand());
  for (const [path, command] of commandsBelow(program)) {
    command.exitOverride().showHelpAfterError(hint(path, command));
    // Commander would print texts in quotation marks, and so tell defaults apart that are written alike.
    for (const option of command.options)
      if (typeof option.defaultValue === "string") option.defaultValueDescription ??= option.defaultValue;
  }
  try {
    await awake(() => program.parseAsync(withoutHelpOfUnknown(program, argv)));
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    process.exitCode = error.exitCode === 0 ? 0 : 2;
  }
}

/** All commands with what is typed to name them. */
function commandsBelow(command: Command, path = command.name()): [string, Command][] {
  return [[path, command], ...command.commands.flatMap((one) => commandsBelow(one, `${path} ${one.name()}`))];
}

function hint(path: string, command: Command): string {
  return `(${path} --help shows its ${command.commands.length > 0 ? "commands" : "options"})`;
}

const helpWishes: ReadonlySet<string> = new Set(["help", "-h", "--help"]);

/**
 * Asked for the help of a command that there is not, commander would show all the help there is and call that success.
 * Not asked for help it says that there is no such command, and which one is near.
 */
function withoutHelpOfUnknown(program: Command, argv: readonly string[]): string[] {
  const [node = "", script = "", ...given] = argv;
  const asked = given.filter((argument) => !helpWishes.has(argument));
  let command = program;
  for (const name of asked) {
    if (command.commands.length === 0 || name.startsWith("-")) break;
    const next = command.commands.find((one) => one.name() === name || one.aliases().includes(name));
    if (next === undefined) return [node, script, ...asked];
    command = next;
  }
  return [...argv];
}
