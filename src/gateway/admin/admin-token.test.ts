import { chmodSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { systemRandom } from "../../core/clock.ts";
import { adminTokenFile, obtainAdminToken, readAdminToken, showsToken } from "./admin-token.ts";

function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "reprise-token-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

const obtain = (directory: string, given?: string) => obtainAdminToken({ given, directory, random: systemRandom });

describe("obtainAdminToken", () => {
  test("makes folder and token for their owner alone, once, and leaves nothing else behind", () => {
    const folder = join(temporaryFolder(), "new", "folder");
    const made = obtain(folder);
    expect(made).toEqual({ kind: "open", token: expect.stringMatching(/^[\w-]{43}$/) });
    expect(obtain(folder)).toEqual(made);
    expect([statSync(folder).mode & 0o777, statSync(adminTokenFile(folder)).mode & 0o777]).toEqual([0o700, 0o600]);
    expect(readdirSync(folder)).toEqual(["admin-token"]);
  });

  test("of two that are made at once the first counts", () => {
    const folder = temporaryFolder();
    // Another process is quicker, after this one has found no token and before it has put its own there.
    let isFirst = true;
    const random = {
      fraction: () => 0,
      bytes(length: number) {
        if (isFirst) {
          isFirst = false;
          writeFileSync(adminTokenFile(folder), "the-token-of-the-other\n");
        }
        return systemRandom.bytes(length);
      },
    };
    const token = obtainAdminToken({ given: undefined, directory: folder, random });
    expect(token).toEqual({ kind: "open", token: "the-token-of-the-other" });
    expect(readdirSync(folder)).toEqual(["admin-token"]);
  });

  test("takes back rights that others were given on it", () => {
    const folder = temporaryFolder();
    writeFileSync(adminTokenFile(folder), "a-token-that-is-long-enough");
    chmodSync(adminTokenFile(folder), 0o644);
    expect(obtain(folder).kind).toBe("open");
    expect(statSync(adminTokenFile(folder)).mode & 0o777).toBe(0o600);
  });

  test("with a configured one touches no file", () => {
    const folder = join(temporaryFolder(), "none");
    expect(obtain(folder, "configured")).toEqual({ kind: "open", token: "configured" });
    expect(() => readdirSync(folder)).toThrow("ENOENT");
  });

  test.each(["", "\n", "short"])("%j in the file is no token", (text) => {
    const folder = temporaryFolder();
    writeFileSync(adminTokenFile(folder), text);
    expect(obtain(folder)).toMatchObject({ kind: "closed", reason: expect.stringContaining("holds no token") });
  });

  test("a data folder that is a file leaves it closed, and says what to do", () => {
    const file = join(temporaryFolder(), "file");
    writeFileSync(file, "");
    const closed = obtain(file);
    expect(closed).toMatchObject({ kind: "closed", remedy: expect.stringContaining("REPRISE_ADMIN_TOKEN") });
    expect(() => readAdminToken(file)).toThrow("ENOTDIR");
    expect(readAdminToken(join(file, "..", "nowhere"))).toBeUndefined();
  });
});

describe("showsToken", () => {
  test.each([
    ["Bearer the-token", true],
    ["bearer  the-token ", true],
    ["Bearer the-toke", false],
    ["Bearer the-token2", false],
    ["Bearer the-token the-token", false],
    ["Basic the-token", false],
    ["the-token", false],
    ["Bearer ", false],
    ["", false],
    [undefined, false],
  ])("%j: %s", (authorization, shows) => {
    expect(showsToken(authorization, "the-token")).toBe(shows);
  });
});
