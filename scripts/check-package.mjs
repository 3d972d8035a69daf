/**
 * Packs the package as it would be published and checks the tarball: publint, the types at every entry, what the
 * public types need, and how many packages an installation brings.
 */
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { builtinModules } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join, relative } from "node:path";
import { exit } from "node:process";
import ts from "typescript";
import { inProject, projectEnvironment, root } from "./project.mjs";
import { showUsage } from "./usage.mjs";

showUsage("Usage: npm run check:package\n\nPacks the package as it would be published and checks the tarball.");

const maximumPackages = 30;
const manifest = readJson("package.json");
const entries = Object.values(manifest.exports).flatMap((entry) => (typeof entry === "object" ? [entry.types] : []));
const folder = mkdtempSync(join(tmpdir(), "reprise-package-"));
const complaints = [];

try {
  const tarball = pack();
  check("publint", ["run", tarball, "--strict"]);
  check("attw", [tarball, "--profile", "esm-only", "--no-color", "--no-emoji"]);
  checkPublicTypes();
  checkDependencyBudget();
} catch (error) {
  complaints.push(error.message);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
for (const complaint of complaints) console.error(`check-package: ${complaint}`);
exit(complaints.length === 0 ? 0 : 1);

function pack() {
  const packed = execute("npm", [
    "pack",
    "--json",
    "--ignore-scripts",
    "--loglevel=error",
    "--pack-destination",
    folder,
  ]);
  if (packed.status !== 0) throw new Error(`npm pack failed: ${packed.stderr}`);
  const description = JSON.parse(packed.stdout);
  const { filename, files, unpackedSize } = Array.isArray(description) ? description[0] : Object.values(description)[0];
  console.log(`${filename}: ${files.length} files, ${(unpackedSize / 1e6).toFixed(1)} MB unpacked`);
  const models = ["models/static-en.bin", "models/lexicon-en.bin", "models/slips-en.bin", "models/README.md"];
  const page = "dist/dashboard/index.html";
  const bill = "dist/sbom.cdx.json";
  const wanted = ["LICENSE", "README.md", "CHANGELOG.md", bill, page, ...models, ...Object.values(manifest.bin)].map(
    (path) => path.replace(/^\.\//, ""),
  );
  for (const path of wanted) {
    if (!files.some((file) => file.path === path)) complaints.push(`the package lacks ${path}`);
  }
  return join(folder, filename);
}

function check(program, options) {
  const result = execute(inProject("node_modules", ".bin", program), options);
  if (result.status === 0) return console.log(`${program}: no complaint`);
  console.error(result.stdout, result.stderr);
  complaints.push(`${program} complained about the packed package`);
}

function execute(program, options) {
  const result = spawnSync(program, options, {
    cwd: root,
    env: projectEnvironment(),
    encoding: "utf8",
    maxBuffer: 1 << 28,
    shell: process.platform === "win32",
  });
  if (result.error) throw new Error(`${program}: ${result.error.message}`);
  return result;
}

/** Walks the declarations from the entries: each package they name must be one that is installed along with this. */
function checkPublicTypes() {
  const allowed = new Set([...Object.keys(manifest.dependencies), ...Object.keys(manifest.peerDependencies ?? {})]);
  const seen = new Set();
  const queue = entries.map((entry) => inProject(entry));
  for (let file = queue.pop(); file !== undefined; file = queue.pop()) {
    if (seen.has(file)) continue;
    seen.add(file);
    if (!existsSync(file)) {
      complaints.push(`${relative(root, file)} does not exist`);
      continue;
    }
    for (const { fileName } of ts.preProcessFile(readFileSync(file, "utf8"), true, true).importedFiles) {
      if (fileName.startsWith(".")) queue.push(join(dirname(file), fileName.replace(/\.js$/, ".d.ts")));
      else if (!isAvailable(fileName, allowed)) {
        complaints.push(`${relative(root, file)}: a public type needs ${fileName}, which is not a dependency`);
      }
    }
  }
}

function isAvailable(specifier, allowed) {
  if (specifier.startsWith("node:") || builtinModules.includes(specifier)) return true;
  const [scope, name] = specifier.split("/");
  return allowed.has(scope.startsWith("@") ? `${scope}/${name}` : scope);
}

function checkDependencyBudget() {
  const { packages } = readJson("package-lock.json");
  const installed = Object.entries(packages).filter(
    ([path, entry]) => path !== "" && !entry.dev && !entry.devOptional && !entry.optional && !entry.peer,
  );
  console.log(`${installed.length} runtime packages, at most ${maximumPackages}`);
  if (installed.length > maximumPackages) complaints.push(`${installed.length} runtime packages, over the budget`);
}

function readJson(path) {
  return JSON.parse(readFileSync(inProject(path), "utf8"));
}
