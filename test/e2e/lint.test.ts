import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { runCommand } from "./gateway-process.ts";
import { temporaryFolder } from "./running-gateway.ts";

const noon = Date.UTC(2026, 4, 1, 12);
const rules = "Parcels are kept for a week. A signature is needed above fifty. Nothing is left at the door. ".repeat(
  60,
);

interface Said {
  readonly system: string;
  readonly cached?: number;
  readonly model?: string;
}

function call({ system, cached = 0, model = "gpt-4o" }: Said, index: number): object {
  return {
    request: {
      model,
      messages: [
        { role: "system", content: system },
        { role: "user", content: `Where is parcel ${index}?` },
      ],
    },
    response: {
      ...{ id: "a", object: "chat.completion", created: 1, model },
      choices: [{ index: 0, message: { role: "assistant", content: "On its way." }, finish_reason: "stop" }],
      usage: {
        ...{ prompt_tokens: 1_500, completion_tokens: 5, total_tokens: 1_505 },
        prompt_tokens_details: { cached_tokens: cached },
      },
    },
    ...{ time: (noon + index * 60_000) / 1_000, duration_ms: 800 },
  };
}

const dated = Array.from({ length: 61 }, (_, index) =>
  call({ system: `It is ${new Date(noon + index * 60_000).toISOString()}.\n${rules}` }, index),
);
const sound = Array.from({ length: 61 }, (_, index) => call({ system: rules, cached: index === 0 ? 0 : 1_408 }, index));

function written(records: readonly object[], name = "calls.jsonl"): string {
  const cwd = temporaryFolder();
  const text = records.map((record) => JSON.stringify(record)).join("\n");
  writeFileSync(join(cwd, name), name.endsWith(".gz") ? gzipSync(text) : text);
  return cwd;
}

describe("surface: reprise lint names what breaks shared prefixes", () => {
  test("as a table, with example, remedy and what it costs, and exit status 1", async () => {
    const cwd = written(dated);
    const { code, stdout, stderr } = await runCommand(["lint", "calls.jsonl"], { cwd });
    expect([code, stderr]).toEqual([1, ""]);
    expect(stdout).toMatch(
      /^calls\.jsonl: 61 prompts \(openai\) in one group from 2026-05-01 12:00 to 2026-05-01 13:00\n/,
    );
    expect(stdout).toMatch(/\n1 +date or time +messages\[0\] +\d+ +60 of 61 +[\d,]+ \(9\d\.\d %\) +\$\d/);
    expect(stdout).toContain("lines 60 and 61: ");
    expect(stdout).toContain("Move the date or time behind everything that stays the same");
  });

  test("as JSON, with the price of what was lost", async () => {
    const cwd = written(dated, "calls.jsonl.gz");
    const { code, stdout } = await runCommand(["lint", "calls.jsonl.gz", "--json"], { cwd });
    const { breaks, lapses } = JSON.parse(stdout);
    expect([code, lapses]).toEqual([1, []]);
    expect(breaks).toMatchObject([{ cause: "date", place: "messages[0]", calls: 60, group: { model: "gpt-4o" } }]);
    const [{ lost }] = breaks;
    // A million costs 1.25 dollars less from the cache, and the log is of an hour.
    expect(Number(lost.usd)).toBeCloseTo((lost.tokens * 1.25) / 1e6, 6);
    expect(Number(lost.usdPerDay)).toBeCloseTo(24 * Number(lost.usd), 6);
  });

  test("prices of one's own count, and a model without one has none", async () => {
    const unknown = dated.map((_, index) =>
      call({ system: `It is 12:${10 + (index % 50)}.\n${rules}`, model: "own-1" }, index),
    );
    const cwd = written(unknown);
    expect((await runCommand(["lint", "calls.jsonl"], { cwd })).stdout).toContain("no price");
    writeFileSync(join(cwd, "reprise.yaml"), 'prices:\n  "own-*": { input: 3, output: 3, cacheRead: 1 }\n');
    const { stdout } = await runCommand(["lint", "calls.jsonl", "--json"], { cwd });
    const [{ lost }] = JSON.parse(stdout).breaks;
    expect(Number(lost.usd)).toBeCloseTo((lost.tokens * 2) / 1e6, 6);
  });

  test("rules of one's own count: what no provider keeps is not lost", async () => {
    const cwd = written(dated);
    writeFileSync(join(cwd, "reprise.yaml"), 'layers:\n  prefix:\n    rules:\n      "gpt-*": { leastTokens: 9000 }\n');
    const { code, stdout } = await runCommand(["lint", "calls.jsonl"], { cwd });
    expect([code, stdout.split("\n")[2]]).toEqual([0, "Nothing keeps prompts from sharing their prefixes."]);
  });

  test("nothing in a log without a fault, and exit status 0", async () => {
    const cwd = written(sound);
    const { code, stdout } = await runCommand(["lint", "calls.jsonl"], { cwd });
    expect([code, stdout.split("\n")[2]]).toEqual([0, "Nothing keeps prompts from sharing their prefixes."]);
  });

  test("the gateway's own log, redacted: hits are left out, and it says what cannot be told", async () => {
    const token = (letter: string, length: number) => `~${letter.repeat(16)}:${length}`;
    const line = (index: number, fields: object = {}) => ({
      ...{ v: 1, at: noon + index * 60_000, outcome: "miss", protocol: "openai-chat", endpoint: "/chat/completions" },
      ...{ origin: "https://api.openai.com/v1", content: "redacted", status: 200 },
      request: {
        model: "gpt-4o",
        messages: [
          { role: "system", content: token("abcdefgh"[index % 8] as string, 5_000) },
          { role: "user", content: token("x", 4_000) },
          { role: "assistant", content: token("y", 2_000) },
        ],
      },
      ...fields,
    });
    const cwd = written([...Array.from({ length: 8 }, (_, index) => line(index)), line(9, { outcome: "hit" })]);
    const { code, stdout } = await runCommand(["lint", "calls.jsonl"], { cwd });
    expect(code).toBe(1);
    expect(stdout).toMatch(/\n1 +not told \(redacted\) +messages\[0\] +\d+ +7 of 8 /);
    expect(stdout).toContain("8 prompts have no texts in the log");
    expect(stdout).toContain("answered without a model, or by nobody: 1.");
  });

  test("what cannot be read is exit status 1, and a wrong command 2, each with its remedy", async () => {
    const cwd = written([{}]);
    const run = (...args: readonly string[]) => runCommand(["lint", ...args], { cwd });
    expect(await run("calls.jsonl")).toMatchObject({
      code: 1,
      stderr: expect.stringContaining("line 1 is of no format"),
    });
    expect(await run("away.jsonl")).toMatchObject({ code: 1, stderr: expect.stringContaining("does not exist") });
    expect(await run("calls.jsonl", "--format", "apache")).toMatchObject({ code: 2, stdout: "" });
    expect(await run("calls.jsonl", "--config", "none.yaml")).toMatchObject({ code: 2, stdout: "" });
  });
});
