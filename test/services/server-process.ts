import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { unwatch, watch } from "./watchman.ts";

/**
 * A real server as a child process in a folder of its own. It is killed when its test says so, and in any case when the
 * test process ends.
 */

export interface ServerProcess {
  readonly child: ChildProcess;
  /** Everything it wrote so far, for messages. */
  readonly output: () => string;
  /** Kills it and waits for its end. Calling it again does nothing. */
  readonly kill: () => Promise<void>;
}

export interface ServerCommand {
  readonly program: string;
  readonly args: readonly string[];
  /** Its working directory. */
  readonly folder: string;
  /** What it writes when it is ready. */
  readonly readyLine: RegExp;
}

const living = new Set<ChildProcess>();
const folders = new Set<string>();

process.once("exit", () => {
  for (const child of living) child.kill("SIGKILL");
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

/** Resolves when it says that it is ready; rejects with what it wrote when it ends before. */
export async function startServer({ program, args, folder, readyLine }: ServerCommand): Promise<ServerProcess> {
  const child = spawn(program, args, { cwd: folder, stdio: ["ignore", "pipe", "pipe"] });
  living.add(child);
  if (child.pid !== undefined) watch(child.pid);
  let written = "";
  const end = new Promise<void>((resolve) => {
    child.once("close", () => {
      living.delete(child);
      if (child.pid !== undefined) unwatch(child.pid);
      resolve();
    });
  });
  await new Promise<void>((resolve, reject) => {
    const hear = (text: string): void => {
      written += text;
      if (readyLine.test(written)) resolve();
    };
    child.stdout.setEncoding("utf8").on("data", hear);
    child.stderr.setEncoding("utf8").on("data", hear);
    child.once("error", reject);
    end.then(() => reject(new Error(`${program} ended before it was ready: ${written}`)));
  });
  return {
    child,
    output: () => written,
    async kill() {
      child.kill("SIGKILL");
      await end;
    },
  };
}

/** A folder for a server's data, removed with `removeFolder` or when the test process ends. */
export function serverFolder(name: string): string {
  const folder = mkdtempSync(join(tmpdir(), `reprise-${name}-`));
  folders.add(folder);
  return folder;
}

export function removeFolder(folder: string): void {
  folders.delete(folder);
  rmSync(folder, { recursive: true, force: true });
}

/**
 * `count` different ports that are free, and that nobody gets by chance while a server is away that has had one of them:
 * the system gives ports of its own range to whoever asks for any, and to connections that go out.
 */
export async function freePorts(count: number): Promise<readonly number[]> {
  const ports: number[] = [];
  while (ports.length < count) {
    const port = firstPort + Math.floor(Math.random() * (systemPorts() - firstPort));
    if (!given.has(port) && (await isFree(port))) ports.push(port);
    given.add(port);
  }
  return ports;
}

/** Below are services that people know by their number. */
const firstPort = 12_000;
const given = new Set<number>();

/** The first of those that the system gives away (Linux, ip-sysctl: `ip_local_port_range`). */
function systemPorts(): number {
  try {
    return Number(readFileSync("/proc/sys/net/ipv4/ip_local_port_range", "utf8").split(/\s+/)[0]);
  } catch {
    return 32_768;
  }
}

/** `start` with ports that were free a moment ago, and with others when somebody else was quicker. */
export async function onFreePorts<T>(count: number, start: (ports: readonly number[]) => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await start(await freePorts(count));
    } catch (error) {
      if (attempt === 5 || !/in use|EADDRINUSE/i.test(String(error))) throw error;
    }
  }
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", (error: NodeJS.ErrnoException) => {
      if (error.code === "EADDRINUSE" || error.code === "EACCES") resolve(false);
      else reject(error);
    });
    server.listen(port, "127.0.0.1", () => server.close(() => resolve(true)));
  });
}
