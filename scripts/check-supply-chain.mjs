/**
 * Where the code of others comes from, and on what terms; read from package.json and package-lock.json alone, offline:
 * every package is pinned by a digest and bound to no place, none runs a script at installation that we did
 * not allow, and every licence is one of those below. `--lock FILE` checks another lock file.
 */
import { readFileSync } from "node:fs";
import { exit } from "node:process";
import { packageName, packagesInContainer, readLock, shippedPackages } from "./lock-file.mjs";
import { inProject } from "./project.mjs";
import { readOptions } from "./usage.mjs";

/** What whoever installs Reprise gets: licences that ask for nothing but a notice. */
const shippedLicences = new Set(["MIT", "ISC", "0BSD", "Apache-2.0", "BSD-2-Clause", "BSD-3-Clause", "BlueOak-1.0.0"]);
/** Of tools, which stay here, also these. */
const toolLicences = new Set([...shippedLicences, "MPL-2.0", "Unlicense", "CC0-1.0", "Python-2.0", "CC-BY-4.0"]);

const usage = `Usage: npm run check:supply -- [--lock FILE] [--manifest FILE]

Where the code of others comes from, and on what terms, by package.json and package-lock.json or other files in their place.`;
const values = readOptions(usage, { lock: { type: "string" }, manifest: { type: "string" } });
const manifest = JSON.parse(readFileSync(values.manifest ?? inProject("package.json"), "utf8"));
const lock = readLock(values.lock);
const entries = Object.entries(lock.packages).filter(([path]) => path !== "");
const shipped = shippedPackages(lock);
const shippedPaths = new Set([...shipped.installed, ...shipped.bundled, ...packagesInContainer(lock).installed]);
const complaints = [
  ...wantedElsewhere(),
  ...outOfStep(),
  ...entries.flatMap(([path, entry]) => [...unpinned(path, entry), ...scripted(path, entry), ...licensed(path, entry)]),
];
for (const complaint of complaints) console.error(`check-supply-chain: ${complaint}`);
if (complaints.length > 0) exit(1);
console.log(
  `${entries.length} packages are pinned by digest and come from npm; ${shipped.installed.length} are installed with ` +
    `this one and ${shipped.bundled.length} may be compiled into it, under ${[...new Set([...shippedPaths].map((path) => lock.packages[path].license))].sort().join(", ")}`,
);

/** A version, or a range for what others bring; never an address or a folder, and exact for what we install ourselves. */
function wantedElsewhere() {
  const exact = Object.entries({ ...manifest.dependencies, ...manifest.devDependencies }).filter(
    ([, wanted]) => !/^\d+\.\d+\.\d+(?:-[\w.]+)?$/.test(wanted),
  );
  const ranges = Object.entries({ ...manifest.peerDependencies, ...manifest.optionalDependencies }).filter(
    ([, wanted]) => !/^[\d^~<>=.|\s*x-]+$/.test(wanted),
  );
  return [
    ...exact.map(
      ([name, wanted]) => `package.json wants ${name} at "${wanted}", which is not one exact version of npm`,
    ),
    ...ranges.map(
      ([name, wanted]) => `package.json wants ${name} at "${wanted}", which is no range of versions of npm`,
    ),
  ];
}

function outOfStep() {
  const own = lock.packages[""];
  return ["dependencies", "devDependencies", "peerDependencies"]
    .filter((kind) => JSON.stringify(sorted(own[kind])) !== JSON.stringify(sorted(manifest[kind])))
    .map((kind) => `package-lock.json has other ${kind} than package.json; run npm install --package-lock-only`);
}

function sorted(record = {}) {
  return Object.entries(record).sort(([one], [other]) => (one < other ? -1 : 1));
}

function unpinned(path, { integrity, resolved, link, version }) {
  if (link === true) return [`${path} is a link to a folder`];
  const found = [];
  if (!/^sha512-[A-Za-z0-9+/]{86}==$/.test(integrity ?? "")) found.push(`${path} has no SHA-512 digest`);
  if (!/^\d+\.\d+\.\d+/.test(version ?? "")) found.push(`${path} has no version of npm: ${version}`);
  // Which registry is for npm's settings to say; the digest says what must come from there.
  if (resolved !== undefined) found.push(`${path} is bound to one place: ${resolved}`);
  return found;
}

function scripted(path, { hasInstallScript }) {
  if (hasInstallScript !== true || Object.hasOwn(manifest.allowScripts ?? {}, packageName(path))) return [];
  return [`${path} runs a script when it is installed, and allowScripts in package.json does not speak of it`];
}

function licensed(path, { license }) {
  const allowed = shippedPaths.has(path) ? shippedLicences : toolLicences;
  if (license !== undefined && isAllowed(license, allowed)) return [];
  const whose = shippedPaths.has(path) ? "is part of what is published" : "is a tool";
  return [`${path} ${whose} and is licensed under "${license ?? "nothing that it names"}"`];
}

/** An SPDX expression without nesting: of alternatives one is enough, of what holds together all. */
function isAllowed(expression, allowed) {
  const plain = expression.replace(/^\((.*)\)$/, "$1");
  if (plain.includes("(")) return false;
  return plain.split(/ OR /).some((choice) => choice.split(/ AND /).every((one) => allowed.has(one.trim())));
}
