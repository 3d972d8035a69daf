import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { callAdmin } from "./admin-call.ts";
import { ask } from "./chat-call.ts";
import { runCommand } from "./gateway-process.ts";
import { inMemory, runBoth, temporaryFolder } from "./running-gateway.ts";

/** `reprise prompts` as somebody beside a gateway runs it. */

const text = "You answer the guests of a hotel. Be kind, and say what you do not know.\n";

test("prompts are warmed up and deleted, and a tenant of whom no call was seen is told of", async () => {
  const { gateway, origin } = await runBoth(inMemory);
  const folder = temporaryFolder();
  writeFileSync(join(folder, "long.txt"), "Rules of the house. ".repeat(400));
  writeFileSync(join(folder, "short.txt"), "Be brief.");
  const prompts = async (...args: readonly string[]) => {
    const place = ["--port", new URL(gateway.url).port, "--data", gateway.folder];
    const { code, stdout, stderr } = await runCommand(["prompts", ...args, ...place], { cwd: folder });
    return [code, stdout, stderr] as const;
  };
  await prompts("set", "house", "long.txt");
  const [upstream] = Object.keys(JSON.parse((await callAdmin(gateway, "/config")).text).upstreams);
  const where = ["--upstream", upstream as string, "--model", "m"];
  const [code, table] = await prompts("warm", "house", ...where);
  expect([code, table]).toEqual([0, expect.stringMatching(/^house@1 .*\n.* warmed +\d/)]);
  expect(origin.callCount).toBe(1);
  expect((await prompts("warm", "house"))[2]).toContain("upstream must be given");

  const unseen = "No call of this tenant has been seen, and no answer is stored for it.";
  expect((await prompts("set", "own", "short.txt", "--tenant", "nosuch"))[1]).toContain(unseen);
  await ask(gateway);
  const { tenants } = JSON.parse((await callAdmin(gateway, "/tenants")).text);
  const { tenant } = tenants.find(({ requests }: { readonly requests: number }) => requests > 0);
  expect((await prompts("set", "own", "short.txt", "--tenant", tenant))[1]).toBe("own@1 is registered.\n");
  expect((await prompts("warm", "own", "--tenant", tenant, ...where))[1]).toMatch(
    /skipped +below-minimum: shorter than 16 tokens/,
  );

  expect(await prompts("delete", "own@1", "--tenant", tenant)).toEqual([0, "own@1 is deleted.\n", ""]);
  expect(await prompts("delete", "house")).toEqual([0, "house@1 is deleted.\n", ""]);
  expect((await prompts("delete", "nosuch"))[0]).toBe(1);
  expect((await prompts("delete", "../own"))[0]).toBe(2);
});

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
});
