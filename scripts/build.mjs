/**
 * Builds `dist` when a source is newer than it; `--force` builds in any case. The new tree is made beside the old one
 * and put in its place at the end, so an interrupted build leaves no half of one behind.
 */
import { spawnSync } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, readdirSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { argv, exit } from "node:process";
import { fileURLToPath } from "node:url";
import { inProject, projectEnvironment, projectNode, root } from "./project.mjs";
import { sbomText } from "./sbom.mjs";

const target = inProject("dist");
const stamp = join(target, ".built");
const sources = [
  "src",
  "dashboard",
  "package.json",
  "package-lock.json",
  "tsconfig.json",
  "tsdown.config.ts",
  "scripts",
];

function isFresh() {
  if (!existsSync(stamp)) return false;
  const builtAt = statSync(stamp).mtimeMs;
  return sources.every((source) => newestChange(inProject(source)) < builtAt);
}

/** Folders count too: their time changes when a file is removed. */
function newestChange(path) {
  const status = statSync(path);
  if (!status.isDirectory()) return path.endsWith(".test.ts") ? 0 : status.mtimeMs;
  return Math.max(status.mtimeMs, ...readdirSync(path).map((name) => newestChange(join(path, name))));
}

function build() {
  const next = inProject("node_modules", ".cache", "reprise", `dist-${process.pid}`);
  rmSync(next, { recursive: true, force: true });
  mkdirSync(next, { recursive: true });
  try {
    bundle("tree", next);
    bundle("declarations", next);
    if (existsSync(inProject("src", "gateway", "vendor.ts"))) bundle("vendor", next);
    bundleDashboard(join(next, "dashboard"));
    writeFileSync(join(next, "sbom.cdx.json"), sbomText());
    const program = join(next, "cli", "main.js");
    if (existsSync(program)) chmodSync(program, 0o755);
    writeFileSync(join(next, ".built"), "");
    rmSync(target, { recursive: true, force: true });
    renameSync(next, target);
  } finally {
    rmSync(next, { recursive: true, force: true });
  }
}

/** Several times what it takes. Once in a while all threads of the bundler wait for one another, for ever. */
const longestBundleMs = 120_000;
const mostAttempts = 3;
/** It has a thread for each core by default, and two are few enough for that to happen often (rolldown issues 6393, 10102). */
const roomyBundler = { ROLLDOWN_WORKER_THREADS: "8", ROLLDOWN_MAX_BLOCKING_THREADS: "64" };

function bundle(name, directory) {
  const tsdown = inProject("node_modules", "tsdown", "dist", "run.mjs");
  for (let attempt = 1; ; attempt++) {
    const result = spawnSync(projectNode(), [tsdown, "--filter", name, "--out-dir", directory, "--logLevel", "warn"], {
      cwd: root,
      env: { ...projectEnvironment(), ...roomyBundler },
      stdio: "inherit",
      timeout: longestBundleMs,
      killSignal: "SIGKILL",
    });
    if (result.status === 0) return;
    if (result.error?.code !== "ETIMEDOUT" || attempt === mostAttempts)
      throw new Error(`the build of "${name}" failed`);
    console.error(`reprise: the build of "${name}" stood still and begins again`);
  }
}

function bundleDashboard(directory) {
  const vite = inProject("node_modules", "vite", "bin", "vite.js");
  const options = [
    "build",
    "--config",
    inProject("dashboard", "vite.config.ts"),
    "--outDir",
    directory,
    "--emptyOutDir",
  ];
  const result = spawnSync(projectNode(), [vite, ...options], {
    cwd: root,
    env: projectEnvironment(),
    stdio: "inherit",
  });
  if (result.status !== 0) throw new Error("the build of the dashboard failed");
}

/** Builds if needed; throws when the build fails. */
export function buildIfStale({ force = false } = {}) {
  if (!force && isFresh()) return;
  console.error("reprise: building");
  build();
}

if (argv[1] === fileURLToPath(import.meta.url)) {
  try {
    buildIfStale({ force: argv.includes("--force") });
  } catch (error) {
    console.error(`reprise: ${error.message}`);
    exit(1);
  }
}
