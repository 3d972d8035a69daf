import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

/**
 * Large packages of npm that few tests need, and that the project's own installation is spared. Each is installed once, into
 * node_modules/.cache; beside its place first, and moved there whole.
 */

const cacheFolder = fileURLToPath(new URL("../../node_modules/.cache/reprise", import.meta.url));
const run = promisify(execFile);

export type NpmPackage =
  /** What is imported of it. */
  | { readonly available: true; readonly file: string }
  /** What to do about it, in one line. */
  | { readonly available: false; readonly reason: string };

export interface WantedPackage {
  readonly name: string;
  readonly version: string;
  /** Below its folder, what is imported. */
  readonly file: string;
  /** Others that are installed with it, with their versions. */
  readonly others?: readonly string[];
  /** Whether what it may have besides is left out; default false. */
  readonly withoutOptional?: boolean;
}

/** No script of a package is run. */
export async function npmPackage(wanted: WantedPackage): Promise<NpmPackage> {
  const { name, version, others = [], withoutOptional = false } = wanted;
  const folder = join(cacheFolder, `${name}-${version}`);
  const file = join(folder, "node_modules", name, wanted.file);
  if (existsSync(file)) return { available: true, file };
  const unfinished = `${folder}-${process.pid}`;
  try {
    await mkdir(unfinished, { recursive: true });
    await writeFile(join(unfinished, "package.json"), JSON.stringify({ private: true }));
    const options = ["--ignore-scripts", "--no-package-lock", "--no-audit", "--no-fund", "--loglevel=error"];
    const leftOut = withoutOptional ? ["--omit=optional"] : [];
    const packages = [`${name}@${version}`, ...others];
    await run("npm", ["install", ...options, ...leftOut, ...packages], { cwd: unfinished, timeout: 240_000 });
    await rename(unfinished, folder);
    return { available: true, file };
  } catch (error) {
    await rm(unfinished, { recursive: true, force: true });
    if (existsSync(file)) return { available: true, file };
    const [line = ""] = String((error as { stderr?: string }).stderr || error).split("\n");
    return { available: false, reason: `npm could not install ${name} (${line}): let it reach its registry` };
  }
}
