import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Child, drivingCore, startNode, startProgram } from "../child-process.ts";
import type { LoadPlan, LoadSample } from "./load-plan.ts";
import { packRequests } from "./request-file.ts";

/** Drives load against a server: with wrk where it is installed, else with our own generator; both sides with the same. */

const wrkProgram = "wrk";
const hasWrk = spawnSync(wrkProgram, ["--version"]).error === undefined;

export const loadTool = hasWrk ? "wrk" : "the project's own generator (wrk is not installed)";

export function writeRequests(folder: string, name: string, requests: readonly Buffer[]): string {
  const path = join(folder, name);
  writeFileSync(path, packRequests(requests));
  return path;
}

export class LoadGenerator {
  readonly #own: Child;

  constructor(own: Child) {
    this.#own = own;
  }

  /** As many requests as the server answers within `plan.durationMs`. */
  saturate(plan: LoadPlan & { readonly durationMs: number }): Promise<LoadSample> {
    return hasWrk ? wrk(plan) : this.measure(plan);
  }

  /** With our own generator, which can count, number its requests and time the first byte. */
  measure(plan: LoadPlan): Promise<LoadSample> {
    return this.#own.ask(plan);
  }
}

export async function startLoad(): Promise<LoadGenerator> {
  const own = startNode(new URL("./generator.ts", import.meta.url).pathname, [], { core: drivingCore });
  await own.says(/^ready$/m);
  return new LoadGenerator(own);
}

const script = new URL("./rotate.lua", import.meta.url).pathname;

async function wrk(plan: LoadPlan & { readonly durationMs: number }): Promise<LoadSample> {
  const { host, port, connections, durationMs, requestFile, replyBytes } = plan;
  const seconds = Math.max(1, Math.round(durationMs / 1000));
  const options = [
    "-t1",
    `-c${connections}`,
    `-d${seconds}s`,
    "-s",
    script,
    `http://${host}:${port}/`,
    "--",
    requestFile,
  ];
  const [, report] = /REPORT (.*)/.exec(await startProgram(wrkProgram, options, { core: drivingCore }).output()) ?? [];
  const { requests, durationUs, bytes, p50Us, p99Us, failed } = JSON.parse(report ?? "{}");
  if (!(requests > 0) || failed > 0) throw new Error(`wrk: ${requests} requests, ${failed} of them failed`);
  // wrk counts bytes with the heads of the replies, and those of replies that were cut off at the end.
  if (replyBytes !== undefined && bytes < requests * replyBytes) throw new Error("wrk: some replies were too short");
  return { requests, perSecond: requests / (durationUs / 1e6), p50Ms: p50Us / 1000, p99Ms: p99Us / 1000, bytes };
}
