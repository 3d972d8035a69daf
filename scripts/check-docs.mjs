/**
 * The docs against the code: generated pages are in step, no relative link is dead, every name exists, and every
 * TypeScript block compiles.
 */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { exit } from "node:process";
import { codeComplaints } from "./docs-code.mjs";
import { nameComplaints } from "./docs-names.mjs";
import { inProject } from "./project.mjs";
import { referencePages } from "./reference-pages.mjs";
import { threatComplaints } from "./threats-page.mjs";

/** Pages that a program writes when it is run; a link to one is good before that. */
const writtenLater = new Map([["docs/benchmarks.md", "npm run bench -- --report"]]);

const generated = referencePages();
const pages = Object.fromEntries(markdownFiles().map((path) => [path, readFileSync(inProject(path), "utf8")]));
const written = Object.fromEntries(Object.entries(pages).filter(([path]) => !Object.hasOwn(generated, path)));

const complaints = [
  ...[...stalePages(), ...deadLinks(), ...threatComplaints()],
  ...[...nameComplaints(written), ...codeComplaints(pages)],
];
for (const complaint of complaints) console.error(complaint);
if (complaints.length > 0) exit(1);
console.log(`${Object.keys(pages).length} pages agree with the code`);

function markdownFiles() {
  const top = readdirSync(inProject()).filter((name) => name.endsWith(".md"));
  const docs = readdirSync(inProject("docs"), { recursive: true }).filter((name) => name.endsWith(".md"));
  return [...top, ...docs.map((name) => join("docs", name).replaceAll("\\", "/"))];
}

function stalePages() {
  return Object.entries(generated)
    .filter(([path, text]) => pages[path] !== text)
    .map(([path]) => `${path}: out of step with the source; run \`node scripts/generate-options.mjs\``);
}

function deadLinks() {
  return Object.entries(pages).flatMap(([path, text]) => {
    const prose = text.replace(/^```[\s\S]*?^```/gm, "").replace(/`[^`\n]*`/g, "");
    const links = prose.matchAll(/\]\(([^)\s]+)\)|\bsrc(?:set)?="([^"]+)"/g);
    return [...links].flatMap(([, target, picture]) => linkComplaint(path, target ?? picture));
  });
}

function linkComplaint(path, target) {
  if (/^[a-z]+:/.test(target)) return [];
  const [file = "", anchor] = target.split("#", 2);
  const place = file === "" ? path : join(dirname(path), file).replaceAll("\\", "/");
  if (writtenLater.has(place)) return [];
  if (!existsSync(inProject(place))) return [`${path}: the link to ${target} is dead`];
  if (anchor === undefined || !place.endsWith(".md")) return [];
  const text = pages[place] ?? readFileSync(inProject(place), "utf8");
  return anchorsOf(text).has(anchor) ? [] : [`${path}: there is no heading #${anchor} in ${place}`];
}

/** The anchors that GitHub makes of headings. */
function anchorsOf(text) {
  const headings = text.replace(/^```[\s\S]*?^```/gm, "").matchAll(/^#{1,6} +(.+)$/gm);
  return new Set(
    [...headings].map(([, title]) =>
      title
        .toLowerCase()
        .replace(/[^\p{L}\p{N} _-]/gu, "")
        .replaceAll(" ", "-"),
    ),
  );
}
