import { Command } from "commander";
import { InvalidOptionError } from "../../core/errors.ts";
import { sourceTag } from "../../core/source-tag.ts";
import type { GatewayConfig } from "../../gateway/config.ts";
import type { Invalidated } from "../../storage/invalidation.ts";
import { type Invalidation, readInvalidation } from "../../storage/invalidation-wish.ts";
import { postToAdmin } from "../admin-client.ts";
import type { GatewayPlace } from "../gateway-trust.ts";
import { MisuseError } from "../misuse-error.ts";
import { actOnGateway, withGatewayFlags } from "./gateway-flags.ts";
import type { Report } from "./report.ts";

/** `reprise purge`: takes back what a running gateway has stored, by its admin API. */

interface PurgeFlags extends GatewayPlace {
  readonly tag?: readonly string[];
  readonly source?: readonly string[];
  readonly key?: readonly string[];
  readonly tenant?: string;
  readonly user?: string;
  readonly model?: string;
  readonly namespace?: string;
  readonly versionLabel?: string;
  readonly all?: true;
}

export function purgeCommand(): Command {
  return withGatewayFlags(new Command("purge"))
    .description("Take back what a running gateway has stored, and what others that share its store have.")
    .option("--tag <tag...>", "what carries one of these tags")
    .option("--source <name...>", "what was made from one of these sources, such as doc:42 or file:file-abc")
    .option("--key <id...>", "single entries, by the id in X-AI-Cache-Entry")
    .option("--tenant <id>", "alone: everything of this tenant; with others: only there")
    .option("--user <name>", "what was computed for this user")
    .option("--model <name>", "answers to calls for this model")
    .option("--namespace <name>", 'what is in this namespace; "" is the default one')
    .option("--version-label <label>", 'what was stored under this version label; "" is none')
    .option("--all", "everything, of the tenant if one is named; nothing is asked before")
    .addHelpText("after", examples)
    .action((flags: PurgeFlags) => actOnGateway(flags, "purge", (config) => purge(config, flags)));
}

const examples =
  "\nExamples:\n  reprise purge --tag doc:42 --tag doc:43\n  reprise purge --model gpt-4o --tenant library\n  reprise purge --all\n\n" +
  "An answer that fits any of what is named is gone. The admin token is REPRISE_ADMIN_TOKEN, that of the\n" +
  "configuration, or the one that the gateway keeps in its data folder.";

async function purge(config: GatewayConfig, flags: PurgeFlags): Promise<Report> {
  const wish = wishOf(flags);
  const done = (await postToAdmin(config, flags, "/invalidate", wish)) as Invalidated;
  const text = `Taken back: ${counted(done.scopes, "group", "groups")} of answers, ${counted(done.entries, "entry", "entries")} by key.`;
  return { json: { scopes: done.scopes, entries: done.entries }, text };
}

const flagOf: Readonly<Record<string, string>> = { tags: "--tag", keys: "--key", version: "--version-label" };

/** Throws `MisuseError` before anybody is asked. */
function wishOf({ tag, source, key, tenant, user, model, namespace, versionLabel, all }: PurgeFlags): Invalidation {
  const tags = source === undefined ? tag : [...(tag ?? []), ...source.map(sourceTag)];
  const named = { tags, keys: key, tenant, user, model, namespace, version: versionLabel, all };
  const wish = Object.fromEntries(Object.entries(named).filter(([, value]) => value !== undefined));
  if (Object.keys(wish).length === 0)
    throw new MisuseError("There is nothing named to purge", "Name it, such as --tag doc:42, or everything by --all.");
  try {
    readInvalidation(wish);
  } catch (error) {
    if (!(error instanceof InvalidOptionError)) throw error;
    const [field = ""] = error.path.split(".");
    throw new MisuseError(`${flagOf[field] ?? `--${field}`} ${error.rule}`, "Correct it, or leave it out.");
  }
  return wish;
}

function counted(count: number, one: string, many: string): string {
  return `${count} ${count === 1 ? one : many}`;
}
