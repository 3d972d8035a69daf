import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

/**
 * The engine, llama.cpp as an addon of Node: 85 MB that the project's own installation is spared. It is installed once, as a
 * program that was built before, into node_modules/.cache; beside its place first, and moved there whole.
 */

const version = "3.22.1";
const builds: Readonly<Record<string, string>> = {
  "linux-x64": "linux-x64",
  "linux-arm64": "linux-arm64",
  "darwin-x64": "mac-x64",
  "darwin-arm64": "mac-arm64-metal",
};
const cacheFolder = fileURLToPath(new URL("../../node_modules/.cache/reprise", import.meta.url));
const run = promisify(execFile);

export type LlamaPackage =
  /** What is imported of it. */
  | { readonly available: true; readonly file: string }
  /** What to do about it, in one line. */
  | { readonly available: false; readonly reason: string };

export async function llamaPackage(): Promise<LlamaPackage> {
  const machine = `${process.platform}-${process.arch}`;
  const build = builds[machine];
  if (build === undefined)
    return { available: false, reason: `node-llama-cpp has nothing that was built for ${machine}` };
  const folder = join(cacheFolder, `node-llama-cpp-${version}`);
  const file = join(folder, "node_modules", "node-llama-cpp", "dist", "index.js");
  if (existsSync(file)) return { available: true, file };
  const unfinished = `${folder}-${process.pid}`;
  try {
    await mkdir(unfinished, { recursive: true });
    await writeFile(join(unfinished, "package.json"), JSON.stringify({ private: true }));
    const packages = [`node-llama-cpp@${version}`, `@node-llama-cpp/${build}@${version}`];
    const options = [
      "--ignore-scripts",
      "--omit=optional",
      "--no-package-lock",
      "--no-audit",
      "--no-fund",
      "--loglevel=error",
    ];
    await run("npm", ["install", ...options, ...packages], { cwd: unfinished, timeout: 240_000 });
    await rename(unfinished, folder);
    return { available: true, file };
  } catch (error) {
    await rm(unfinished, { recursive: true, force: true });
    if (existsSync(file)) return { available: true, file };
    const [line = ""] = String((error as { stderr?: string }).stderr || error).split("\n");
    return { available: false, reason: `npm could not install node-llama-cpp (${line}): let it reach its registry` };
  }
}
