import { writeFileSync } from "node:fs";
import type { Agent } from "node:http";
import { join } from "node:path";
import { expect, onTestFinished } from "vitest";
import { chatPath, question } from "./chat-call.ts";
import { type GatewayProcess, spawnGateway } from "./gateway-process.ts";
import { begin, type Exchange, type Exchanged, exchange, keepingAgent } from "./http-exchange.ts";
import { temporaryFolder } from "./running-gateway.ts";

/** `reprise serve --workers N`, and connections to each of its workers. */

/** Deadlines that a machine which is busy with other tests meets, too. */
export const patient = { url: "sqlite", readDeadline: "30s", writeDeadline: "30s" };

export interface Workers extends GatewayProcess {
  readonly folder: string;
  readonly args: readonly string[];
  readonly file: string;
}

export async function runWorkers(
  origin: { readonly url: string },
  settings: Readonly<Record<string, unknown>> = {},
  count = 2,
) {
  const folder = temporaryFolder();
  const file = join(folder, "reprise.json");
  const upstreams = { main: { url: origin.url } };
  writeFileSync(file, JSON.stringify({ upstreams, store: patient, telemetry: { logLevel: "debug" }, ...settings }));
  const args = ["--config", file, "--data", folder, "--workers", String(count)];
  return { ...(await spawnGateway(args)), folder, args, file } satisfies Workers;
}

interface LogLine {
  readonly worker?: number;
  readonly pid: number;
  readonly msg: string;
}

/** Of those that are whole. */
export function logOf({ stdout }: Pick<GatewayProcess, "stdout">): readonly LogLine[] {
  return stdout()
    .split("\n")
    .slice(0, -1)
    .map((line) => JSON.parse(line));
}

/** Looks whenever the gateway says something. */
export async function until({ child }: GatewayProcess, condition: () => boolean): Promise<void> {
  while (!condition()) {
    await new Promise((resolve) => {
      child.stdout?.once("data", resolve);
      child.stderr?.once("data", resolve);
    });
  }
}

/** A connection to one worker, which stays with it. */
export interface Door {
  readonly worker: number;
  readonly pid: number;
  ask(body?: object, headers?: Readonly<Record<string, string>>): Promise<Exchanged>;
  begin(body: object): Exchange;
  readonly agent: Agent;
}

export async function openDoor(gateway: GatewayProcess): Promise<Door> {
  const agent = keepingAgent();
  onTestFinished(() => agent.destroy());
  const at = gateway.url + chatPath;
  const door = {
    agent,
    begin: (body: object) => begin(at, { body, agent }),
    ask: (body: object = question(), headers: Readonly<Record<string, string>> = {}) =>
      exchange(at, { body, headers, agent }),
  };
  const calls = () => logOf(gateway).filter(({ msg }) => msg === "call");
  const before = calls().length;
  await door.ask(question("who is there?"), { "x-ai-cache": "off" });
  await until(gateway, () => calls().length > before);
  const { worker = 0, pid } = calls().at(-1) as LogLine;
  return { ...door, worker, pid };
}

/** One to each worker: connections go to them in turn. */
export async function openDoors(gateway: GatewayProcess, count = 2): Promise<readonly [Door, Door, ...Door[]]> {
  const doors = new Map<number, Door>();
  while (doors.size < count) {
    const door = await openDoor(gateway);
    doors.set(door.worker, door);
  }
  return [...doors.values()] as unknown as readonly [Door, Door, ...Door[]];
}

export async function stop(gateway: GatewayProcess): Promise<void> {
  gateway.child.kill("SIGTERM");
  expect(await gateway.exit).toEqual({ code: 0, signal: null });
}
