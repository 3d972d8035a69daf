import process from "node:process";
import { Command } from "commander";
import type { z } from "zod";
import { defined } from "../../core/defined.ts";
import type { tenantsSchema } from "../../gateway/admin/tenants-route.ts";
import type { GatewayConfig } from "../../gateway/config.ts";
import { deleteFromAdmin, getFromAdmin, postToAdmin, putToAdmin } from "../admin-client.ts";
import type { GatewayPlace } from "../gateway-trust.ts";
import { MisuseError } from "../misuse-error.ts";
import type { ListedPrompts, RemovedPrompt, SetPrompt, WarmedPrompt } from "../prompts/prompts-text.ts";
import { actOnGateway, withGatewayFlags } from "./gateway-flags.ts";
import type { Report } from "./report.ts";

/** `reprise prompts list|set|delete|warm|lint`: the named system prompts of a running gateway, by its admin API. */

interface PromptFlags extends GatewayPlace {
  readonly window?: string;
  readonly tenant?: string;
  readonly upstream?: string;
  readonly model?: string;
}

export function promptsCommand(): Command {
  const command = new Command("prompts").description(
    "Named, versioned system prompts, which calls refer to by X-AI-Prompt: name@version.",
  );
  const listing = withGatewayFlags(new Command("list"))
    .description("List the prompts, and how many calls begin with each.")
    .option("--window <duration>", "how far back calls are counted: minutes, hours or days up to 90d", "24h")
    .action((flags: PromptFlags) => actOnGateway(flags, "list", (config) => list(config, flags)));
  const setting = withGatewayFlags(new Command("set"))
    .description("Register a version of a prompt. A version never changes; the name alone means the last one.")
    .argument("<reference>", "NAME for the next number, or NAME@VERSION")
    .argument("[file]", "the file with the text, in UTF-8; - for standard input", "-")
    .option(...tenantFlag)
    .addHelpText("after", setExamples)
    .action((reference: string, file: string, flags: PromptFlags) =>
      actOnGateway(flags, "set", (config) => set(config, flags, reference, file)),
    );
  const deleting = withGatewayFlags(new Command("delete"))
    .description("Delete a version of a prompt, or all of them. Calls that refer to what was deleted are refused.")
    .argument("<reference>", "NAME for all versions, or NAME@VERSION")
    .option(...tenantFlag)
    .addHelpText("after", "\nIts text is removed, and a deleted version is never given to another text.")
    .action((reference: string, flags: PromptFlags) =>
      actOnGateway(flags, "delete", (config) => remove(config, flags, reference)),
    );
  const warming = withGatewayFlags(new Command("warm"))
    .description("Warm a prompt up now: a call for one token that begins with it, to each replica or to the provider.")
    .argument("<reference>", "NAME for the newest version, or NAME@VERSION")
    .option(...tenantFlag)
    .option("--upstream <name>", "where (default: the upstreams of layers.prefix.warm that name the prompt)")
    .option("--model <name>", "with which model (default: that of layers.prefix.warm)")
    .addHelpText("after", "\nProviders bill the tokens of the prompt. Exit status is 1 when a call failed.")
    .action((reference: string, flags: PromptFlags) =>
      actOnGateway(flags, "warm", (config) => warm(config, flags, reference)),
    );
  const linting = withGatewayFlags(new Command("lint"))
    .description("Say which prompts should be merged, and what in them will not stay as it is.")
    .addHelpText("after", "\nExit status is 1 when there is something to say.")
    .action((flags: PromptFlags) => actOnGateway(flags, "lint", (config) => lint(config, flags)));
  for (const sub of [listing, setting, deleting, warming, linting]) command.addCommand(sub);
  return command;
}

const tenantFlag = [
  "--tenant <id>",
  "whose it is: an id as GET /admin/v1/tenants and the dashboard show them (default: everybody's)",
] as const;

const setExamples =
  "\nExamples:\n  reprise prompts set support prompts/support.txt\n  git show HEAD:support.txt | reprise prompts set support@2026-07\n\n" +
  "The text is taken as it stands, to the last line end. Setting the same text again changes nothing.";

