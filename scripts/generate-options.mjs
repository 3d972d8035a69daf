/** Writes the generated pages of docs/reference; run it after a change to options, metrics or reasons. */
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { inProject } from "./project.mjs";
import { referencePages } from "./reference-pages.mjs";
import { showUsage } from "./usage.mjs";

showUsage("Usage: npm run docs\n\nWrites the generated pages of docs/reference.");

for (const [path, text] of Object.entries(referencePages())) {
  mkdirSync(dirname(inProject(path)), { recursive: true });
  writeFileSync(inProject(path), text);
  console.log(path);
}
