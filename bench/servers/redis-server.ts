import { spawnSync } from "node:child_process";
import { type Child, drivingCore, startProgram } from "../child-process.ts";
import { freePort } from "./free-port.ts";

const redisProgram = "redis-server";

export const hasRedis = spawnSync(redisProgram, ["--version"]).error === undefined;

export interface RedisProcess {
  readonly url: string;
  readonly child: Child;
}

/** A server that keeps nothing on disk, on the core that is not measured. `at`: its port; default any that is free. */
export async function startRedisServer(folder: string, at?: number): Promise<RedisProcess> {
  const port = at ?? (await freePort());
  const parameters = ["--port", `${port}`, "--bind", "127.0.0.1", "--dir", folder, "--save", "", "--appendonly", "no"];
  const child = startProgram(redisProgram, parameters, { core: drivingCore });
  await child.says(/Ready to accept connections/);
  return { url: `redis://127.0.0.1:${port}`, child };
}
