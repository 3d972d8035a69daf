import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { runCommand } from "./gateway-process.ts";
import { temporaryFolder } from "./running-gateway.ts";

const limit = 60_000;
const foods = ["an egg", "rice", "a potato", "lentils", "pasta", "a carrot", "broccoli", "a fish", "beans", "corn"];
const places = ["Oslo", "Lima", "Cairo", "Hanoi", "Quito", "Dakar", "Perth", "Turin", "Kyoto", "Malmo"];

/** Questions that are the same but for their form, and questions that are about something else. */
function csvOfPairs(): string {
  const rows = foods.flatMap((food) =>
    places.flatMap((place, index) => {
      const question = `How do I cook ${food}, as they do in ${place}?`;
      const other = `How do I cook ${food}, as they do in ${places[(index + 1) % places.length]}?`;
      return [
        `"${question}","${question.toLowerCase()}",1`,
        `"${question}","  ${question.replace("?", "")}",1`,
        `"${question}","Please, ${question}",1`,
        `"${question}","Can you tell me: ${question}",1`,
        `"${question}","${question}",1`,
        `"${question}","${other}",0`,
      ];
    }),
  );
  return ["a,b,label", ...rows].join("\n");
}

describe("surface: reprise tune finds a threshold from labels", () => {
  test(
    "pairs, told in words, as JSON and as a picture",
    async () => {
      const cwd = temporaryFolder();
      writeFileSync(join(cwd, "pairs.csv"), csvOfPairs());
      const told = await runCommand(["tune", "pairs.csv", "--wrong", "0.02", "--svg", "curve.svg"], { cwd });
      expect([told.code, told.stderr]).toEqual([0, ""]);
      expect(told.stdout).toContain("pairs.csv: 600 records, 500 right and 100 wrong");
      expect(told.stdout).toMatch(/layers\.semantic\.threshold: [01](\.\d+)?\n$/);
      expect(readFileSync(join(cwd, "curve.svg"), "utf8")).toMatch(/^<svg .*<\/svg>\n$/s);

      const { code, stdout } = await runCommand(["tune", "pairs.csv", "--wrong", "2%", "--json"], { cwd });
      const result = JSON.parse(stdout);
      expect(code).toBe(0);
      expect(result).toMatchObject({ ok: true, records: 600, right: 500, allowed: 0.02, by: "similarity" });
      expect(result.recommended.threshold.upper).toBeLessThanOrEqual(0.02);
      expect(told.stdout).toContain(`layers.semantic.threshold: ${result.recommended.threshold.threshold}`);
    },
    limit,
  );

  test(
    "too few labels show nothing: status 1, and how many it takes",
    async () => {
      const cwd = temporaryFolder();
      const lines = [1, 1, 0].map((right, index) => JSON.stringify({ score: 0.9 + index / 100, right }));
      writeFileSync(join(cwd, "observed.jsonl"), lines.join("\n"));
      const { code, stdout } = await runCommand(["tune", "observed.jsonl"], { cwd });
      expect(code).toBe(1);
      expect(stdout).toContain("No threshold is sure to keep wrong hits to 1 %. It takes 384 hits");
    },
    limit,
  );

  test(
    "a mistake in the file is told with its line and status 1, one in the command with status 2",
    async () => {
      const cwd = temporaryFolder();
      writeFileSync(join(cwd, "pairs.tsv"), "a\tb\tlabel\nBoil rice\tCook rice\tperhaps\n");
      const file = await runCommand(["tune", "pairs.tsv", "--json"], { cwd });
      expect(file.code).toBe(1);
      expect(JSON.parse(file.stdout)).toMatchObject({
        ok: false,
        action: "tune",
        error: { code: "labelled_file", message: expect.stringContaining("pairs.tsv, line 2: label must be 1 or 0") },
      });
      for (const args of [
        ["--wrong", "0"],
        ["--wrong", "150%"],
        ["--wrong", "much"],
        ["--embedder", "other"],
      ]) {
        const { code, stdout, stderr } = await runCommand(["tune", "pairs.tsv", ...args], { cwd });
        expect([code, stdout]).toEqual([2, ""]);
        expect(stderr).toContain(args[0]);
      }
    },
    limit,
  );
});
