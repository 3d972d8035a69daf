import { spawn } from "node:child_process";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

const root = fileURLToPath(new URL("../..", import.meta.url));

function run(args: readonly string[]): Promise<{ readonly code: number | null; readonly text: string }> {
  const child = spawn(process.execPath, args, { cwd: root, stdio: ["ignore", "pipe", "pipe"] });
  let text = "";
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding("utf8").on("data", (part) => (text += part));
  return new Promise((resolve) => child.once("close", (code) => resolve({ code, text })));
}

test.each([
  ["fuzz", ["scripts/fuzz.ts"]],
  ["demo", ["examples/demo.ts"]],
  ["soak", ["scripts/long-tests.mjs", "soak"]],
  ["sbom", ["scripts/sbom.mjs"]],
])("npm run %s -- --help says what it is for, and does nothing", async (name, command) => {
  const { code, text } = await run([...command, "--help"]);
  expect([code, text.split("\n")[0]]).toEqual([0, expect.stringMatching(RegExp(`^Usage: npm run ${name} -- \\[`))]);
});

test.each([
  ["fuzz", ["scripts/fuzz.ts"]],
  ["demo", ["examples/demo.ts"]],
  ["sbom", ["scripts/sbom.mjs"]],
])("npm run %s says so where an option is none, with status 2 and no stack trace", async (name, command) => {
  const { code, text } = await run([...command, "--nonsense"]);
  expect(code).toBe(2);
  expect(text).toMatch(/Unknown option '--nonsense'/);
  expect(text).toContain(`Usage: npm run ${name}`);
  expect(text).not.toMatch(/^\s+at /m);
});
