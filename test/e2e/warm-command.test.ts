import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { ask, bearer, question, statusOf } from "./chat-call.ts";
import { runCommand } from "./gateway-process.ts";
import { inMemory, runBoth, temporaryFolder } from "./running-gateway.ts";

test("reprise warm asks for what is not there, and says what became of each call", async () => {
  const { origin, gateway } = await runBoth(inMemory);
  origin.plan((call) => (JSON.stringify(call.json).includes("cut") ? { finishReason: "length" } : {}));
  const file = join(gateway.folder, "questions.jsonl");
  const records = [
    question("One?", { stream: true }),
    { request: question("Two?"), time: 1 },
    { custom_id: "3", url: "/v1/chat/completions", body: question("Please be cut") },
    question("One?"),
  ];
  writeFileSync(file, [...records.map((one) => JSON.stringify(one)), "no call"].join("\n"));
  const environment = { WARM_KEY: "sk-warm" };
  const flags = ["--credential-env", "WARM_KEY", "--concurrency", "1"];
  const warm = (...args: readonly string[]) => runCommand(["warm", ...args, "--url", gateway.url], { environment });

  const first = await warm(file, ...flags);
  expect([first.code, first.stderr, first.stdout]).toEqual([
    0,
    "",
    "4 calls: 2 stored, 1 there already, 1 not stored (finish_length), 1 record not read.\n  line 5 is no JSON\n",
  ]);
  expect(statusOf(await ask(gateway, question("Two?"), bearer("sk-warm")))).toBe("HIT");
  expect(origin.callCount).toBe(3);

  const again = JSON.parse((await warm(file, ...flags, "--json")).stdout);
  expect(again).toMatchObject({ ok: true, calls: 4, stored: 0, there: 3, failed: 0 });

  const wrong = await warm(file, "--header", "x-ai-cache: sometimes");
  expect([wrong.code, wrong.stdout]).toEqual([1, expect.stringMatching(/^4 calls: .* 4 failed/)]);
  expect(wrong.stdout).toContain("\n  line 1: status 400, X-AI-Cache must be one of");
  const misuses = await Promise.all([
    warm(file, "--credential-env", "NO_SUCH_KEY"),
    warm(file, "--concurrency", "0"),
    runCommand(["warm", file, ...flags, "--url", gateway.url], { environment: { WARM_KEY: "sk-warm\n" } }),
    warm(file, "--header", "x-ai-cache-namespace: \u2192"),
    warm(file, "--header", "connection: close"),
    warm(file, ...flags, "--credential-header", "x key"),
    runCommand(["warm", file, "--url", "http://127.0.0.1:1"]),
  ]);
  expect(misuses.map(({ code, stderr }) => [code, stderr.slice(0, 80)])).toEqual([
    [2, expect.stringContaining("NO_SUCH_KEY is not set")],
    [2, expect.stringContaining("--concurrency must be")],
    [2, expect.stringContaining("WARM_KEY")],
    [2, expect.stringContaining("x-ai-cache-namespace")],
    [2, expect.stringContaining("connection")],
    [2, expect.stringContaining("x key")],
    [1, expect.stringContaining("No gateway answers at http://127.0.0.1:1")],
  ]);
}, 240_000);

test("reprise warm names first with whose key it asks, and fails where nothing of the file is a call", async () => {
  const help = (await runCommand(["warm", "--help"])).stdout;
  expect(help.indexOf("--credential-env <name>")).toBeLessThan(help.indexOf("--url <url>"));
  const file = join(temporaryFolder(), "nothing.jsonl");
  writeFileSync(file, "no call\n");
  const nothing = await runCommand(["warm", file, "--url", "http://127.0.0.1:1"]);
  expect([nothing.code, nothing.stdout]).toEqual([
    1,
    expect.stringContaining("1 record not read.\n  line 1 is no JSON"),
  ]);
}, 240_000);
