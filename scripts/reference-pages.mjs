/**
 * The pages of docs/reference, made from the source so that they cannot say anything else: the options from the schema
 * in `src/options.ts`, the metrics from a scrape and the calls that register them, the reasons from the closed lists and the comment
 * above each name.
 */
import { readdirSync, readFileSync } from "node:fs";
import ts from "typescript";
import { settingsSchema } from "../src/options.ts";
import { Ledger } from "../src/telemetry/ledger.ts";
import { prometheusMetrics } from "../src/telemetry/prometheus.ts";
import { acceptance } from "./acceptance-page.mjs";
import { inProject } from "./project.mjs";
import { threatsParts } from "./threats-page.mjs";

const { text: scrape } = await prometheusMetrics({
  flights: () => 0,
  stores: [],
  version: "",
  ledger: new Ledger(),
}).render();

const policySection = "layers.exact";
const sections = {
  server: "The listener of the gateway.",
  data: "Where the gateway keeps its files.",
  upstreams:
    "The APIs behind the gateway, by a name of your choice. Without this section: `openai`, `anthropic` and `gemini`.",
  models:
    "Which upstream serves which models: a pattern for the model (`*` stands for any run of characters), and the name of an upstream. The first pattern that fits decides; without one, the first upstream of the right protocol does.",
  tenancy:
    "How it is known who asks, and whose answers are whose; see [keys and tenancy](../keys-and-tenancy.md#tenants).",
  limits: "How much callers may take; see [limits](../limits.md). Virtual keys have limits of their own besides.",
  store: "Where answers are kept.",
  [policySection]:
    "What is answered from the cache, for how long, and what is stored. In the library these are the members of `policy`.",
  "layers.embedding":
    "Stored vectors. What a rule sets holds for embeddings too, unless it matches another `operation`.",
  "layers.semantic":
    "Answers to like questions; see [semantic](../semantic.md). In the library these are the members of `semantic`; the embedder, the vectors and the judge are given there as objects.",
  "layers.prefix":
    "The caches of providers; see [breakpoints](../prefix-breakpoints.md). In the library these are the members of `prefix`.",
  "layers.edge":
    "What caches in front of the gateway may keep, and how they are told to forget; see [the edge](../edge.md).",
  coalescing: "Identical calls in flight.",
  rules:
    "A list. Each rule has a `match` and any of the options of `layers.exact`, which it sets for the calls that match; for each option the first matching rule that names it decides.",
  prices:
    "Your own prices, by a pattern for the model (`*` stands for any run of characters). The first pattern that fits decides; models that none fits have published prices, or none.",
  telemetry: "What the gateway writes about itself.",
  security: "Secrets, and what is taken of anybody at most; see [hardening](../hardening.md).",
  compat: "What other gateways are understood; see [compatibility](../compatibility.md).",
};

/** Every option as `{ section, name, path, description, rule, default }`, in the order of the schema. */
export function options() {
  return optionsOf(settingsSchema, []);
}

function optionsOf(schema, path) {
  const { type } = schema.def;
  const meta = schema.meta?.();
  if (meta?.rule !== undefined) {
    const section = path.slice(0, -1).join(".");
    return [{ section: sectionOf(path), path: path.join("."), name: path.at(-1), parent: section, ...meta }];
  }
  if (type === "prefault" || type === "optional") return optionsOf(schema.def.innerType, path);
  if (type === "object")
    return Object.entries(schema.shape).flatMap(([name, member]) => optionsOf(member, [...path, name]));
  if (type === "record") {
    const { valueType } = schema.def;
    if (valueType.def.type !== "object") return [];
    return optionsOf(valueType, [...path, "NAME"]);
  }
  // A rule repeats the options of its section; only what it matches by, its tags, and how far it goes are its own.
  if (type === "array")
    return optionsOf(schema.def.element, path).filter(({ path: at }) => /\.match\.|\.(tags|edge|share)$/.test(at));
  throw new Error(`generate-options: a schema of the kind ${type} at ${path.join(".")}`);
}

function sectionOf(path) {
  return path[0] === "layers" ? path.slice(0, 2).join(".") : path[0];
}

/** Every metric as `{ name, kind, help, labels }`: what a scrape says, and the labels that the source gives it. */
export function metrics() {
  const files = readdirSync(inProject("src", "telemetry")).filter((name) => /^[^.]+\.ts$/.test(name));
  const labels = new Map(files.flatMap((name) => labelsIn(parsed(inProject("src", "telemetry", name)))));
  return [...scrape.matchAll(/^# HELP (\S+) (.*)\n# TYPE \S+ (\S+)$/gm)].map(([, name, help, kind]) => {
    if (!labels.has(name)) throw new Error(`generate-options: the labels of ${name} are not in src/telemetry`);
    return { name, kind, help, labels: labels.get(name) };
  });
}

