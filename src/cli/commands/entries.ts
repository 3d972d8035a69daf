import { Command } from "commander";
import { systemClock } from "../../core/clock.ts";
import { defined } from "../../core/defined.ts";
import type { GatewayConfig } from "../../gateway/config.ts";
import { getFromAdmin } from "../admin-client.ts";
import { type ListedEntries, tableOf } from "../entry-table.ts";
import type { GatewayPlace } from "../gateway-trust.ts";
import { MisuseError } from "../misuse-error.ts";
import { actOnGateway, withGatewayFlags } from "./gateway-flags.ts";
import type { Report } from "./report.ts";

/** `reprise entries`: what a running gateway has stored, by its admin API. */

interface EntriesFlags extends GatewayPlace {
  readonly layer?: string;
  readonly tenant?: string;
  readonly tag?: string;
  readonly model?: string;
  readonly search?: string;
  readonly limit: string;
}

const pageEntries = 200;
const mostEntries = 10_000;

export function entriesCommand(): Command {
  return withGatewayFlags(new Command("entries"))
    .description("List what a running gateway has stored, the newest first where its store keeps an order.")
    .option("--layer <name>", "exact, semantic (questions that lead to an answer) or embedding")
    .option("--tenant <id>", "only what belongs to this tenant")
    .option("--tag <tag>", "only what carries this tag")
    .option("--model <name>", "only what this model was asked for or has answered; * stands for anything")
    .option("--search <text>", "only what has this text in its question or answer")
    .option("--limit <number>", `how many at most, up to ${mostEntries}`, "50")
    .addHelpText("after", examples)
    .action((flags: EntriesFlags) =>
      actOnGateway(flags, "entries", (config) => list(config, flags), { q: "--search" }),
    );
}

const examples =
  "\nExamples:\n  reprise entries --tag doc:42\n  reprise entries --model 'gpt-4o*' --search refund --limit 10\n  reprise entries --layer embedding --json\n\n" +
  "The last column is the id by which reprise purge --key takes an entry back.";

async function list(config: GatewayConfig, flags: EntriesFlags): Promise<Report> {
  const limit = /^\d+$/.test(flags.limit) ? Number(flags.limit) : 0;
  if (limit < 1 || limit > mostEntries)
    throw new MisuseError(`--limit must be a whole number from 1 to ${mostEntries}`, "Correct it, or leave it out.");
  const { layer, tenant, tag, model, search: q } = flags;
  const wish = defined({ layer, tenant, tag, model, q });
  const entries: ListedEntries["entries"][number][] = [];
  let page: ListedEntries;
  let cursor: string | undefined;
  do {
    const query = new URLSearchParams(wish);
    query.set("limit", String(Math.min(pageEntries, limit - entries.length)));
    if (cursor !== undefined) query.set("cursor", cursor);
    page = (await getFromAdmin(config, flags, `/entries?${query}`)) as ListedEntries;
    entries.push(...page.entries);
    cursor = page.cursor;
  } while (cursor !== undefined && entries.length < limit);
  const { listing, reason } = page;
  const all = { entries, ...defined({ cursor, reason }), listing };
  return { json: all, text: tableOf(all, systemClock.now()) };
}
