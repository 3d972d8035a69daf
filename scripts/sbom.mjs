/**
 * The bill of materials of the published package as CycloneDX 1.6 (https://cyclonedx.org/docs/1.6/json/), made of
 * package-lock.json alone: what it installs and what is compiled into it, with versions, digests, licences and who
 * requires whom. The same lock file gives the same text, so a bill can be made again and compared. The build puts it into
 * `dist`; `npm run sbom` prints it, and with `--container` that of the container, which has the clients of stores as well.
 */
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { argv } from "node:process";
import { fileURLToPath } from "node:url";
import { packageName, packagesInContainer, readLock, requiredBy, shippedPackages, storeClients } from "./lock-file.mjs";
import { inProject } from "./project.mjs";
import { readOptions } from "./usage.mjs";

const usage = `Usage: npm run sbom -- [--container]

Prints the bill of materials of the published package as CycloneDX 1.6, or that of what the container holds.`;

export function sbomText() {
  const lock = readLock();
  return textOf(lock, shippedPackages(lock), []);
}

export function containerSbomText() {
  const lock = readLock();
  return textOf(lock, packagesInContainer(lock), storeClients);
}

function textOf(lock, packages, clients) {
  const manifest = JSON.parse(readFileSync(inProject("package.json"), "utf8"));
  return `${JSON.stringify(sbom(lock, manifest, packages, clients), undefined, 2)}\n`;
}

function sbom(lock, manifest, { installed, bundled }, clients) {
  const paths = onceEach(lock, [...installed, ...bundled]);
  const own = purl(manifest.name, manifest.version);
  const roots = [
    ...Object.keys(manifest.dependencies),
    ...clients,
    ...bundled.filter((path) => isTop(lock, path, bundled)),
  ];
  return {
    $schema: "http://cyclonedx.org/schema/bom-1.6.schema.json",
    bomFormat: "CycloneDX",
    specVersion: "1.6",
    serialNumber: serialNumber({ lock, clients }),
    version: 1,
    metadata: {
      component: {
        type: "application",
        "bom-ref": own,
        name: manifest.name,
        version: manifest.version,
        description: manifest.description,
        licenses: licences(manifest.license),
        purl: own,
      },
    },
    components: paths.map((path) => component(lock.packages[path], path, bundled.includes(path))),
    dependencies: [
      { ref: own, dependsOn: [...new Set(roots.map((root) => refOf(lock, placeFor(root))))].sort() },
      ...paths.map((path) => ({
        ref: refOf(lock, path),
        dependsOn: [...new Set(requiredBy(lock, path).map((one) => refOf(lock, one)))].sort(),
      })),
    ],
  };
}

function component(entry, path, isBundled) {
  const name = packageName(path);
  const [group, ...rest] = name.startsWith("@") ? name.split("/") : [undefined, name];
  return {
    type: "library",
    "bom-ref": purl(name, entry.version),
    ...(group !== undefined && { group }),
    name: rest.join("/"),
    version: entry.version,
    scope: "required",
    hashes: [
      { alg: "SHA-512", content: Buffer.from(entry.integrity.slice("sha512-".length), "base64").toString("hex") },
    ],
    licenses: licences(entry.license),
    purl: purl(name, entry.version),
    properties: [{ name: "reprise:bundled", value: String(isBundled) }],
  };
}

/** A package that lies at two places in one version is one component. */
function onceEach(lock, paths) {
  const byRef = new Map(paths.toReversed().map((path) => [refOf(lock, path), path]));
  return [...byRef.values()].toReversed();
}

/** Whether nothing else that is bundled requires it, so that we do. */
function isTop(lock, path, bundled) {
  return !bundled.some((other) => requiredBy(lock, other).includes(path));
}

function placeFor(root) {
  return root.includes("node_modules/") ? root : `node_modules/${root}`;
}

function refOf(lock, path) {
  return purl(packageName(path), lock.packages[path].version);
}

function licences(text) {
  return /^[\w.+-]+$/.test(text) ? [{ license: { id: text } }] : [{ expression: text }];
}

/** https://github.com/package-url/purl-spec: the `@` of a scope is escaped, the slash behind it is not. */
function purl(name, version) {
  return `pkg:npm/${name.replace("@", "%40")}@${version}`;
}

/** Of what is in the bill, as a UUID of version 8 (RFC 9562 section 5.8). */
function serialNumber(bill) {
  const digits = createHash("sha256").update(JSON.stringify(bill)).digest("hex");
  const parts = [digits.slice(0, 8), digits.slice(8, 12), `8${digits.slice(13, 16)}`, `8${digits.slice(17, 20)}`];
  return `urn:uuid:${[...parts, digits.slice(20, 32)].join("-")}`;
}

if (argv[1] === fileURLToPath(import.meta.url)) {
  const { container } = readOptions(usage, { container: { type: "boolean", default: false } });
  process.stdout.write(container ? containerSbomText() : sbomText());
}