/** Name and labels of each metric: the call that has its name as first and its help as second argument. */
function labelsIn(source) {
  const found = [];
  const visit = (node) => {
    if (ts.isCallExpression(node) && node.arguments.length >= 2) {
      const [name, , labels] = node.arguments;
      if (ts.isStringLiteral(name) && name.text.startsWith("reprise_")) {
        found.push([name.text, labels === undefined ? [] : stringsIn(labels).map((literal) => literal.text)]);
      }
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

/** The closed lists: each reason with the comment above it, by list. */
export function reasons() {
  return { ...listsIn("outcome-reasons.ts"), ...listsIn("semantic.ts") };
}

function listsIn(file) {
  const source = parsed(inProject("src", "core", file));
  const lists = {};
  const visit = (node) => {
    if (ts.isVariableDeclaration(node)) {
      lists[node.name.getText(source)] = stringsIn(node).map((literal) => ({
        name: literal.text,
        meaning: commentAbove(source, literal),
      }));
      return;
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return lists;
}

function stringsIn(node) {
  const literals = [];
  const visit = (inner) => {
    if (ts.isStringLiteral(inner)) literals.push(inner);
    ts.forEachChild(inner, visit);
  };
  visit(node);
  return literals;
}

function commentAbove(source, node) {
  const text = source.getFullText();
  const [comment] = ts.getLeadingCommentRanges(text, node.getFullStart()) ?? [];
  return comment === undefined ? "" : text.slice(comment.pos + 3, comment.end - 2).trim();
}

function parsed(path) {
  return ts.createSourceFile(path, readFileSync(path, "utf8"), ts.ScriptTarget.Latest, true);
}

/** The generated pages by their path. */
export function referencePages() {
  return {
    "docs/reference/options.md": optionsPage(),
    "docs/reference/metrics.md": metricsPage(),
    "docs/reference/reasons.md": reasonsPage(),
    "docs/reference/acceptance.md": acceptancePage(),
    "docs/threats.md": threatsPage(),
  };
}

const notice = "<!-- Generated by scripts/generate-options.mjs; edits are overwritten. -->\n";

function page(title, summary, parts) {
  return [notice, `# ${title}\n`, `| In short |\n|---|\n| ${summary} |\n`, ...parts].join("\n");
}

function optionsPage() {
  const all = options();
  const parts = Object.entries(sections).map(([section, about]) => {
    const rows = all.filter((option) => option.section === section).map(optionRow);
    const table =
      rows.length === 0 ? "" : `\n| option | default | must be | meaning |\n|---|---|---|---|\n${rows.join("\n")}\n`;
    return `## \`${section}\`\n\n${about}\n${table}`;
  });
  const summary =
    "Every option of the configuration file and of the library, from the one table in `src/options.ts`. How they are given: [configuration](../configuration.md).";
  return page("Options", summary, parts);
}

function optionRow({ section, path, description, rule, ...rest }) {
  const name = path.slice(section.length + 1);
  const value = "default" in rest ? `\`${JSON.stringify(rest.default)}\`` : "none";
  return `| \`${name}\` | ${value} | ${cell(rule)} | ${cell(description)} |`;
}

function metricsPage() {
  const rows = metrics().map(({ name, kind, help, labels }) => {
    const shown = labels.map((label) => `\`${label}\``).join(", ") || "none";
    return `| \`${name}\` | ${kind} | ${shown} | ${cell(help)} |`;
  });
  const summary = "Every metric that `GET /metrics` of the gateway gives, as registered in `src/telemetry`.";
  const table = `| metric | kind | labels | meaning |\n|---|---|---|---|\n${rows.join("\n")}\n`;
  const notes =
    "Durations are in seconds. The label `model` has at most 100 values; further models are counted as `other`. How to\nread them: [gateway](../gateway.md#metrics).\n";
  return page("Metrics", summary, [table, notes]);
}

function reasonsPage() {
  const { storeRefusals, bypassReasons, missReasons, semanticRefusals } = reasons();
  const table = (list) =>
    `| reason | meaning |\n|---|---|\n${list.map(({ name, meaning }) => `| \`${name}\` | ${cell(meaning)} |`).join("\n")}\n`;
  const summary =
    "The closed lists of `src/core/outcome-reasons.ts`, as they stand in `X-AI-Cache-Reason`, in `Cache-Status` and in metrics, and that of `src/core/semantic.ts`, which stands in metrics. What to do about a refusal: [admission](../admission.md).";
  return page("Reasons", summary, [
    `## Why an answer was not stored\n\n${table(storeRefusals)}`,
    `## Why no layer looked at the call\n\n${table(bypassReasons)}`,
    `## Why no stored answer was served\n\n${table(missReasons)}`,
    `## Why no answer to a like question was served\n\n${table(semanticRefusals)}`,
  ]);
}

function acceptancePage() {
  const { summary, parts } = acceptance();
  return page("Faults and their tests", summary, parts);
}

function threatsPage() {
  const summary =
    "What Reprise is to withstand, what stands against it, and the tests that show it. Made of the titles of tests; a threat without one is not let through.";
  return page("Threats", summary, threatsParts());
}

function cell(text) {
  return text.replaceAll("|", "\\|").replaceAll("\n", " ");
}
