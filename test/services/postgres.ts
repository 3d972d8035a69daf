import { execFileSync } from "node:child_process";
import { chmodSync, chownSync, mkdirSync } from "node:fs";
import { dirname, join } from "node:path";
import process from "node:process";
import pg from "pg";
import { requiredProgram } from "./required.ts";
import { freePorts, removeFolder, type ServerProcess, serverFolder, startServer } from "./server-process.ts";

/** A real PostgreSQL on 127.0.0.1, with its data in a folder of its own. It survives being killed, but no power cut. */

export interface PostgresUnderTest {
  readonly port: number;
  /** The URL of one of its databases, for the superuser. */
  readonly url: (database?: string) => string;
  readonly signal: (signal: NodeJS.Signals) => void;
  /** Ends it at once. */
  readonly stop: () => Promise<void>;
  /** Starts it again, at the same address and with the same data. */
  readonly start: () => Promise<void>;
  /** Ends it and removes its data. */
  readonly remove: () => Promise<void>;
  /** Runs statements as the superuser; answers the rows of the last. */
  readonly query: (text: string, database?: string) => Promise<readonly Record<string, unknown>[]>;
  /** Makes an empty database and answers its URL. */
  readonly freshDatabase: () => Promise<string>;
}

export interface PostgresSettings {
  /** Further lines of `pg_hba.conf`, before the one that lets everybody in. */
  readonly access?: readonly string[];
  /** Default: the `postgres` that is installed. `initdb` lies beside it. */
  readonly program?: string;
}

/** Of a store, in tests in which no server is away: a disk that is busy for a second must not be taken for that. */
export const patience = { connectTimeoutMs: 30_000, statementTimeoutMs: 30_000 };

const settings = {
  listen_addresses: "127.0.0.1",
  unix_socket_directories: "",
  fsync: "off",
  full_page_writes: "off",
  shared_buffers: "16MB",
  dynamic_shared_memory_type: "mmap",
  max_connections: "60",
};

export async function startPostgres({
  access = [],
  program = requiredProgram("postgres"),
}: PostgresSettings = {}): Promise<PostgresUnderTest> {
  const folder = serverFolder("postgres");
  const data = join(folder, "data");
  const [port] = (await freePorts(1)) as [number];
  prepareFolder(folder, data);
  run(join(dirname(program), "initdb"), ["-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-sync"]);
  if (access.length > 0) {
    const rules = [...access, "host all all 127.0.0.1/32 trust"].join("\n");
    run("/bin/sh", ["-c", 'printf "%s\n" "$1" > "$2"', "sh", rules, join(data, "pg_hba.conf")]);
  }
  const options = Object.entries({ ...settings, port: String(port) }).flatMap(([name, value]) => [
    "-c",
    `${name}=${value}`,
  ]);
  const [command, ...args] = asItsUser(program, ["-D", data, ...options]) as [string, ...string[]];
  const readyLine = /database system is ready to accept connections/;
  const launch = (): Promise<ServerProcess> => startServer({ program: command, args, folder, readyLine });
  let server = await launch();
  const url = (database = "postgres"): string => `postgres://postgres@127.0.0.1:${port}/${database}`;
  const query = async (text: string, database?: string) => {
    const client = new pg.Client(url(database));
    await client.connect();
    try {
      const results = await client.query(text);
      return ([results].flat().at(-1) as pg.QueryResult).rows;
    } finally {
      await client.end();
    }
  };
  let databases = 0;
  const stop = async (): Promise<void> => {
    // Its children end with it, where SIGKILL would leave them to notice.
    server.child.kill("SIGQUIT");
    server.child.kill("SIGCONT");
    if (server.child.exitCode === null && server.child.signalCode === null) {
      await new Promise((resolve) => server.child.once("close", resolve));
    }
  };
  return {
    port,
    url,
    query,
    signal: (signal) => void server.child.kill(signal),
    stop,
    async start() {
      server = await launch();
    },
    async remove() {
      await stop();
      removeFolder(folder);
    },
    async freshDatabase() {
      databases += 1;
      await query(`CREATE DATABASE fresh_${databases}`);
      return url(`fresh_${databases}`);
    },
  };
}

/** It refuses to run as root, so it runs as the user that Debian's package makes. */
const isRoot = process.getuid?.() === 0;

function asItsUser(program: string, args: readonly string[]): readonly string[] {
  if (!isRoot) return [program, ...args];
  return ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups", program, ...args];
}

function run(program: string, args: readonly string[]): void {
  const [command, ...rest] = asItsUser(program, args) as [string, ...string[]];
  execFileSync(command, rest, { stdio: "pipe", cwd: "/" });
}

function prepareFolder(folder: string, data: string): void {
  mkdirSync(data, { mode: 0o700 });
  if (!isRoot) return;
  const idOf = (flag: string): number => Number(execFileSync("id", [flag, "postgres"], { encoding: "utf8" }));
  chmodSync(folder, 0o711);
  chownSync(data, idOf("-u"), idOf("-g"));
}
