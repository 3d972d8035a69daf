import { readFileSync, writeFileSync } from "node:fs";
import process from "node:process";
import { createInterface } from "node:readline/promises";
import { Command } from "commander";
import type { SignedReceipt } from "../../erasure/receipt.ts";
import type { GatewayConfig } from "../../gateway/config.ts";
import { deleteFromAdmin, getFromAdmin } from "../admin-client.ts";
import type { GatewayPlace } from "../gateway-trust.ts";
import { MisuseError } from "../misuse-error.ts";
import type { ListedTenants } from "../tenants/tenants-text.ts";
import { actOnGateway, withGatewayFlags } from "./gateway-flags.ts";
import { progressLine } from "./progress-line.ts";
import type { Report } from "./report.ts";

/** `reprise tenants list|erase|verify-receipt`: whose answers a running gateway keeps, and their end. */

interface TenantFlags extends GatewayPlace {
  readonly user?: string;
  readonly yes?: true;
  readonly receipt?: string;
  readonly publicKey?: string;
  readonly data?: string;
}

interface Erasure {
  readonly id: string;
  readonly state: "running" | "done";
  readonly step?: string;
  readonly trouble?: string;
  readonly receipt?: SignedReceipt;
}

export function tenantsCommand(): Command {
  const command = new Command("tenants").description("The tenants of a running gateway.");
  const listing = withGatewayFlags(new Command("list"))
    .description("List the tenants, what is stored for them and how often they asked.")
    .action((flags: TenantFlags) => actOnGateway(flags, "list", (config) => list(config, flags)));
  const erasing = withGatewayFlags(new Command("erase"))
    .description("Erase a tenant, or one of its users, for good: answers, vectors, keys, and what is published.")
    .argument("<tenant>", "the id, as `reprise tenants list` shows it")
    .option("--user <name>", "only this user of it")
    .option("--receipt <file>", "write the signed receipt into this file")
    .option("--yes", "do not ask before")
    .action((tenant: string, flags: TenantFlags) =>
      actOnGateway(flags, "erase", (config) => erase(config, flags, tenant)),
    );
  const verifying = withGatewayFlags(new Command("verify-receipt"))
    .description("Check the signature of a receipt by the public key of the installation that wrote it.")
    .argument("<file>", "the receipt, as JSON")
    .option("--public-key <file>", "the key in PEM (default: that of the data folder, or of the gateway at --url)")
    .option("--user <name>", "the receipt is to be of this user")
    .addHelpText("after", "\nExit status is 1 when it is not what was signed.")
    .action((file: string, flags: TenantFlags) =>
      actOnGateway(flags, "verify-receipt", (config) => verify(config, flags, file)),
    );
  for (const sub of [listing, erasing, verifying]) command.addCommand(sub);
  return command;
}

async function list(config: GatewayConfig, flags: TenantFlags): Promise<Report> {
  const { tenantsText } = await import("../tenants/tenants-text.ts");
  const listed = (await getFromAdmin(config, flags, "/tenants")) as ListedTenants;
  return { json: listed, text: tenantsText(listed) };
}

async function erase(config: GatewayConfig, flags: TenantFlags, tenant: string): Promise<Report> {
  const { user, receipt: file } = flags;
  const whose = user === undefined ? `tenant ${tenant}` : `user ${user} of tenant ${tenant}`;
  if (flags.yes !== true) await confirmed(`Erase ${whose} for good? [y/N] `);
  const path = `/tenants/${encodeURIComponent(tenant)}`;
  const progress = progressLine();
  let erasure: Erasure;
  try {
    progress.show(`erasing ${whose}`);
    const users = user === undefined ? "" : `/users/${encodeURIComponent(user)}`;
    erasure = (await deleteFromAdmin(config, flags, path + users)) as Erasure;
    while (erasure.state === "running") {
      progress.show(`erasing ${whose}: ${erasure.step}${erasure.trouble === undefined ? "" : ` (${erasure.trouble})`}`);
      erasure = (await getFromAdmin(config, flags, `/erasures/${erasure.id}`)) as Erasure;
    }
  } finally {
    progress.end();
  }
  const { receiptText } = await import("../tenants/tenants-text.ts");
  const receipt = erasure.receipt as SignedReceipt;
  if (file !== undefined) writeFileSync(file, `${JSON.stringify(receipt, undefined, 2)}\n`, { mode: 0o600 });
  return { json: { erasure: erasure.id, ...receipt }, text: receiptText(receipt) };
}

/** Throws `MisuseError` where nobody says yes. */
async function confirmed(asked: string): Promise<void> {
  if (!process.stdin.isTTY)
    throw new MisuseError("This cannot be undone, and nobody is here to be asked", "Say --yes.");
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  try {
    if (/^y(es)?$/i.test((await terminal.question(asked)).trim())) return;
  } finally {
    terminal.close();
  }
  throw new MisuseError("Nothing was erased", "Answer y, or say --yes.");
}

async function verify(config: GatewayConfig, flags: TenantFlags, file: string): Promise<Report> {
  const { checkReceipt } = await import("../../erasure/receipt.ts");
  const text = readText(file);
  const check = checkReceipt(text, await publicKeyOf(config, flags), flags.user);
  if (!check.ok) process.exitCode = 1;
  const { ok, ...found } = check;
  if (!check.ok) return { json: { sound: ok, ...found }, text: `The receipt is not sound. ${check.reason}` };
  const { receiptText } = await import("../tenants/tenants-text.ts");
  const told = receiptText({ receipt: check.receipt } as SignedReceipt);
  return { json: { sound: ok, ...found }, text: `The receipt is sound, signed with the key ${check.key}.\n${told}` };
}

async function publicKeyOf(config: GatewayConfig, flags: TenantFlags): Promise<string> {
  const { idOfPublicKey, knownSigningKey } = await import("../../audit/signing-key.ts");
  const { publicKey, url } = flags;
  if (publicKey === undefined) {
    const known = url === undefined ? knownSigningKey(config.data.directory)?.publicKey : undefined;
    return known ?? ((await getFromAdmin(config, flags, "/audit/key")) as { readonly publicKey: string }).publicKey;
  }
  const text = readText(publicKey);
  try {
    idOfPublicKey(text);
    return text;
  } catch {
    throw new MisuseError(`${publicKey} holds no public key`, "Name the file that reprise audit key has printed.");
  }
}

function readText(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    throw new MisuseError(`${file} cannot be read (${(error as NodeJS.ErrnoException).code})`, "Correct the path.");
  }
}
