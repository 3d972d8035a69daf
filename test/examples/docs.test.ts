import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterEach, beforeEach, expect, onTestFinished, test } from "vitest";
import { startScriptedOrigin } from "../../src/testing/index.ts";
import { runExample } from "./run-example.ts";

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "reprise-docs-"));
  // What a block imports beside `reprise` is found where the project has it.
  symlinkSync(join(process.cwd(), "node_modules"), join(folder, "node_modules"));
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** Every entry of the package by its name, as a URL of its source. */
const entries = new Map(
  Object.entries(readManifest().exports).flatMap(([entry, target]) => {
    if (typeof target === "string") return [];
    const path = target.default.replace("./dist/", "src/").replace(/\.js$/, ".ts");
    return [[join("reprise", entry), pathToFileURL(join(process.cwd(), path)).href]];
  }),
);

function readManifest() {
  const text = readFileSync("package.json", "utf8");
  return JSON.parse(text) as { readonly exports: Readonly<Record<string, string | { readonly default: string }>> };
}

/** The TypeScript blocks of a page, with `reprise` resolved to the source. */
function blocksOf(page: string): readonly string[] {
  const text = readFileSync(page, "utf8");
  return [...text.matchAll(/^```ts\n([\s\S]*?)^```/gm)].map(([, block = ""]) =>
    block.replace(/(?<= from )"(reprise(?:\/[a-z/-]+)?)"/g, (_, name: string) =>
      JSON.stringify(entries.get(name) ?? expect.fail(`${page} imports ${name}, which the package does not export`)),
    ),
  );
}

async function run(block: string, environment: Readonly<Record<string, string>> = {}) {
  const file = join(folder, "block.ts");
  writeFileSync(file, block);
  return await runExample(process.execPath, pathToFileURL(file), environment);
}

test("docs/testing.md: the tests on the page pass", async () => {
  const [assertions, contract] = blocksOf("docs/testing.md");
  expect((await run(assertions ?? "")).output).toBe("");
  const { output } = await run(contract ?? "");
  expect(output).toMatch(/^ℹ fail 0$|^# fail 0$/m);
  expect(output).not.toMatch(/^(?:ℹ|#) pass 0$/m);
});

test("docs/integrations.md: the programs on the page run, and ask the origin once for each thing", async () => {
  const origin = await startScriptedOrigin();
  onTestFinished(() => origin.close());
  const environment = { OPENAI_BASE_URL: origin.url, OPENAI_API_KEY: "sk-docs" };
  const [clients, aiSdk, langChain] = blocksOf("docs/integrations.md");
  const keys = { ...environment, ANTHROPIC_API_KEY: "sk-docs", GEMINI_API_KEY: "docs" };
  expect((await run(clients ?? "", keys)).output).toBe(
    "http://127.0.0.1:8787/v1 http://127.0.0.1:8787 false gpt-4o-mini gpt-4o-mini\n",
  );
  const first = await run(aiSdk ?? "", environment);
  expect(first.lines).toEqual([expect.stringMatching(/^MISS gpt-4o-mini heard "Hello".* text-embedding-3-small$/)]);
  expect(origin.calls.map(({ path }) => path)).toEqual(["/v1/responses"]);
  origin.reset();
  const second = await run(langChain ?? "", environment);
  expect(second.lines).toEqual([expect.stringMatching(/^gpt-4o-mini heard "Hello".* 8$/)]);
  expect(origin.calls.map(({ path }) => path)).toEqual(["/v1/chat/completions", "/v1/embeddings"]);
});
