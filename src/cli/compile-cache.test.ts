import { chmodSync, mkdtempSync, rmSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { privateFolder } from "./compile-cache.ts";

describe("privateFolder", () => {
  let parent = "";

  beforeEach(() => {
    parent = mkdtempSync(join(tmpdir(), "reprise-compile-"));
  });

  afterEach(() => rmSync(parent, { recursive: true }));

  const made = () => privateFolder(parent) as string;

  it("is made for its owner only, and found again", () => {
    const folder = made();
    expect(statSync(folder).mode & 0o777).toBe(0o700);
    expect(privateFolder(parent)).toBe(folder);
  });

  it("is not used when others could put code into it", () => {
    chmodSync(made(), 0o777);
    expect(privateFolder(parent)).toBeUndefined();
  });

  it("is not used when it leads elsewhere, or is no folder", () => {
    const folder = made();
    rmSync(folder, { recursive: true });
    symlinkSync(parent, folder);
    expect(privateFolder(parent)).toBeUndefined();
    rmSync(folder);
    writeFileSync(folder, "");
    expect(privateFolder(parent)).toBeUndefined();
  });

  it("is done without where nothing can be made", () => {
    expect(privateFolder(join(parent, "file", "\0"))).toBeUndefined();
  });
});
