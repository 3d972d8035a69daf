import { mkdtempSync, readdirSync, readFileSync, renameSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { LogFile } from "./log-file.ts";

const now = Date.UTC(2026, 4, 1, 12);

function placeOfLog(): { readonly folder: string; readonly path: string } {
  const folder = mkdtempSync(join(tmpdir(), "reprise-log-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return { folder, path: join(folder, "access.jsonl") };
}

function linesBelow(folder: string): readonly string[] {
  return readdirSync(folder).flatMap((name) => {
    const text = readFileSync(join(folder, name), "utf8");
    expect(text === "" || text.endsWith("\n")).toBe(true);
    return text.split("\n").slice(0, -1);
  });
}

// Names that are put aside differ by process; here, where all are one, by time.
test("several that write to one file tear no line and lose none, also while it is put aside", async () => {
  const { folder, path } = placeOfLog();
  const writers = Array.from({ length: 4 }, () => new LogFile({ path, maxBytes: 40_000, keep: 1_000 }));
  const rounds = 50;
  await Promise.all(
    writers.map(async (writer, who) => {
      for (let round = 0; round < rounds; round++) {
        const batch = [0, 1, 2].map((line) => `${who} ${round} ${line} ${"x".repeat(200)}\n`);
        await writer.append(batch.join(""), now + 10 * round + who);
      }
    }),
  );
  await Promise.all(writers.map((writer) => writer.close()));
  const lines = linesBelow(folder);
  expect(readdirSync(folder).length).toBeGreaterThan(2);
  expect(new Set(lines).size).toBe(writers.length * rounds * 3);
  for (const line of lines) expect(line).toMatch(/^\d \d+ \d x{200}$/);
});

test("what was moved away is let go at the next write", async () => {
  const { folder, path } = placeOfLog();
  const file = new LogFile({ path, maxBytes: 1_000_000, keep: 2 });
  await file.append("one\n", now);
  renameSync(path, join(folder, "moved"));
  await file.append("two\n", now);
  await file.close();
  expect(readFileSync(join(folder, "moved"), "utf8")).toBe("one\n");
  expect(readFileSync(path, "utf8")).toBe("two\n");
});

test("a folder that is not there rejects, and the next write may do", async () => {
  const { path } = placeOfLog();
  const options = { maxBytes: 1_000, keep: 1 };
  const file = new LogFile({ path: join(path, "none", "access.jsonl"), ...options });
  await expect(file.append("one\n", now)).rejects.toMatchObject({ code: "ENOENT" });
  file.reopen({ path, ...options });
  await file.append("two\n", now);
  await file.close();
  expect(readFileSync(path, "utf8")).toBe("two\n");
});
