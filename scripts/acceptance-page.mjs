/**
 * Which tests cover which fault: every title of a test or of a group of tests may name ids of `acceptance-rows.mjs`, such
 * as `(R2, I4)` or `S6 to S10`. What no title names is listed as not covered.
 */
import { readdirSync, readFileSync } from "node:fs";
import ts from "typescript";
import { faults, invariants } from "./acceptance-rows.mjs";
import { inProject } from "./project.mjs";

const known = new Set([...Object.values(faults).flatMap(Object.keys), ...Object.keys(invariants)]);

/** The titles of all tests and groups of tests, by the files that have some. */
export function titlesByFile() {
  const paths = ["src", "test"].flatMap((folder) =>
    readdirSync(inProject(folder), { recursive: true })
      .filter((name) => name.endsWith(".ts"))
      .map((name) => `${folder}/${name.replaceAll("\\", "/")}`),
  );
  const titled = paths.sort().flatMap((path) => {
    // Groups of tests stand in other files than `*.test.ts`, too.
    const text = readFileSync(inProject(path), "utf8");
    return /\b(?:it|test|describe\w*)\b/.test(text) ? [[path, titlesIn(path, text)]] : [];
  });
  return new Map(titled);
}

/** The files whose titles name an id, by id. */
function coverage() {
  const files = new Map([...known].map((id) => [id, []]));
  for (const [path, titles] of titlesByFile()) {
    for (const id of new Set(titles.flatMap(idsIn))) files.get(id).push(path);
  }
  return files;
}

function titlesIn(path, text) {
  const source = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true);
  const titles = [];
  const visit = (node) => {
    if (ts.isCallExpression(node) && /^(?:it|test|describe\w*)\b/.test(node.expression.getText(source))) {
      for (const argument of node.arguments.slice(0, 2)) {
        if (ts.isStringLiteralLike(argument)) titles.push(argument.text);
        else if (ts.isTemplateExpression(argument)) titles.push(argument.getText(source));
      }
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return titles;
}

function idsIn(title) {
  const ranges = [...title.matchAll(/\b([A-Z])(\d+) to \1(\d+)\b/g)].flatMap(([, letter, from, to]) =>
    Array.from({ length: Number(to) - Number(from) + 1 }, (_, index) => `${letter}${Number(from) + index}`),
  );
  return [...ranges, ...(title.match(/\b[A-Z]\d{1,2}\b/g) ?? [])].filter((id) => known.has(id));
}

/** The page's summary and its parts. */
export function acceptance() {
  const files = coverage();
  const row = ([id, what]) => {
    const links = files.get(id).map((path) => `[${path.split("/").at(-1)}](../../${path})`);
    return `| ${id} | ${what} | ${links.join(", ") || "**none**"} |`;
  };
  const table = (rows) => `| id | what | tests |\n|---|---|---|\n${Object.entries(rows).map(row).join("\n")}\n`;
  const open = Object.values(faults)
    .flatMap(Object.keys)
    .filter((id) => files.get(id).length === 0);
  const rows = Object.values(faults).flatMap(Object.keys).length;
  const summary = `Of ${rows} faults ${rows - open.length} have a test that names them; without one are ${open.join(", ") || "none"}. A test that covers a fault in part counts.`;
  return {
    summary,
    parts: [
      `## What holds under every fault\n\n${table(invariants)}`,
      ...Object.entries(faults).map(([name, list]) => `## ${name}\n\n${table(list)}`),
    ],
  };
}
