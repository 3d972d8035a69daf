import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { cpus, loadavg, totalmem } from "node:os";
import process from "node:process";
import { canPin } from "./child-process.ts";
import { projectRoot } from "./product.ts";

export interface Machine {
  readonly cpu: string;
  readonly cores: number;
  readonly memoryGb: number;
  readonly node: string;
  readonly platform: string;
  readonly pinned: boolean;
  /** Of the last minute, when the program began; above the number of cores the figures are doubtful. */
  readonly load: number;
}

export function describeMachine(): Machine {
  const cores = cpus();
  return {
    cpu: cores[0]?.model.trim() ?? "unknown",
    cores: cores.length,
    memoryGb: Math.round(totalmem() / 1024 ** 3),
    node: process.versions.node,
    platform: `${process.platform} ${process.arch}`,
    pinned: canPin,
    load: Math.round((loadavg()[0] as number) * 100) / 100,
  };
}

export function packageVersion(): string {
  return JSON.parse(readFileSync(new URL("package.json", projectRoot), "utf8")).version;
}

/** The commit that is checked out; with `+` when files differ from it. */
export function gitCommit(): string {
  const git = (...parameters: string[]): string =>
    execFileSync("git", parameters, { cwd: projectRoot, encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] }).trim();
  try {
    return (
      git("rev-parse", "--short=12", "HEAD") +
      (git("status", "--porcelain", "--", "src", "package.json") === "" ? "" : "+")
    );
  } catch {
    return "unknown";
  }
}
