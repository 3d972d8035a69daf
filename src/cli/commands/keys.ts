import { Command, Option } from "commander";
import { defined } from "../../core/defined.ts";
import type { GatewayConfig } from "../../gateway/config.ts";
import { deleteFromAdmin, getFromAdmin, postToAdmin } from "../admin-client.ts";
import type { GatewayPlace } from "../gateway-trust.ts";
import type { CreatedKey, ListedKeys, RevokedKey, RotatedKey } from "../keys/keys-text.ts";
import { MisuseError } from "../misuse-error.ts";
import { actOnGateway, withGatewayFlags } from "./gateway-flags.ts";
import type { Report } from "./report.ts";

/** `reprise keys create|list|rotate|revoke`: the virtual keys of a running gateway, by its admin API. */

interface KeyFlags extends GatewayPlace {
  readonly tenant?: string;
  readonly user?: string;
  readonly name?: string;
  readonly note?: string;
  readonly model?: readonly string[];
  readonly layer?: readonly string[];
  readonly limit?: readonly string[];
  readonly expires?: string;
  readonly overlap?: string;
}

export function keysCommand(): Command {
  const command = new Command("keys").description("Virtual keys: who may ask, as which tenant, and for what.");
  const creating = withGatewayFlags(new Command("create"))
    .description("Make a key. It is shown once.")
    .addOption(new Option("--tenant <name>", "whose answers it shares").makeOptionMandatory())
    .option("--user <name>", "whom it is for; whoever shows it can be no other user then")
    .option("--name <text>", "what it is called, for people")
    .option("--note <text>", "what is to be remembered of it")
    .option("--model <pattern...>", "the models it is for; * stands for anything (default: all)")
    .option("--layer <name...>", "the layers of the cache that it may use (default: all)")
    .option("--limit <limit...>", "how much it may take, such as requestsPerMinute=60 or usdPerMonth=50")
    .option("--expires <when>", "when it ends: a time from now such as 30d, or an instant such as 2030-01-31T00:00:00Z")
    .addHelpText("after", createExamples)
    .action((flags: KeyFlags) => actOnGateway(flags, "create", (config) => create(config, flags), createNames));
  const listing = withGatewayFlags(new Command("list"))
    .description("List the keys: whose they are and what they are limited to.")
    .option("--tenant <name>", "only those of this tenant")
    .action((flags: KeyFlags) => actOnGateway(flags, "list", (config) => list(config, flags)));
  const rotating = withGatewayFlags(new Command("rotate"))
    .description("Give a key another text, which is shown once. Its id, its limits and what it has used stay.")
    .argument("<id>", "as keys list tells it")
    .option("--overlap <duration>", "how long the text before is still taken; 0 for not at all", "24h")
    .action((id: string, flags: KeyFlags) => actOnGateway(flags, "rotate", (config) => rotate(config, flags, id)));
  const revoking = withGatewayFlags(new Command("revoke"))
    .description("Take a key back, at once and for good.")
    .argument("<id>", "as keys list tells it")
    .action((id: string, flags: KeyFlags) => actOnGateway(flags, "revoke", (config) => revoke(config, flags, id)));
  for (const sub of [creating, listing, rotating, revoking]) command.addCommand(sub);
  return command;
}

const createNames = { models: "--model", layers: "--layer", limits: "--limit" };

const createExamples =
  "\nExamples:\n  reprise keys create --tenant acme --name batch --model 'gpt-4o*' --limit usdPerDay=5 concurrent=4\n" +
  "  reprise keys create --tenant acme --user ann --expires 90d --json\n\n" +
  "The gateway takes keys where tenancy.mode is keys. Limits: requestsPerMinute, tokensPerMinute, tokensPerDay,\n" +
  "usdPerDay, usdPerMonth, concurrent, cachedFree=true.";

async function create(config: GatewayConfig, flags: KeyFlags): Promise<Report> {
  const { createdText } = await import("../keys/keys-text.ts");
  const { tenant, user, name, note, model: models, layer: layers, limit, expires } = flags;
  const wish = defined({ tenant, user, name, note, models, layers, limits: limit && limitsIn(limit), expires });
  const created = (await postToAdmin(config, flags, "/keys", wish)) as CreatedKey;
  return { json: created, text: createdText(created) };
}

async function list(config: GatewayConfig, flags: KeyFlags): Promise<Report> {
  const { listText } = await import("../keys/keys-text.ts");
  const which = new URLSearchParams(defined({ tenant: flags.tenant }));
  const listed = (await getFromAdmin(config, flags, `/keys?${which}`)) as ListedKeys;
  return { json: listed, text: listText(listed, flags.tenant) };
}

async function rotate(config: GatewayConfig, flags: KeyFlags, id: string): Promise<Report> {
  const { rotatedText } = await import("../keys/keys-text.ts");
  const rotated = (await postToAdmin(
    config,
    flags,
    `/keys/${place(id)}/rotate`,
    defined({ overlap: flags.overlap }),
  )) as RotatedKey;
  return { json: rotated, text: rotatedText(rotated, flags.overlap ?? "24h") };
}

async function revoke(config: GatewayConfig, flags: KeyFlags, id: string): Promise<Report> {
  const { revokedText } = await import("../keys/keys-text.ts");
  const revoked = (await deleteFromAdmin(config, flags, `/keys/${place(id)}`)) as RevokedKey;
  return { json: revoked, text: revokedText(revoked) };
}

/** Who gives the key itself has shown it to the shell's history; it is not shown to anybody else. */
function place(id: string): string {
  if (/^[0-9A-Za-z]{12}$/.test(id)) return id;
  throw new MisuseError("This is not the id of a key", "Give the one that reprise keys list shows, and not the key.");
}

/** Such as `concurrent=4`; the gateway says which there are, and what each must be. */
function limitsIn(given: readonly string[]): Readonly<Record<string, unknown>> {
  return Object.fromEntries(
    given.map((one) => {
      const [, name = "", value = ""] = /^([A-Za-z]+)=(.+)$/.exec(one) ?? [];
      if (name === "") throw new MisuseError("A limit is not NAME=VALUE", "Such as --limit requestsPerMinute=60.");
      if (value === "true" || value === "false") return [name, value === "true"];
      if (!name.startsWith("usd")) return [name, Number(value)];
      if (/^\d+(\.\d+)?$/.test(value)) return [name, value];
      throw new MisuseError(`--limit ${name} must be an amount of US dollars, such as 5 or 0.50`, "Correct it.");
    }),
  );
}
