import process from "node:process";
import { Command } from "commander";
import type { GatewayConfig } from "../../gateway/config.ts";
import { MisuseError } from "../misuse-error.ts";
import { configFlag, type Flags } from "./config-flags.ts";
import { act, type Report } from "./report.ts";

/** `reprise audit verify|show|key`: the log of what was done by the admin API, as it stands in the data folder. */

interface AuditFlags {
  readonly from?: string;
  readonly limit?: string;
}

export function auditCommand(): Command {
  const command = new Command("audit").description("Who changed what by the admin API, and whether that log is whole.");
  const verifying = here(new Command("verify"))
    .description("Check the log, and find the first line that was altered, removed, moved or cut off.")
    .option("--from <line>", "the first line that is to be here, where older files were moved to an archive", "1")
    .addHelpText("after", "\nExit status is 1 when it is broken.")
    .action((flags: AuditFlags) => run(flags, "verify", (config) => verify(config, flags)));
  const showing = here(new Command("show"))
    .description("Show what was done last, the newest first.")
    .option("--limit <number>", "how many lines at most", "50")
    .action((flags: AuditFlags) => run(flags, "show", (config) => show(config, flags)));
  const key = here(new Command("key"))
    .description("Print the public key by which receipts of erasures are checked.")
    .action((flags: AuditFlags) => run(flags, "key", showKey));
  for (const sub of [verifying, showing, key]) command.addCommand(sub);
  return command;
}

function here(command: Command): Command {
  return command
    .option(...configFlag)
    .option("--data <folder>", "data folder of the gateway (default: ./.reprise)")
    .option("--store <url>", "store of the gateway (default: sqlite)")
    .option("--json", "print the result as JSON");
}

function run(flags: AuditFlags, action: string, done: (config: GatewayConfig) => Promise<Report>): Promise<void> {
  const { from: _, limit: __, ...others } = flags;
  return act(others as Flags, action, done);
}

async function verify(config: GatewayConfig, flags: AuditFlags): Promise<Report> {
  const [{ checkAudit }, { openAuditPlace }, { checkText }] = await Promise.all([
    import("../../audit/audit-check.ts"),
    import("../audit/audit-place.ts"),
    import("../audit/audit-text.ts"),
  ]);
  const from = wholeNumber("--from", flags.from ?? "1");
  const place = await openAuditPlace(config);
  try {
    const { ok, ...check } = await checkAudit({ ...place, from });
    if (!ok) process.exitCode = 1;
    return { json: { sound: ok, ...check }, text: checkText({ ok, ...check } as Parameters<typeof checkText>[0]) };
  } finally {
    await place.close();
  }
}

async function show(config: GatewayConfig, flags: AuditFlags): Promise<Report> {
  const [{ auditFolder, newestRecords }, { recordsText }] = await Promise.all([
    import("../../audit/audit-folder.ts"),
    import("../audit/audit-text.ts"),
  ]);
  const limit = wholeNumber("--limit", flags.limit);
  const records = newestRecords(auditFolder(config.data.directory), Number.POSITIVE_INFINITY, limit);
  // Whether there never was anything is known by those who remember the end alone.
  if (records.length > 0) return { json: { records }, text: recordsText(records) };
  const { json, text } = await verify(config, {});
  return { json: { records, ...json }, text };
}

async function showKey({ data: { directory } }: GatewayConfig): Promise<Report> {
  const { knownSigningKey } = await import("../../audit/signing-key.ts");
  const key = knownSigningKey(directory);
  if (key === undefined)
    throw new MisuseError(`${directory} has no signing key`, "The gateway makes it when it first signs or logs.");
  const { id, publicKey } = key;
  return { json: { id, publicKey }, text: publicKey.trimEnd() };
}

function wholeNumber(flag: string, given = ""): number {
  const number = /^[1-9]\d{0,14}$/.test(given) ? Number(given) : undefined;
  if (number !== undefined) return number;
  throw new MisuseError(`${flag} must be a whole number above 0`, "Correct it, or leave it out.");
}
