/**
 * The packages that package-lock.json pins. A lock file lays them out as they will lie in node_modules, so what a package
 * requires is found as Node finds it: in its own node_modules, else in that of the folder above, and so on up.
 */
import { readFileSync } from "node:fs";
import { inProject } from "./project.mjs";

/** What is compiled into the published package, and so comes with it without being a dependency. */
export const bundledPackages = ["fastify", "pino", "preact", "uplot"];

/** Optional peers of the package that a gateway over shared stores needs, and that its container has. */
export const storeClients = ["ioredis", "pg"];

export function readLock(file = inProject("package-lock.json")) {
  return JSON.parse(readFileSync(file, "utf8"));
}

/** The name of the package at a place of the lock file. */
export function packageName(path) {
  return path.slice(path.lastIndexOf("node_modules/") + "node_modules/".length);
}

/** Where the package lies that `from` requires by this name; `undefined` where it is not installed. */
export function placeOf(lock, from, name) {
  for (let folder = from; ; folder = folder.slice(0, Math.max(folder.lastIndexOf("/node_modules/"), 0))) {
    const path = `${folder === "" ? "" : `${folder}/`}node_modules/${name}`;
    if (lock.packages[path] !== undefined) return path;
    if (folder === "") return undefined;
  }
}

/** The places of what a package requires; packages that may be absent are passed over where they are. */
export function requiredBy(lock, path) {
  const { dependencies = {}, optionalDependencies = {} } = lock.packages[path];
  return Object.keys({ ...dependencies, ...optionalDependencies })
    .map((name) => placeOf(lock, path, name))
    .filter((place) => place !== undefined)
    .sort();
}

/** The places of these packages and of everything that they require. */
export function closureOf(lock, names) {
  const reached = new Set();
  const queue = names.map((name) => placeOf(lock, "", name));
  for (let path = queue.pop(); queue.length > 0 || path !== undefined; path = queue.pop()) {
    if (path === undefined || reached.has(path)) continue;
    reached.add(path);
    queue.push(...requiredBy(lock, path));
  }
  return [...reached].sort();
}

/** What whoever installs the published package gets: its dependencies, what is compiled into it, and all that these need. */
export function shippedPackages(lock) {
  const installed = closureOf(lock, Object.keys(lock.packages[""].dependencies ?? {}));
  const bundled = closureOf(lock, bundledPackages).filter((path) => !installed.includes(path));
  return { installed, bundled };
}

/** The same of the container, which has packages of its own. */
export function packagesInContainer(lock) {
  const { bundled } = shippedPackages(lock);
  const installed = closureOf(lock, [...Object.keys(lock.packages[""].dependencies ?? {}), ...storeClients]);
  return { installed, bundled: bundled.filter((path) => !installed.includes(path)) };
}
