import { type ChildProcess, spawn } from "node:child_process";
import { tmpdir } from "node:os";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { onTestFinished } from "vitest";
import { privateFolder } from "../../src/cli/compile-cache.ts";
import { temporaryFolder } from "./running-gateway.ts";

/** The command line as a process of its own, for signals, exit status and restarts. */

const main = fileURLToPath(new URL("../../src/cli/main.ts", import.meta.url));

/**
 * The folder that the program uses itself, told before it begins: so its first files, too, are there with their types
 * taken out, and Node need not load what takes them out. That is an eighth of a start.
 */
const compiled = privateFolder(tmpdir());

export interface CommandRun {
  readonly child: ChildProcess;
  /** All it wrote so far. */
  readonly stdout: () => string;
  readonly stderr: () => string;
  readonly exit: Promise<{ readonly code: number | null; readonly signal: NodeJS.Signals | null }>;
}

export interface CommandOptions {
  /** Default: an empty folder. */
  readonly cwd?: string;
  readonly environment?: Readonly<Record<string, string>>;
}

/** Starts `reprise` with these arguments; killed, if it still runs, when the test ends. */
export function startCommand(args: readonly string[], options: CommandOptions = {}): CommandRun {
  const cwd = options.cwd ?? temporaryFolder();
  const cache = compiled === undefined ? {} : { NODE_COMPILE_CACHE: compiled };
  const env = { PATH: process.env["PATH"] ?? "", NO_COLOR: "1", ...cache, ...options.environment };
  const child = spawn(process.execPath, [main, ...args], { cwd, env, stdio: ["ignore", "pipe", "pipe"] });
  const written = { stdout: "", stderr: "" };
  child.stdout.setEncoding("utf8").on("data", (text: string) => (written.stdout += text));
  child.stderr.setEncoding("utf8").on("data", (text: string) => (written.stderr += text));
  const exit = new Promise<{ code: number | null; signal: NodeJS.Signals | null }>((resolve) =>
    child.once("close", (code, signal) => resolve({ code, signal })),
  );
  onTestFinished(async () => {
    child.kill("SIGKILL");
    await exit;
  });
  return { child, stdout: () => written.stdout, stderr: () => written.stderr, exit };
}

export interface Finished {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs `reprise` to its end. */
export async function runCommand(args: readonly string[], options?: CommandOptions): Promise<Finished> {
  const run = startCommand(args, options);
  const { code } = await run.exit;
  return { code, stdout: run.stdout(), stderr: run.stderr() };
}

export interface GatewayProcess extends CommandRun {
  readonly url: string;
}

/** `reprise serve` on a free port; resolves when it listens, rejects with what it said when it ends before. */
export async function spawnGateway(args: readonly string[], options?: CommandOptions): Promise<GatewayProcess> {
  const run = startCommand(["serve", "--port", "0", ...args], options);
  const url = await new Promise<string>((resolve, reject) => {
    const look = (): void => {
      const found = /listens on (http:\S+)/.exec(run.stderr());
      if (found?.[1] !== undefined) resolve(found[1]);
    };
    run.child.stderr?.on("data", look);
    run.exit.then(({ code }) => reject(new Error(`reprise ended with ${code}: ${run.stderr()}${run.stdout()}`)));
  });
  return { ...run, url };
}
