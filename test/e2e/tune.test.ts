import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { createCache } from "../../src/cache.ts";
import { learntKey, writeEvidence } from "../../src/layers/semantic/learnt.ts";
import { sqlite } from "../../src/stores/sqlite.ts";
import { runCommand } from "./gateway-process.ts";
import { temporaryFolder } from "./running-gateway.ts";

const limit = 240_000;
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
      expect(told.stdout).toMatch(/layers\.semantic\.threshold: [01](\.\d+)?\n.*layers\.semantic\.target: 0\.\d+\n$/);
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
    "what a store keeps is printed as a file that can be tuned by",
    async () => {
      const cwd = temporaryFolder();
      const store = sqlite({ directory: join(cwd, "kept"), maxBytes: 64 * 1024 * 1024 });
      const cache = await createCache({ store });
      const kept = { deleteAt: Date.now() + 3_600_000, priority: "low" } as const;
      for (let entry = 0; entry < 300; entry++) {
        const score = 0.5 + entry / 600;
        const observations = [1, 2, 3].map((round) => ({ score, right: score > 0.7 || round === 1 }));
        await store.set("library", learntKey(`slot-${entry}`), writeEvidence({ observations, blocked: [] }), kept);
      }
      await cache.close();
      const args = ["tune", "--observations", "--data", "kept"];
      const told = await runCommand([...args, "--tenant", "library"], { cwd });
      expect([told.code, told.stderr]).toEqual([0, ""]);
      const lines = told.stdout.trimEnd().split("\n");
      expect(lines).toHaveLength(900);
      expect(lines.every((line) => /^\{"score":0\.\d+,"right":(true|false)\}$/.test(line))).toBe(true);
      writeFileSync(join(cwd, "observed.jsonl"), told.stdout);
      const tuned = await runCommand(["tune", "observed.jsonl"], { cwd });
      expect(tuned.code).toBe(0);
      expect(tuned.stdout).toContain("At most 1 % wrong hits: scores from 0.");

      const nobody = await runCommand([...args, "--tenant", "nobody"], { cwd });
      expect([nobody.code, nobody.stdout]).toEqual([1, ""]);
      expect(nobody.stderr).toContain("There are no observations in the store");
      for (const misuse of [["tune"], ["tune", "observed.jsonl", "--observations", "--data", "kept"]])
        expect((await runCommand(misuse, { cwd })).code).toBe(2);
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
