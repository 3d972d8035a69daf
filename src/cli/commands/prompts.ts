import process from "node:process";
import { Command } from "commander";
import { defined } from "../../core/defined.ts";
import type { GatewayConfig } from "../../gateway/config.ts";
import { getFromAdmin, putToAdmin } from "../admin-client.ts";
import { MisuseError } from "../misuse-error.ts";
import type { ListedPrompts, SetPrompt } from "../prompts/prompts-text.ts";
import { configFlag, type Flags } from "./config-flags.ts";
import { act, type Report } from "./report.ts";

/** `reprise prompts list|set|lint`: the named system prompts of a running gateway, by its admin API. */

interface PromptFlags {
  readonly window?: string;
  readonly tenant?: string;
  readonly url?: string;
}

type Asked = (config: GatewayConfig) => Promise<Report>;

export function promptsCommand(): Command {
  const command = new Command("prompts").description(
    "Named, versioned system prompts, which calls refer to by X-AI-Prompt: name@version.",
  );
  const listing = withGatewayFlags(new Command("list"))
    .description("List the prompts, and how many calls begin with each.")
    .option("--window <duration>", "how far back calls are counted: minutes, hours or days up to 90d", "24h")
    .action((flags: PromptFlags) => run(flags, "list", (config) => list(config, flags)));
  const setting = withGatewayFlags(new Command("set"))
    .description("Register a version of a prompt. A version never changes; the name alone means the last one.")
    .argument("<reference>", "NAME for the next number, or NAME@VERSION")
    .argument("[file]", "the file with the text, in UTF-8; - for standard input", "-")
    .option("--tenant <id>", "whose it is to be (default: everybody's)")
    .addHelpText("after", setExamples)
    .action((reference: string, file: string, flags: PromptFlags) =>
      run(flags, "set", (config) => set(config, flags, reference, file)),
    );
  const linting = withGatewayFlags(new Command("lint"))
    .description("Say which prompts should be merged, and what in them will not stay as it is.")
    .addHelpText("after", "\nExit status is 1 when there is something to say.")
    .action((flags: PromptFlags) => run(flags, "lint", (config) => lint(config, flags)));
  for (const sub of [listing, setting, linting]) command.addCommand(sub.exitOverride());
  return command;
}

const setExamples =
  "\nExamples:\n  reprise prompts set support prompts/support.txt\n  git show HEAD:support.txt | reprise prompts set support@2026-07\n\n" +
  "The text is taken as it stands, to the last line end. Setting the same text again changes nothing.";

function withGatewayFlags(command: Command): Command {
  return command
    .option("--url <url>", "the gateway, such as http://127.0.0.1:8787 (default: that of the configuration)")
    .option(...configFlag)
    .option("--port <number>", "port of the gateway (default: 8787)")
    .option("--host <address>", "address of the gateway (default: 127.0.0.1)")
    .option("--data <folder>", "data folder of the gateway, where its admin token is (default: ./.reprise)")
    .option("--json", "print the result as JSON");
}

/** What concerns where the gateway is, and not what is asked of it. */
function run(flags: PromptFlags, action: string, asked: Asked): Promise<void> {
  const { window: _, tenant: __, ...others } = flags;
  return act(others as Flags, action, asked);
}

async function list(config: GatewayConfig, { url, window = "24h" }: PromptFlags): Promise<Report> {
  const { listText } = await import("../prompts/prompts-text.ts");
  const listed = await promptsOf(config, url, window);
  return { json: listed, text: listText(listed) };
}

async function set(config: GatewayConfig, flags: PromptFlags, reference: string, file: string): Promise<Report> {
  const { nameRule, readReference, versionRule } = await import("../../layers/prefix/registry/prompt-name.ts");
  const { readPromptFile } = await import("../prompts/prompt-file.ts");
  const { setText } = await import("../prompts/prompts-text.ts");
  const asked = readReference(reference);
  if (asked === undefined)
    throw new MisuseError(
      "The reference is not NAME or NAME@VERSION",
      `The name ${nameRule}; a version ${versionRule}.`,
    );
  const { name, version } = asked;
  const body = { text: await readPromptFile(file), ...defined({ version, tenant: flags.tenant }) };
  const done = (await putToAdmin(config, flags.url, `/prompts/${name}`, body)) as SetPrompt;
  return { json: done, text: setText(done) };
}

async function lint(config: GatewayConfig, { url }: PromptFlags): Promise<Report> {
  const { lintText } = await import("../prompts/prompts-text.ts");
  const listed = await promptsOf(config, url, "1h");
  if (listed.findings.length > 0) process.exitCode = 1;
  return { json: { findings: listed.findings }, text: lintText(listed) };
}

async function promptsOf(config: GatewayConfig, url: string | undefined, window: string): Promise<ListedPrompts> {
  return (await getFromAdmin(config, url, `/prompts?window=${encodeURIComponent(window)}`)) as ListedPrompts;
}
