import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { fileURLToPath, pathToFileURL } from "node:url";
import { expect, onTestFinished, test } from "vitest";
import { ask } from "../e2e/chat-call.ts";
import { spawnGateway } from "../e2e/gateway-process.ts";
import { runOrigin } from "../e2e/running-gateway.ts";

/** The file of docs/tracing.md, as it stands there, where it finds the packages of this project. */
function documentedFile(): string {
  const page = readFileSync(new URL("../../docs/tracing.md", import.meta.url), "utf8");
  const [, text] = /^```ts tracing\.ts\n([\s\S]*?)^```/m.exec(page) ?? [];
  if (text === undefined) throw new Error("docs/tracing.md has no tracing.ts");
  const folder = fileURLToPath(new URL(`.tracing-${process.pid}`, import.meta.url));
  mkdirSync(folder);
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  writeFileSync(join(folder, "tracing.ts"), text);
  return join(folder, "tracing.ts");
}

test("the gateway with the file of the page writes spans, and those of the last call before it ends", async () => {
  const origin = await runOrigin();
  const file = documentedFile();
  const settings = join(file, "..", "reprise.json");
  writeFileSync(settings, JSON.stringify({ telemetry: { traces: true }, store: { url: "memory" } }));
  const gateway = await spawnGateway(["--upstream", origin.url, "--config", settings], {
    environment: { NODE_OPTIONS: `--import ${pathToFileURL(file).href}` },
  });
  await ask(gateway);
  await ask(gateway);
  gateway.child.kill("SIGTERM");
  expect((await gateway.exit).code).toBe(0);
  const written = gateway.stdout();
  expect(written.match(/name: 'POST \/chat\/completions'/g)).toHaveLength(2);
  expect(written.match(/name: 'chat scripted-large'/g)).toHaveLength(1);
});
