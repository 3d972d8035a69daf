import { validateHeaderName, validateHeaderValue } from "node:http";
import process from "node:process";
import { Command } from "commander";
import { hopByHop } from "../../core/hop-by-hop.ts";
import type { GatewayConfig } from "../../gateway/config.ts";
import { modelUrl } from "../admin-client.ts";
import { type GatewayPlace, trusting } from "../gateway-trust.ts";
import { headerFieldIn } from "../header-field.ts";
import { MisuseError } from "../misuse-error.ts";
import type { Warmed } from "../warm/warm-file.ts";
import { actOnGateway, withGatewayFlags } from "./gateway-flags.ts";
import { progressLine } from "./progress-line.ts";
import type { Report } from "./report.ts";

/** `reprise warm`: fills the cache of a running gateway with the answers to the calls of a file. */

interface WarmFlags extends GatewayPlace {
  readonly credentialEnv?: string;
  readonly credentialHeader?: string;
  readonly header?: readonly string[];
  readonly path: string;
  readonly concurrency: string;
}

export function warmCommand(): Command {
  const command = new Command("warm")
    .description("Ask a running gateway for the calls of a file, so that their answers are there before anybody asks.")
    .argument("<file>", "JSON lines or a JSON array of requests, also packed with gzip; - for standard input")
    .option(
      "--credential-env <name>",
      "environment variable with the API key of those who will ask, whose answers these are",
    )
    .option("--credential-header <name>", "the header field that carries that key (default: authorization, as Bearer)")
    .option("--header <field...>", "further header fields, such as 'x-ai-cache-namespace: faq'")
    .option("--path <path>", "where requests that name no path are asked", "/v1/chat/completions")
    .option("--concurrency <number>", "how many calls at a time, up to 64", "4");
  return withGatewayFlags(command)
    .addHelpText("after", examples)
    .action((file: string, flags: WarmFlags) => actOnGateway(flags, "warm", (config) => warm(config, flags, file)));
}

const examples =
  "\nExamples:\n  reprise warm questions.jsonl --credential-env OPENAI_API_KEY\n" +
  "  zcat calls.jsonl.gz | reprise warm - --credential-env OPENAI_API_KEY --concurrency 8\n\n" +
  "A line is a request as a client sends it, {request, ...} as in logs of calls, or {url, body} as in batches.\n" +
  "Unless tenancy says otherwise each key has answers of its own: ask with the key of those who are to have them.\n" +
  "What is stored already is not asked again; the rest is paid for. Exit status is 1 when a call failed, none was\nread, or it ended before the file did.";

async function warm(config: GatewayConfig, flags: WarmFlags, file: string): Promise<Report> {
  const { openLog } = await import("../simulate/log-records.ts");
  const { warmFile } = await import("../warm/warm-file.ts");
  const { isPath } = await import("../warm/warm-call.ts");
  const { path } = flags;
  if (!isPath(path)) throw new MisuseError("--path must begin with /", "Such as /v1/responses.");
  const concurrency = /^\d{1,2}$/.test(flags.concurrency) ? Number(flags.concurrency) : 0;
  if (concurrency < 1 || concurrency > 64)
    throw new MisuseError("--concurrency must be a whole number from 1 to 64", "Correct it, or leave it out.");
  const url = modelUrl(config, flags);
  const dispatcher = url.startsWith("https:") ? trusting(config, flags) : undefined;
  const options = { url, headers: headersIn(flags), path, concurrency, dispatcher };
  const progress = progressLine();
  try {
    const warmed = await warmFile(openLog(file), options, (so) => progress.show(countsText(so)));
    const { failed, calls, faults, stopped } = warmed;
    if (failed > 0 || calls === 0 || stopped !== undefined) process.exitCode = 1;
    const more = [...faults, ...(stopped === undefined ? [] : [`Then it ended: ${stopped}`])];
    return { json: warmed, text: [`${countsText(warmed)}.`, ...more.map((one) => `  ${one}`)].join("\n") };
  } finally {
    progress.end();
  }
}

/** The key is read from the environment, since a command line is there for everybody on the machine to read. */
function headersIn({ credentialEnv, credentialHeader, header = [] }: WarmFlags): Record<string, string> {
  const fields = header.map((field) => fieldOf("--header", ...headerFieldIn("--header", field)));
  if (credentialEnv === undefined) {
    if (credentialHeader === undefined) return Object.fromEntries(fields);
    throw new MisuseError("--credential-header needs --credential-env", "Name the variable that holds the key.");
  }
  const key = process.env[credentialEnv];
  if (key === undefined || key === "")
    throw new MisuseError(`The environment variable ${credentialEnv} is not set`, "Set it to the API key.");
  const name = credentialHeader ?? "authorization";
  const value = name.toLowerCase() === "authorization" && !key.includes(" ") ? `Bearer ${key}` : key;
  return Object.fromEntries([...fields, fieldOf(credentialEnv, name, value)]);
}

/** What the client sets itself. */
const ownFields: ReadonlySet<string> = new Set([...hopByHop, "content-length", "content-type", "expect", "host"]);

/** `from`: where it was given. The value is not told: it may be a key. */
function fieldOf(from: string, given: string, value: string): readonly [name: string, value: string] {
  const name = given.toLowerCase();
  try {
    validateHeaderName(name);
    validateHeaderValue(name, value);
  } catch {
    throw new MisuseError(`${from} makes no header field ${given}`, "Look for line breaks and odd signs in it.");
  }
  if (!ownFields.has(name)) return [name, value];
  throw new MisuseError(`${from} cannot set ${name}, which each call has already`, "Leave it out.");
}

function countsText({ calls, stored, there, unstored, untold, failed, unread }: Warmed): string {
  const reasons = Object.entries(unstored).map(([reason, count]) => `${count} not stored (${reason})`);
  const parts = [`${stored} stored`, `${there} there already`, ...reasons];
  if (untold > 0) parts.push(`${untold} not told`);
  if (failed > 0) parts.push(`${failed} failed`);
  if (unread > 0) parts.push(`${unread} ${unread === 1 ? "record" : "records"} not read`);
  return `${calls} ${calls === 1 ? "call" : "calls"}: ${parts.join(", ")}`;
}
