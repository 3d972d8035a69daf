import { spawnSync } from "node:child_process";
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Benchmark, Measured } from "./benchmark.ts";
import { gitCommit, type Machine, packageVersion } from "./machine.ts";
import { inProject } from "./product.ts";

/** A result with where and when it was measured, as it lies in bench/results. */
export interface ResultFile extends Measured {
  readonly name: string;
  readonly describe: string;
  readonly date: string;
  readonly seconds: number;
  readonly version: string;
  readonly commit: string;
  readonly machine: Machine;
}

export const resultsFolder = inProject("bench/results");

export function writeResult(
  folder: string,
  { name, describe }: Benchmark,
  result: Measured & Pick<ResultFile, "machine" | "seconds">,
): void {
  const file: ResultFile = {
    name,
    describe,
    date: new Date().toISOString(),
    version: packageVersion(),
    commit: gitCommit(),
    ...result,
  };
  mkdirSync(folder, { recursive: true });
  const path = join(folder, `${name}.json`);
  writeFileSync(path, `${JSON.stringify(file, rounded, 2)}\n`);
  // Results are committed, so they are formatted as everything else is.
  spawnSync(inProject("node_modules/.bin/biome"), ["format", "--write", path], { stdio: "ignore" });
}

export function readResults(folder: string): readonly ResultFile[] {
  const names = readdirSync(folder).filter((name) => name.endsWith(".json"));
  return names.sort().map((name) => JSON.parse(readFileSync(join(folder, name), "utf8")) as ResultFile);
}

function rounded(_key: string, value: unknown): unknown {
  return typeof value === "number" && !Number.isInteger(value) ? Number(value.toPrecision(5)) : value;
}
