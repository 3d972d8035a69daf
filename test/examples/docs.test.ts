import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterEach, beforeEach, expect, test } from "vitest";
import { runExample } from "./run-example.ts";

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "reprise-docs-"));
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** The TypeScript blocks of a page, with `reprise` resolved to the source. */
function blocksOf(page: string): readonly string[] {
  const source = (entry = "") => {
    const path = entry === "" ? "index.ts" : entry.startsWith("stores/") ? `${entry}.ts` : `${entry}/index.ts`;
    return JSON.stringify(pathToFileURL(join(process.cwd(), "src", path)).href);
  };
  const text = readFileSync(page, "utf8");
  return [...text.matchAll(/^```ts\n([\s\S]*?)^```/gm)].map(([, block = ""]) =>
    block.replace(/"reprise(?:\/([a-z/]+))?"/g, (_, entry?: string) => source(entry)),
  );
}

async function run(block: string) {
  const file = join(folder, "block.ts");
  writeFileSync(file, block);
  return await runExample(process.execPath, pathToFileURL(file));
}

test("docs/testing.md: the tests on the page pass", async () => {
  const [assertions, contract] = blocksOf("docs/testing.md");
  expect((await run(assertions ?? "")).output).toBe("");
  const { output } = await run(contract ?? "");
  expect(output).toMatch(/^ℹ fail 0$|^# fail 0$/m);
  expect(output).not.toMatch(/^(?:ℹ|#) pass 0$/m);
}, 60_000);
