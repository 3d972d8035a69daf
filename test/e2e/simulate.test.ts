import { spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { runCommand } from "./gateway-process.ts";
import { temporaryFolder } from "./running-gateway.ts";

const noon = Date.UTC(2026, 4, 1, 12) / 1_000;

function call(content: string, at: number, answer = "An answer.", model = "gpt-4o-mini"): string {
  return JSON.stringify({
    request: { model, temperature: 0, messages: [{ role: "user", content }] },
    response: {
      ...{ id: "a", object: "chat.completion", created: 1, model },
      choices: [{ index: 0, message: { role: "assistant", content: answer }, finish_reason: "stop" }],
      usage: { prompt_tokens: 1_000, completion_tokens: 100, total_tokens: 1_100 },
    },
    ...{ time: noon + at, duration_ms: 800 },
  });
}

/** A hundred calls of which eighty repeat another one. */
const calls = Array.from({ length: 100 }, (_, index) => call(`Who wrote book ${index % 20}?`, index * 10));

describe("surface: reprise simulate says what each layer would have saved", () => {
  test("in words, as a page and as JSON; what cannot be used is named", async () => {
    const cwd = temporaryFolder();
    const odd = call("<b>bold</b>", 2_000, "no", "<i>house</i>");
    writeFileSync(join(cwd, "calls.jsonl"), [...calls, '{"torn', odd].join("\n"));
    const flags = ["--set", "layers.exact.ttl=1m,layers.semantic.mode=off", "--html", "report.html"];
    const told = await runCommand(["simulate", "calls.jsonl", ...flags], { cwd });
    expect([told.code, told.stderr]).toEqual([0, ""]);
    expect(told.stdout).toMatch(/^calls\.jsonl: 101 calls \(openai\) from 2026-05-01 12:00 to 2026-05-01 12:33\n/);
    for (const name of ["exact", "exact, semantic observes", "exact and semantic", "layers.exact.ttl=1m"])
      expect(told.stdout.split("\n")[2]).toContain(name);
    expect(told.stdout).toMatch(/\nhit rate +79\.2 % +79\.2 % +79\.2 % +0 %\n/);
    expect(told.stdout).toContain("1 of 102 records could not be used:\n  line 101: is no JSON");
    expect(told.stdout).toContain("Without a price, or without tokens: <i>house</i>.");

    const page = readFileSync(join(cwd, "report.html"), "utf8");
    expect(page).toContain("prefers-color-scheme: dark");
    expect(page.match(/<svg role="img"/g)).toHaveLength(3);
    expect(page).not.toMatch(/<script|https?:\/\/|<i>house/);
    expect(page).toContain("&lt;i&gt;house");

    const { code, stdout } = await runCommand(["simulate", "calls.jsonl", "--semantic", "off", "--json"], { cwd });
    const result = JSON.parse(stdout);
    expect(code).toBe(0);
    expect(result).toMatchObject({ ok: true, reading: { calls: 101, broken: 1, formats: { openai: 101 } } });
    // 1,000 and 100 tokens at 0.15 and 0.60 dollars for a million.
    expect(result.settings).toMatchObject([
      { name: "exact", outcomes: { hit: 80, miss: 21 }, money: { spent: "0.0042", saved: "0.0168", net: "0.0168" } },
    ]);
  });

  test("from standard input, packed, to a configuration of one's own", async () => {
    const cwd = temporaryFolder();
    writeFileSync(join(cwd, "short.yaml"), 'layers:\n  exact: { ttl: "1m" }\n');
    const main = fileURLToPath(new URL("../../src/cli/main.ts", import.meta.url));
    const input = gzipSync(calls.join("\n"));
    const args = [main, "simulate", "-", "--semantic", "none", "--config", "short.yaml", "--json"];
    const { status, stdout } = spawnSync(process.execPath, args, { cwd, input, encoding: "utf8" });
    expect(status).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      log: "standard input",
      settings: [{ outcomes: { hit: 0, miss: 100 } }],
    });
  });

  test("what cannot be read is exit status 1, and a wrong command 2, each with its remedy", async () => {
    const cwd = temporaryFolder();
    writeFileSync(join(cwd, "none.jsonl"), "{}\n");
    writeFileSync(join(cwd, "cut.jsonl.gz"), gzipSync(calls.join("\n")).subarray(0, -20));
    const run = (...args: readonly string[]) => runCommand(["simulate", ...args], { cwd });
    expect(await run("none.jsonl")).toMatchObject({
      code: 1,
      stderr: expect.stringContaining("line 1 is of no format"),
    });
    expect(await run("away.jsonl")).toMatchObject({ code: 1, stderr: expect.stringContaining("does not exist") });
    const cut = await run("cut.jsonl.gz", "--semantic", "off");
    expect(cut).toMatchObject({
      code: 1,
      stdout: expect.stringContaining("could not be read to its end: cut.jsonl.gz is"),
    });
    for (const wrong of [
      ["--format", "apache"],
      ["--semantic", "none"],
      ["--semantic", "all"],
      ["--set", "ttl"],
    ])
      expect(await run("none.jsonl", ...wrong)).toMatchObject({ code: 2, stdout: "" });
    const option = await run("none.jsonl", "--set", "layers.exact.tll=10m");
    expect(option).toMatchObject({ code: 2, stderr: expect.stringContaining("layers.exact.tll") });
  });
});

test("surface: reprise tune learns from a log of calls", async () => {
  const cwd = temporaryFolder();
  // Each is asked again in other words; a third of the models had another answer to that.
  const pairs = Array.from({ length: 60 }, (_, index) => {
    const asked = `How do I cook rice for ${index + 2} people?`;
    const again = `Please, how do I cook rice for ${index + 2} people`;
    return [
      call(asked, index * 100, `a ${index}`),
      call(again, index * 100 + 50, index % 3 === 0 ? "b" : `a ${index}`),
    ];
  });
  writeFileSync(join(cwd, "calls.jsonl"), pairs.flat().join("\n"));
  const { code, stdout, stderr } = await runCommand(["tune", "calls.jsonl", "--json"], { cwd });
  // Nothing is sure to keep a bound when a third is wrong.
  expect([code, stderr]).toEqual([1, ""]);
  expect(JSON.parse(stdout)).toMatchObject({ ok: true, by: "score", records: 60, right: 40 });
});
