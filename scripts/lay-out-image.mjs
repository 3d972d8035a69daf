/**
 * `node scripts/lay-out-image.mjs FOLDER`: what a container holds, and nothing else: the built package, and from
 * node_modules what it requires at run time, with the clients of Redis and PostgreSQL. The versions are those of the lock
 * file, since they are the ones that were installed by it. `dist` must be built.
 */
import { cpSync, existsSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { argv, exit } from "node:process";
import { packagesInContainer, readLock } from "./lock-file.mjs";
import { inProject } from "./project.mjs";
import { containerSbomText } from "./sbom.mjs";

const [, , target] = argv;
if (target === undefined || (existsSync(target) && readdirSync(target).length > 0)) {
  console.error("lay-out-image: name a folder that is empty, or not there yet");
  exit(2);
}
if (!existsSync(inProject("dist", "cli", "main.js"))) {
  console.error("lay-out-image: dist is not built; node scripts/build.mjs builds it");
  exit(1);
}

const { installed: paths } = packagesInContainer(readLock());

mkdirSync(target, { recursive: true });
for (const name of ["package.json", "LICENSE", "README.md", "dist"]) take(name);
for (const name of readdirSync(inProject("models"))) if (/\.(bin|json|md)$/.test(name)) take(join("models", name));
for (const path of paths) take(path);
// That of the package does not know of the clients.
writeFileSync(join(target, "dist", "sbom.cdx.json"), containerSbomText());
console.log(`${target}: the package and ${paths.length} packages that it requires`);

/** Without packages within packages: those have places of their own in the lock file. */
function take(path) {
  const from = inProject(path);
  cpSync(from, join(target, path), {
    recursive: true,
    filter: (source) => !source.slice(from.length).includes("node_modules"),
  });
}
