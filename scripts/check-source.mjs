/**
 * The rules of the source that no linter knows: time and chance come from `core/clock.ts` only, files stay short, and
 * none is named after nothing in particular. Works on the syntax tree, so comments and strings do not count.
 */
import { readdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { exit } from "node:process";
import ts from "typescript";
import { inProject, root } from "./project.mjs";
import { showUsage } from "./usage.mjs";

showUsage("Usage: node scripts/check-source.mjs\n\nThe rules of the source that no linter knows.");

const maximumLines = 350;
const vagueNames = /^(utils?|helpers?|types|misc|common|constants)\.(ts|mts|mjs)$/;

/** Source files that may use the clock and timers of the platform, each with its reason. */
const exemptFromClock = new Map([
  ["src/core/clock.ts", "the one place that reads them"],
  ["src/testing/scripted-delivery.ts", "a double of a network service: its delays are real and off by default"],
]);

const timers = new Set(["setTimeout", "setInterval", "setImmediate"]);
const clockMembers = new Set(["Date.now", "Math.random", "performance.now", "process.hrtime"]);
const timerModules = new Set(["node:timers", "node:timers/promises", "timers", "timers/promises"]);

const folders = ["src", "dashboard", "test", "bench", "examples", "scripts"];
const files = folders.flatMap((folder) => filesBelow(folder)).filter((file) => /\.(ts|tsx|mts|mjs)$/.test(file));
const complaints = files.flatMap(complaintsAbout);
for (const path of exemptFromClock.keys()) {
  if (!files.includes(path)) complaints.push(`scripts/check-source.mjs: exempts ${path}, which does not exist`);
}
for (const complaint of complaints) console.error(complaint);
if (complaints.length > 0) exit(1);
console.log(`${files.length} source files keep the rules`);

function filesBelow(folder) {
  let entries;
  try {
    entries = readdirSync(inProject(folder), { withFileTypes: true });
  } catch {
    return [];
  }
  return entries.flatMap((entry) => {
    const path = join(folder, entry.name).replaceAll("\\", "/");
    if (entry.name === "node_modules" || entry.name === "dist") return [];
    return entry.isDirectory() ? filesBelow(path) : [path];
  });
}

function complaintsAbout(path) {
  const text = readFileSync(join(root, path), "utf8");
  const found = [];
  const lines = text.split("\n").length - 1;
  if (lines > maximumLines) found.push(`${path}: ${lines} lines, at most ${maximumLines}; divide it by concept`);
  if (vagueNames.test(basename(path))) found.push(`${path}: the name says nothing; name the concept`);
  const needsInjection = path.startsWith("src/") && !path.endsWith(".test.ts") && !exemptFromClock.has(path);
  return needsInjection ? [...found, ...clockComplaints(path, text)] : found;
}

function clockComplaints(path, text) {
  const source = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true);
  const found = [];
  const visit = (node) => {
    const name = forbiddenName(node);
    if (name !== undefined) {
      const line = source.getLineAndCharacterOfPosition(node.getStart()).line + 1;
      found.push(`${path}:${line}: ${name}; take a Clock or a Random of core/clock.ts instead`);
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

function forbiddenName(node) {
  if (ts.isNewExpression(node) || ts.isCallExpression(node)) {
    const isDate = ts.isIdentifier(node.expression) && node.expression.text === "Date";
    if (isDate && (node.arguments?.length ?? 0) === 0) return "the current Date";
  }
  if (ts.isPropertyAccessExpression(node)) {
    const name = node.getText().replace(/^globalThis\./, "");
    return clockMembers.has(name) || (timers.has(name) && node.getText() !== name) ? name : undefined;
  }
  if (ts.isImportDeclaration(node) && timerModules.has(node.moduleSpecifier.text)) return node.moduleSpecifier.text;
  if (!ts.isIdentifier(node) || !timers.has(node.text)) return undefined;
  const { parent } = node;
  const isOwnName =
    ts.isPropertyAccessExpression(parent) || ts.isPropertyAssignment(parent) || ts.isMethodDeclaration(parent);
  return isOwnName ? undefined : node.text;
}
