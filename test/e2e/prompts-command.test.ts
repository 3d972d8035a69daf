import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { ask } from "./chat-call.ts";
import { runCommand } from "./gateway-process.ts";
import { inMemory, runBoth, temporaryFolder } from "./running-gateway.ts";

/** `reprise prompts` as somebody beside a gateway runs it. */

const text = "You answer the guests of a hotel. Be kind, and say what you do not know.\n";

test("prompts are set from a file, listed with their share, and linted", async () => {
  const { gateway } = await runBoth(inMemory);
  const folder = temporaryFolder();
  const file = join(folder, "hotel.txt");
  writeFileSync(file, text);
  const prompts = (...args: readonly string[]) =>
    runCommand(["prompts", ...args, "--port", new URL(gateway.url).port, "--data", gateway.folder], { cwd: folder });
  expect(await prompts("list")).toMatchObject({ code: 0, stdout: expect.stringContaining("There are no prompts.") });
  expect(await prompts("set", "hotel", "hotel.txt")).toMatchObject({ code: 0, stdout: "hotel@1 is registered.\n" });
  writeFileSync(file, text.replace("hotel", "motel"));
  const second = await prompts("set", "motel@summer", "hotel.txt", "--json");
  expect(JSON.parse(second.stdout)).toMatchObject({
    ok: true,
    name: "motel",
    version: "summer",
    findings: [{ kind: "near-duplicate", byte: 27 }],
  });
  await ask(gateway, { model: "m", messages: [{ role: "user", content: "Hi" }] }, { "x-ai-prompt": "hotel" });
  await ask(gateway);
  const listed = await prompts("list");
  expect(listed.stdout).toMatch(/^hotel +1 +1 +73 +1 +50 % +\d{4}-\d\d-\d\d +everybody's$/m);
  const stats = await runCommand(["stats", "--port", new URL(gateway.url).port, "--data", gateway.folder]);
  expect(stats.stdout).toContain("Registered prompts: hotel@1 (50 % of calls).");
  const lint = await prompts("lint");
  expect(lint.code).toBe(1);
  expect(lint.stdout).toContain("hotel@1 and motel@summer are nearly one (words");
  expect(lint.stdout).toContain("byte 27: [hotel | motel]");
  writeFileSync(file, "another text");
  const other = await prompts("set", "motel@summer", "hotel.txt");
  expect([other.code, other.stderr]).toEqual([1, expect.stringContaining("exists already with another text")]);
  expect((await prompts("set", "../motel", "hotel.txt")).code).toBe(2);
}, 60_000);
