import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { onTestFinished } from "vitest";
import { pythonEnvironment } from "../conformance/python-environment.ts";

/** A publisher of events of a cache with the libraries of vLLM (ZeroMQ's own, msgspec); ends with the test. */

const requirements = fileURLToPath(new URL("kv-publisher-requirements.txt", import.meta.url));
const program = fileURLToPath(new URL("kv_publisher.py", import.meta.url));

export interface KvWish {
  readonly batch: readonly Readonly<Record<string, unknown>>[];
  readonly form?: "list" | "map";
  /** It has a number and is not sent. */
  readonly lost?: boolean;
  /** What was published before is not kept for who asks for it again. */
  readonly forget?: boolean;
  /** The engine begins anew. */
  readonly restart?: boolean;
}

export interface KvPublisher {
  readonly kvEvents: string;
  readonly kvReplay: string;
  publish(wish: KvWish): void;
  /** What was asked of it so far, and what it has published. */
  readonly heard: readonly KvSaid[];
  /** Resolves when it has said something of this kind. */
  until(holds: (said: KvSaid) => boolean): Promise<void>;
}

export interface KvSaid {
  readonly subscribed?: boolean;
  readonly replayed?: number;
  readonly published?: number;
}

/** Installs what it needs, once. Rejects with the one line that says what to do where that does not work. */
export async function prepareKvPublisher(): Promise<string> {
  const environment = await pythonEnvironment(requirements);
  if (!environment.available) throw new Error(environment.reason);
  return environment.packages;
}

export async function startKvPublisher(): Promise<KvPublisher> {
  const env = { PATH: process.env["PATH"] ?? "", PYTHONPATH: await prepareKvPublisher(), PYTHONDONTWRITEBYTECODE: "1" };
  // It also ends when this process does, and with it the pipe that it reads.
  const child = spawn("python3", [program], { env, stdio: ["pipe", "pipe", "inherit"] });
  const ended = new Promise<void>((resolve) => child.once("close", () => resolve()));
  onTestFinished(async () => {
    child.kill("SIGKILL");
    await ended;
  });
  const heard: KvSaid[] = [];
  let wake = (): void => {};
  const ports = Promise.withResolvers<{ readonly events: number; readonly replay: number }>();
  void ended.then(() => ports.reject(new Error("the publisher ended before it was ready")));
  createInterface({ input: child.stdout }).on("line", (line) => {
    const said = JSON.parse(line);
    if ("events" in said) ports.resolve(said);
    else heard.push(said);
    wake();
  });
  const { events, replay } = await ports.promise;
  return {
    kvEvents: `tcp://127.0.0.1:${events}`,
    kvReplay: `tcp://127.0.0.1:${replay}`,
    publish: (wish) => void child.stdin.write(`${JSON.stringify(wish)}\n`),
    heard,
    async until(holds) {
      while (!heard.some(holds))
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
    },
  };
}