async function list(config: GatewayConfig, flags: PromptFlags): Promise<Report> {
  const { listText } = await import("../prompts/prompts-text.ts");
  const listed = await promptsOf(config, flags, flags.window ?? "24h");
  return { json: listed, text: listText(listed) };
}

async function set(config: GatewayConfig, flags: PromptFlags, reference: string, file: string): Promise<Report> {
  const { readPromptFile } = await import("../prompts/prompt-file.ts");
  const { setText } = await import("../prompts/prompts-text.ts");
  const { name, version } = await referenceIn(reference);
  const body = { text: await readPromptFile(file), ...defined({ version, tenant: flags.tenant }) };
  const done = (await putToAdmin(config, flags, `/prompts/${name}`, body)) as SetPrompt;
  const warning = await unseenTenant(config, flags);
  return {
    json: { ...done, ...defined({ warning }) },
    text: [setText(done), ...(warning ? ["", warning] : [])].join("\n"),
  };
}

async function remove(config: GatewayConfig, flags: PromptFlags, reference: string): Promise<Report> {
  const { removedText } = await import("../prompts/prompts-text.ts");
  const { name, version } = await referenceIn(reference);
  const which = new URLSearchParams(defined({ version, tenant: flags.tenant }));
  const done = (await deleteFromAdmin(config, flags, `/prompts/${name}?${which}`)) as RemovedPrompt;
  return { json: { name, ...done }, text: removedText(name, done) };
}

async function warm(config: GatewayConfig, flags: PromptFlags, reference: string): Promise<Report> {
  const { warmedText } = await import("../prompts/prompts-text.ts");
  const { name, version } = await referenceIn(reference);
  const { tenant, upstream, model } = flags;
  const wish = defined({ version, tenant, upstream, model });
  const done = (await postToAdmin(config, flags, `/prompts/${name}/warm`, wish)) as WarmedPrompt;
  if (done.calls.some(({ result }) => result === "failed")) process.exitCode = 1;
  return { json: done, text: warmedText(done) };
}

async function referenceIn(given: string) {
  const { nameRule, readReference, versionRule } = await import("../../layers/prefix/registry/prompt-name.ts");
  const asked = readReference(given);
  if (asked !== undefined) return asked;
  const rules = `The name ${nameRule}; a version ${versionRule}.`;
  throw new MisuseError("The reference is not NAME or NAME@VERSION", rules);
}

/** What to say when the gateway knows nothing of the tenant; tenants are registered nowhere, so it may still come. */
async function unseenTenant(config: GatewayConfig, flags: PromptFlags): Promise<string | undefined> {
  const { tenant } = flags;
  if (tenant === undefined) return undefined;
  const seen = (await getFromAdmin(config, flags, "/tenants").catch(() => undefined)) as SeenTenants | undefined;
  // A store that cannot be listed tells of nobody who asked before the gateway started.
  if (seen?.isComplete !== true) return undefined;
  // The prompt itself is kept for the tenant, too, and is no entry.
  const there = seen.tenants.find((one) => one.tenant === tenant);
  if (there !== undefined && there.requests + (there.entries ?? 0) > 0) return undefined;
  return "No call of this tenant has been seen, and no answer is stored for it. Ids are derived from credentials: see GET /admin/v1/tenants.";
}

type SeenTenants = z.output<typeof tenantsSchema>;

async function lint(config: GatewayConfig, flags: PromptFlags): Promise<Report> {
  const { lintText } = await import("../prompts/prompts-text.ts");
  const listed = await promptsOf(config, flags, "1h");
  if (listed.findings.length > 0) process.exitCode = 1;
  return { json: { findings: listed.findings }, text: lintText(listed) };
}

async function promptsOf(config: GatewayConfig, place: GatewayPlace, window: string): Promise<ListedPrompts> {
  return (await getFromAdmin(config, place, `/prompts?window=${encodeURIComponent(window)}`)) as ListedPrompts;
}
