import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { runCommand } from "./gateway-process.ts";
import { inMemory, runBoth } from "./running-gateway.ts";

/** What was asked wrongly is exit status 2, by the name that it was given under, whoever finds it: this or the gateway. */

type Mistake = readonly [args: readonly string[], told: string];

const id = "anonymous:0123456789abcdefghijklmnopqrstuvwxyzABCDEFG";

const found: readonly Mistake[] = [
  [["keys", "create", "--tenant", "a b"], "--tenant must be 1 to 128 of"],
  [["keys", "create", "--tenant", "acme", "--layer", "foo"], "--layer must be a list of exact"],
  [["keys", "create", "--tenant", "acme", "--limit", "perDay=1"], "--limit perDay must be one of"],
  [["keys", "create", "--tenant", "acme", "--limit", "usdPerDay=much"], "--limit usdPerDay must be an amount"],
  [["keys", "rotate", "foo"], "This is not the id of a key"],
  [["entries", "--layer", "foo"], "--layer must be exact, semantic or embedding"],
  [["prompts", "list", "--window", "x"], "--window must be a number of minutes"],
  [["publish", "Hours"], "The name must be 1 to 100 of"],
];

const together: readonly Mistake[] = [
  [["publish", "hours", "--entry", id, "--show-version", "1"], "--entry and --show-version cannot be given together"],
  [["publish", "hours", "--every", "1h"], "--every needs --prompt"],
  [["publish", "hours", "--show-version", "1", "--title", "Hours"], "--title needs --entry or --prompt"],
  [["publish", "--draft"], "--draft needs --entry"],
];

test("what the gateway finds wrong is told by the name of its flag, with exit status 2", async () => {
  const { gateway } = await runBoth(inMemory);
  const file = join(gateway.folder, "news.json");
  writeFileSync(file, "{}");
  const fresh = ["publish", "news", "--prompt", file];
  const ofPrompts: readonly Mistake[] = [
    [[...fresh, "--every", "5s"], "--every must be a duration of at least a minute"],
    [[...fresh, "--every", "1h", "--path", "/v1/models"], "--path must be the path of a chat endpoint"],
    [
      [...fresh, "--every", "1h", "--credential", "x-api-key: sk-1"],
      "--credential x-api-key must name an environment variable",
    ],
  ];
  const mistakes = [...found, ...together, ...ofPrompts];
  for (const [args, told] of mistakes) {
    const { code, stdout, stderr } = await runCommand([...args, "--url", gateway.url, "--data", gateway.folder]);
    expect([args, code, stdout, stderr]).toEqual([args, 2, "", expect.stringContaining(`reprise: ${told}`)]);
  }
}, 240_000);

test.each([
  [["serve", "--bogus"], "unknown option '--bogus'", "(reprise serve --help shows its options)"],
  [["keys", "make"], "unknown command 'make'", "(reprise keys --help shows its commands)"],
  [["keys", "rotate"], "missing required argument 'id'", "(reprise keys rotate --help shows its options)"],
])("%j says where help is", async (args, told, where) => {
  const { code, stderr } = await runCommand(args);
  expect([code, stderr]).toEqual([2, expect.stringContaining(told)]);
  expect(stderr).toContain(where);
});

test("help writes defaults as they are typed", async () => {
  const { stdout } = await runCommand(["entries", "--help"]);
  expect(stdout.replace(/\s+/g, " ")).toContain("up to 10000 (default: 50)");
});
