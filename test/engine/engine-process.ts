import { createHash } from "node:crypto";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import {
  onFreePorts,
  removeFolder,
  type ServerProcess,
  serverFolder,
  startServer,
} from "../services/server-process.ts";
import { llamaPackage } from "./llama-package.ts";
import { type RandomModelOptions, randomModel } from "./random-model.ts";

/** A real engine as a process of its own on 127.0.0.1, with a random model. It can be killed, and started again with nothing in its memory. */

export interface Engine {
  /** The base URL, as an upstream's. */
  readonly url: string;
  /** Tokens of prompts that it has computed since it was started. */
  evaluated(): Promise<number>;
  /** Its slots, which must be idle, forget what they hold. */
  erase(): Promise<void>;
  /** SIGKILL. */
  kill(): Promise<void>;
  /** At the same address. */
  start(): Promise<void>;
  /** Ends it and removes what it had. */
  remove(): Promise<void>;
}

export interface EngineSettings extends RandomModelOptions {
  /** Default 4. */
  readonly slots?: number;
  /** Tokens that a slot holds. Default 16,384. */
  readonly contextSize?: number;
}

const main = fileURLToPath(new URL("engine-server.ts", import.meta.url));

/** Rejects with one line that says what to do where there is no engine to be had. */
export async function startEngine(settings: EngineSettings = {}): Promise<Engine> {
  const { slots = 4, contextSize = 16_384, ...model } = settings;
  const found = await llamaPackage();
  if (!found.available) throw new Error(found.reason);
  const folder = serverFolder("engine");
  const bytes = randomModel(model);
  const modelFile = join(folder, `${createHash("sha256").update(bytes).digest("hex").slice(0, 8)}.gguf`);
  writeFileSync(modelFile, bytes);
  const given = ["--package", found.file, "--model", modelFile, "--slots", `${slots}`, "--context", `${contextSize}`];
  const launch = (port: number): Promise<ServerProcess> =>
    startServer({
      program: process.execPath,
      args: [main, "--port", `${port}`, ...given],
      folder,
      readyLine: /engine is ready/,
    });
  let [port, server] = await onFreePorts(
    1,
    async ([free]): Promise<[number, ServerProcess]> => [free as number, await launch(free as number)],
  );
  const url = `http://127.0.0.1:${port}`;
  return {
    url: `${url}/v1`,
    async evaluated() {
      return Number((await (await fetch(`${url}/metrics`)).text()).split(" ")[1]);
    },
    async erase() {
      for (let slot = 0; slot < slots; slot++)
        await (await fetch(`${url}/slots/${slot}?action=erase`, { method: "POST" })).text();
    },
    kill: () => server.kill(),
    async start() {
      server = await launch(port);
    },
    async remove() {
      await server.kill();
      removeFolder(folder);
    },
  };
}
