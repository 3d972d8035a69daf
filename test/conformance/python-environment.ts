import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { mkdir, rename, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

/**
 * Pinned packages of PyPI, by default the official clients, in a folder of their own (`pip install --target`, which needs no venv and can be moved),
 * made once for each content of their requirements.txt and kept in node_modules/.cache. The folder is made beside its place
 * and moved there whole, so that an installation that was interrupted does no harm.
 */

const clients = fileURLToPath(new URL("python/requirements.txt", import.meta.url));
const cacheFolder = fileURLToPath(new URL("../../node_modules/.cache/reprise", import.meta.url));
const run = promisify(execFile);

export type PythonEnvironment =
  /** `packages`: for PYTHONPATH. */
  | { readonly available: true; readonly packages: string }
  /** What to do about it, in one line. */
  | { readonly available: false; readonly reason: string };

export async function pythonEnvironment(requirements = clients): Promise<PythonEnvironment> {
  const digest = createHash("sha256").update(readFileSync(requirements)).digest("hex").slice(0, 12);
  const folder = join(cacheFolder, `python-${digest}`);
  const packages = join(folder, "lib");
  if (existsSync(packages)) return { available: true, packages };
  const remedy = "install python3 (3.9 or later) with pip (Debian: python3 and python3-pip) and let it reach PyPI";
  const unfinished = `${folder}-${process.pid}`;
  try {
    await run("python3", ["-c", "import pip"]);
  } catch {
    return { available: false, reason: `python3 with pip is missing: ${remedy}` };
  }
  try {
    await mkdir(dirname(folder), { recursive: true });
    const options = ["--quiet", "--disable-pip-version-check", "--no-input", "--target", join(unfinished, "lib")];
    await run("python3", ["-m", "pip", "install", ...options, "-r", requirements], { timeout: 240_000 });
    await rename(unfinished, folder);
    return { available: true, packages };
  } catch (error) {
    await rm(unfinished, { recursive: true, force: true });
    if (existsSync(packages)) return { available: true, packages };
    const [line = ""] = String((error as { stderr?: string }).stderr ?? error).split("\n");
    return { available: false, reason: `pip could not install what ${requirements} names (${line}): ${remedy}` };
  }
}
