/**
 * What the docs name must exist: options, metrics, reasons, header fields, environment variables, flags and npm
 * scripts. And the other way round: pages that promise a whole list have all of it.
 */
import { readdirSync, readFileSync } from "node:fs";
import { unkeyedFields } from "../src/protocols/openai-chat-request.ts";
import { inProject } from "./project.mjs";
import { metrics, options, reasons } from "./reference-pages.mjs";

const source = filesBelow("src")
  .map((path) => readFileSync(inProject(path), "utf8"))
  .join("\n");
const manifest = JSON.parse(readFileSync(inProject("package.json"), "utf8"));
const allOptions = options();
const sections = new Set(allOptions.map(({ path }) => path.split(".")[0]));
const optionPaths = new Set(allOptions.map(({ path }) => path.replace(".NAME.", ".")));
const metricNames = new Set(metrics().map(({ name }) => name));
const { storeRefusals, bypassReasons, missReasons } = reasons();

/** `pages`: text by path, without the generated ones. */
export function nameComplaints(pages) {
  const unknown = Object.entries(pages).flatMap(([path, text]) =>
    unknownNames(text).map(([name, kind]) => `${path}: there is no ${kind} ${name}`),
  );
  return [...unknown, ...wrongDefaults(pages), ...gaps(pages)];
}

function unknownNames(text) {
  const found = [];
  const each = (pattern, kind, isKnown) => {
    for (const [whole, name = whole] of text.matchAll(pattern)) if (!isKnown(name)) found.push([name, kind]);
  };
  each(/`([a-z]+(?:\.[A-Za-z]+)+)`/g, "option", (name) => !sections.has(name.split(".")[0]) || isOption(name));
  each(
    /\breprise_[a-z_]+\b/g,
    "metric",
    (name) => metricNames.has(name.replace(/_(bucket|sum|count)$/, "")) || metricNames.has(name) || isTable(name),
  );
  each(/\bX-AI-[A-Za-z-]*[A-Za-z]\b/gi, "header field", (name) => source.toLowerCase().includes(name.toLowerCase()));
  each(/\bREPRISE_[A-Z_]+\b/g, "environment variable", (name) => usesVariable(name));
  each(/\bnpm run ([a-z:]+)/g, "npm script", (name) => manifest.scripts[name] !== undefined);
  each(
    /(?:npm start|reprise (?:serve|doctor))[^\n`|#]*? (--[a-z-]+)/g,
    "flag",
    (name) => source.includes(`"${name} `) || source.includes(`"${name}"`),
  );
  return found;
}

/** A table of a store has a name like a metric. */
function isTable(name) {
  return source.includes(`}.${name}\``);
}

/** Where a page says `option` (`default`), that is the default. */
function wrongDefaults(pages) {
  return Object.entries(pages).flatMap(([path, text]) =>
    [...text.matchAll(/`([A-Za-z.]+)`\s\(`([^`]+)`\)/g)].flatMap(([, name, given]) => {
      const option = allOptions.find((one) => one.path === name || one.path === `layers.exact.${name}`);
      if (option === undefined || String(option.default) === given) return [];
      return [`${path}: the default of ${name} is ${option.default}, not ${given}`];
    }),
  );
}

/** A path of an option, or of a section of them. */
function isOption(name) {
  if (optionPaths.has(name)) return true;
  if (/\.(ts|mjs|md|json|yaml)$/.test(name)) return true;
  return [...optionPaths].some((path) => path.startsWith(`${name}.`));
}

/** Variables of the gateway are in the source, those of the examples and of the tests in these. */
function usesVariable(name) {
  if (source.includes(name)) return true;
  const others = [...filesBelow("examples"), ...filesBelow("test/chaos", () => true)];
  return others.some((path) => readFileSync(inProject(path), "utf8").includes(name));
}

function gaps(pages) {
  const scope = readFileSync(inProject("src", "policy", "scope.ts"), "utf8");
  const lists = scope.slice(scope.indexOf("const credentials"), scope.indexOf("export function"));
  const headers = [...lists.matchAll(/"([a-z0-9-]+)"/g)].map(([, name]) => name);
  return [
    ...missing(pages, "docs/gateway.md", errorCodes(callersFiles())),
    ...missing(pages, "docs/admin-api.md", errorCodes(filesBelow("src/gateway").filter(isOfAdmin))),
    ...missing(pages, "ARCHITECTURE.md", roomsAndFiles()),
    ...missing(
      pages,
      "docs/admission.md",
      storeRefusals.map(({ name }) => name),
    ),
    ...missing(
      pages,
      "docs/headers.md",
      [...bypassReasons, ...missReasons].map(({ name }) => name),
    ),
    ...missing(pages, "docs/keys-and-tenancy.md", [...Object.keys(unkeyedFields), ...headers]),
  ];
}

function roomsAndFiles() {
  return readdirSync(inProject("src"), { withFileTypes: true })
    .filter(({ name }) => !name.endsWith(".test.ts"))
    .map((entry) => (entry.isDirectory() ? `src/${entry.name}/` : `src/${entry.name}`));
}

/** What says something to a caller of a model API. */
function callersFiles() {
  const told = ["gateway", "policy", "protocols"].flatMap((folder) => filesBelow(`src/${folder}`));
  return [...told.filter((path) => !isOfAdmin(path)), "src/flights/flight.ts"];
}

function isOfAdmin(path) {
  return path.includes("gateway/admin/");
}

/** The codes of errors that these files tell, besides those of origins. */
function errorCodes(paths) {
  const texts = paths.map((path) => readFileSync(inProject(path), "utf8"));
  return [...new Set([...texts.join("\n").matchAll(/\bcode: "([a-z]+(?:_[a-z]+)+)"/g)].map(([, code]) => code))];
}

/** A star stands behind what is the beginning of names. */
function missing(pages, path, names) {
  const page = pages[path] ?? "";
  return names
    .filter((name) => !page.includes(`\`${name}\``) && !page.includes(`\`${name}*\``))
    .map((name) => `${path}: does not mention \`${name}\``);
}

function filesBelow(folder, isWanted = (name) => !name.endsWith(".test.ts")) {
  return readdirSync(inProject(folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && isWanted(entry.name))
    .map((entry) => `${entry.parentPath}/${entry.name}`.slice(inProject().length));
}
