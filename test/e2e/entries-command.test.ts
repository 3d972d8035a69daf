import { describe, expect, test } from "vitest";
import { ask, question } from "./chat-call.ts";
import { runCommand } from "./gateway-process.ts";
import { linesOf } from "./one-line-errors.ts";
import { inMemory, type RunningGateway, runGateway, runOrigin } from "./running-gateway.ts";

const limit = 240_000;

/** `reprise entries` as somebody beside this gateway runs it. */
function entries({ url, folder }: Pick<RunningGateway, "url" | "folder">, args: readonly string[] = []) {
  return runCommand(["entries", ...args, "--port", new URL(url).port, "--data", folder]);
}

describe("reprise entries", () => {
  test(
    "lists what is stored as a table, by what is looked for, and as JSON",
    async () => {
      const gateway = await runGateway(await runOrigin(), { ...inMemory, layers: { semantic: { mode: "off" } } });
      expect(await entries(gateway)).toEqual({ code: 0, stdout: "Nothing is stored that fits.\n", stderr: "" });
      const ids: string[] = [];
      for (const name of ["a", "b", "c"]) {
        const answer = await ask(gateway, question(name), { "x-ai-cache-tags": `doc:${name}` });
        ids.unshift(String(answer.headers["x-ai-cache-entry"]));
      }
      const table = (await entries(gateway)).stdout.trimEnd().split("\n");
      expect(table[0]).toMatch(/^LAYER +STATE +AGE +SIZE +MODEL +TEXT +ID$/);
      expect(table.slice(1).map((line) => line.split("  ").at(-1))).toEqual(ids);
      expect(table[1]).toMatch(/^exact +fresh +\d+s +[\d.]+ K?B +scripted-large +\S/);
      const some = (await entries(gateway, ["--limit", "2"])).stdout.trimEnd().split("\n");
      expect([some.length, some.at(-1)]).toEqual([5, "There are more; narrow the search, or raise --limit."]);
      const found = JSON.parse((await entries(gateway, ["--tag", "doc:b", "--model", "scripted-*", "--json"])).stdout);
      expect(found).toMatchObject({ ok: true, listing: "supported", entries: [{ id: ids[1], tags: ["doc:b"] }] });
    },
    limit,
  );

  test.each([
    [["--limit", "0"], "--limit must be a whole number from 1 to 10000", 2],
    [["--layer", "prefix"], "layer must be exact, semantic or embedding", 2],
  ])(
    "%j is told in one line",
    async (args, message, code) => {
      const gateway = await runGateway(await runOrigin(), inMemory);
      const run = await entries(gateway, args);
      expect([run.code, run.stdout, linesOf(run.stderr).length]).toEqual([code, "", 1]);
      expect(run.stderr).toContain(message);
    },
    limit,
  );
});
