import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { readPromptFile } from "./prompt-file.ts";

const folder = mkdtempSync(join(tmpdir(), "reprise-prompt-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function file(bytes: string | Uint8Array): string {
  const name = join(folder, "prompt.txt");
  writeFileSync(name, bytes);
  return name;
}

describe("the file of a prompt", () => {
  it("is read as it stands, to the last line end, without the mark of its encoding", async () => {
    expect(await readPromptFile(file("Grüße\r\n\n"))).toBe("Grüße\r\n\n");
    expect(await readPromptFile(file("\ufeffHi"))).toBe("Hi");
  });

  it.each([
    ["is not UTF-8", Buffer.from([0x48, 0xe9])],
    ["is empty", ""],
    ["is larger than 262144 bytes", "x".repeat(262_145)],
  ])("that %s is refused", async (why, bytes) => {
    await expect(readPromptFile(file(bytes))).rejects.toMatchObject({
      code: "prompt_file",
      message: expect.stringContaining(why),
    });
  });

  it("that is not there is told by its name", async () => {
    await expect(readPromptFile(join(folder, "none.txt"))).rejects.toThrow("none.txt cannot be read (ENOENT)");
  });
});
