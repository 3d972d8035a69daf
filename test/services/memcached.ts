import { connect } from "node:net";
import process from "node:process";
import { requiredProgram } from "./required.ts";
import { freePorts, removeFolder, type ServerProcess, serverFolder, startServer } from "./server-process.ts";

/** A real Memcached on 127.0.0.1. */

export interface MemcachedServerUnderTest {
  readonly port: number;
  readonly url: string;
  /** For SIGSTOP and SIGCONT. */
  readonly signal: (signal: NodeJS.Signals) => void;
  /** Kills it at once; all it held is lost. */
  readonly kill: () => Promise<void>;
  /** Starts it again, empty, at the same address. */
  readonly restart: () => Promise<void>;
  /** Sends lines as they are and answers what came back once `end` was in it. */
  readonly talk: (lines: string | Uint8Array, end: string) => Promise<string>;
}

export interface MemcachedSettings {
  /** Default 64. */
  readonly megabytes?: number;
  /** Default: a free one. */
  readonly port?: number;
  /** Further arguments, such as `-I 2m`. */
  readonly args?: readonly string[];
}

export async function startMemcached(settings: MemcachedSettings = {}): Promise<MemcachedServerUnderTest> {
  if (settings.port !== undefined) return startAt(settings.port, settings);
  for (let attempt = 1; ; attempt += 1) {
    const [port] = (await freePorts(1)) as [number];
    try {
      return await startAt(port, settings);
    } catch (error) {
      // Another program may have taken the port in the meantime.
      if (attempt === 5) throw error;
    }
  }
}

async function startAt(port: number, settings: MemcachedSettings): Promise<MemcachedServerUnderTest> {
  const program = requiredProgram("memcached");
  const folder = serverFolder("memcached");
  const { megabytes = 64, args = [] } = settings;
  const user = process.getuid?.() === 0 ? ["-u", "nobody"] : [];
  const command = [
    program,
    ...user,
    "-l",
    "127.0.0.1",
    "-p",
    String(port),
    "-m",
    String(megabytes),
    "-t",
    "2",
    ...args,
  ];
  const start = async (): Promise<ServerProcess> => {
    // It says nothing when it listens; the shell speaks before it becomes Memcached, and then it is asked.
    const script = ["-c", 'echo begun; exec "$@"', "sh", ...command];
    const started = await startServer({ program: "/bin/sh", args: script, folder, readyLine: /begun/ });
    try {
      await listens(port, started);
    } catch (error) {
      await started.kill();
      throw error;
    }
    return started;
  };
  let server = await start();
  return {
    port,
    url: `memcached://127.0.0.1:${port}`,
    signal: (signal) => void server.child.kill(signal),
    async kill() {
      await server.kill();
      removeFolder(folder);
    },
    async restart() {
      await server.kill();
      server = await start();
    },
    talk: (lines, end) => talk(port, lines, end),
  };
}

async function listens(port: number, server: ServerProcess): Promise<void> {
  while (server.child.exitCode === null) {
    try {
      const answer = await talk(port, "version\r\n", "\r\n");
      if (/^(VERSION |CLIENT_ERROR unauthenticated)/.test(answer)) return;
      throw new Error(`on port ${port} another answers: ${answer}`);
    } catch {
      await new Promise((resolve) => setImmediate(resolve));
    }
  }
  throw new Error(`memcached ended before it was ready: ${server.output()}`);
}

function talk(port: number, lines: string | Uint8Array, end: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, "127.0.0.1", () => socket.write(lines));
    let answer = "";
    socket.setEncoding("latin1").on("data", (text: string) => {
      answer += text;
      if (!answer.includes(end)) return;
      socket.destroy();
      resolve(answer);
    });
    socket.on("error", reject);
  });
}
