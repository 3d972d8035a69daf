import process from "node:process";
import { RepriseError } from "../../core/errors.ts";
import type { GatewayConfig } from "../../gateway/config.ts";
import { type Flags, soundConfigFrom } from "./config-flags.ts";
import { lineOf } from "./error-line.ts";

/** How a command that does one thing and ends says what it did: as text for people, or as JSON for programs. */

/** What is printed: for machines, and for people. */
export interface Report {
  readonly json: object;
  readonly text: string;
}

/** Runs it with the configuration, prints what it reports or why it failed, and sets the exit status. */
export async function act(
  flags: Flags,
  action: string,
  run: (config: GatewayConfig) => Promise<Report>,
): Promise<void> {
  const reading = soundConfigFrom(flags);
  if (reading !== undefined) await tell(flags, action, () => run(reading.config));
}

/** The same for what needs no configuration. */
export async function tell(flags: Flags, action: string, run: () => Promise<Report>): Promise<void> {
  try {
    const { json, text } = await run();
    process.stdout.write(flags["json"] === undefined ? `${text}\n` : `${JSON.stringify({ ok: true, ...json })}\n`);
  } catch (error) {
    const { code, message, remedy } = toldOf(error);
    process.exitCode = code === "misuse" || code === "several_tenants" ? 2 : 1;
    if (flags["json"] === undefined) process.stderr.write(`reprise: ${lineOf({ message, remedy })}\n`);
    else process.stdout.write(`${JSON.stringify({ ok: false, action, error: { code, message, remedy } })}\n`);
  }
}

function toldOf(error: unknown): { readonly code: string; readonly message: string; readonly remedy: string } {
  if (RepriseError.isInstance(error)) return { code: error.code, message: error.message, remedy: error.remedy ?? "" };
  const { code, path } = error as NodeJS.ErrnoException;
  // Of the file system; whatever else is thrown is a defect of ours, to be seen in full.
  if (code === undefined || path === undefined) throw error;
  return {
    code: "file",
    message: `${path} cannot be written: ${code}`,
    remedy: "Choose another place or correct its permissions",
  };
}
