/**
 * Installs what is missing, and says so in one line; silent and offline when nothing is. What is installed is compared
 * with package-lock.json by content, so that touching the file or switching branches does not cost an installation.
 * Runs before anything is installed: Node's own modules only, Node 20.
 */
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { argv, execPath, exit } from "node:process";
import { fileURLToPath } from "node:url";
import { inProject, projectNode, root } from "./project.mjs";

/** Why an installation is needed, or `undefined`. */
function whatIsMissing() {
  if (!existsSync(inProject("node_modules"))) return "node_modules is missing";
  const installed = lockedPackages(inProject("node_modules", ".package-lock.json"));
  if (installed === undefined) return "node_modules was not installed by npm";
  const wanted = lockedPackages(inProject("package-lock.json"));
  if (wanted === undefined)
    throw new Error("package-lock.json is missing or damaged: run `git checkout package-lock.json`");
  for (const [path, entry] of Object.entries(wanted)) {
    if (path === "" || entry.optional || entry.devOptional || entry.link) continue;
    if (installed[path]?.version !== entry.version) return `${path} is not at ${entry.version}`;
  }
  return projectNode() === undefined ? "the node package has no program" : undefined;
}

function lockedPackages(file) {
  try {
    return JSON.parse(readFileSync(file, "utf8")).packages;
  } catch {
    return undefined;
  }
}

function install(reason) {
  console.error(`reprise: installing dependencies (${reason}), about a minute the first time`);
  // `npm_execpath` is the npm that runs this script; without it the one on the path is taken.
  const npm = process.env.npm_execpath?.endsWith(".js") ? [execPath, process.env.npm_execpath] : ["npm"];
  const options = ["ci", "--include=dev", "--no-audit", "--no-fund", "--no-update-notifier", "--loglevel=error"];
  const result = spawnSync(npm[0], [...npm.slice(1), ...options], {
    cwd: root,
    stdio: ["ignore", "inherit", "inherit"],
    shell: process.platform === "win32" && npm.length === 1,
  });
  if (result.status !== 0) {
    const remedy = "check the network and the npm registry, then run it again";
    throw new Error(`\`npm ${options.join(" ")}\` failed${result.error ? `: ${result.error.message}` : ""}; ${remedy}`);
  }
  if (projectNode() === undefined) {
    throw new Error(
      "the node package did not install its program; allow its install script and run `npm rebuild node`",
    );
  }
}

/** Makes sure that everything is installed; throws with a remedy when that fails. */
export function setUp() {
  const reason = whatIsMissing();
  if (reason !== undefined) install(reason);
}

if (argv[1] === fileURLToPath(import.meta.url)) {
  try {
    setUp();
  } catch (error) {
    console.error(`reprise: ${error.message}`);
    exit(1);
  }
}
