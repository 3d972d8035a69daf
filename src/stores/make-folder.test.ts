import { mkdtempSync, rmSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { makeFolder } from "./make-folder.ts";

function temporary(): string {
  const folder = mkdtempSync(join(tmpdir(), "reprise-folder-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

it("makes all that is missing, for its owner alone, and takes what is there", () => {
  const folder = temporary();
  for (let time = 0; time < 2; time++) makeFolder(join(folder, "a", "b"));
  for (const made of ["a", "a/b"]) expect(statSync(join(folder, made)).mode & 0o777).toBe(0o700);
});

it("follows a link to a folder", () => {
  const folder = temporary();
  makeFolder(join(folder, "a"));
  symlinkSync(join(folder, "a"), join(folder, "link"));
  makeFolder(join(folder, "link", "b"));
  expect(statSync(join(folder, "a", "b")).isDirectory()).toBe(true);
});

it.each([
  ["a file", "file", "EEXIST"],
  ["what is below a file", "file/sub/folder", "ENOTDIR"],
  ["a link to nowhere", "nowhere", "ENOENT"],
])("throws for %s", (_, name, code) => {
  const folder = temporary();
  writeFileSync(join(folder, "file"), "");
  symlinkSync(join(folder, "absent"), join(folder, "nowhere"));
  expect(() => makeFolder(join(folder, name))).toThrow(expect.objectContaining({ code }));
});

it.runIf(process.platform === "linux")("throws where the system takes no folders", () => {
  expect(() => makeFolder("/proc/reprise/data")).toThrow(expect.objectContaining({ code: "ENOENT" }));
});
