import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

export interface ExampleRun {
  readonly output: string;
  readonly lines: readonly string[];
}

/** Runs a program in a process of its own, as a reader would, with nothing in its environment but what is given. */
export async function runExample(
  program: string,
  url: URL,
  environment: Readonly<Record<string, string>> = {},
  parameters: readonly string[] = [],
): Promise<ExampleRun> {
  const { stdout, stderr } = await promisify(execFile)(program, [fileURLToPath(url), ...parameters], {
    env: { PATH: process.env["PATH"] ?? "", ...environment },
    timeout: 60_000,
  });
  if (stderr !== "") throw new Error(`${url} wrote to standard error:\n${stderr}`);
  return { output: stdout, lines: stdout.trimEnd().split("\n") };
}
