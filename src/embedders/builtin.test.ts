import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { builtin } from "./builtin.ts";

function temporary(name: string): string {
  const folder = mkdtempSync(join(tmpdir(), "reprise-embedder-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return join(folder, name);
}

function written(content: string): string {
  const file = temporary("model.bin");
  writeFileSync(file, content);
  return file;
}

it("answers at once, one vector a text, in their order", async () => {
  const embedder = builtin();
  const texts = ["How tall is the tower?", "Who wrote this book?"];
  const vectors = embedder.embed(texts);
  expect(vectors).toHaveLength(2);
  expect(vectors).toEqual((await Promise.all(texts.map((text) => embedder.embed([text])))).flat());
  expect(embedder.embed([])).toEqual([]);
  expect(await embedder.check?.()).toEqual([]);
});

it("loads anew after it was closed", () => {
  const embedder = builtin();
  const before = embedder.embed(["a question"]);
  embedder.close?.();
  expect(embedder.embed(["a question"])).toEqual(before);
});

it.each([
  ["is missing", () => temporary("absent.bin"), "there is no such file"],
  ["is damaged", () => written("not a model"), "no file of a static embedding"],
  ["is a folder", () => join(temporary("model.bin"), ".."), "EISDIR"],
])("says what to do when its file %s", async (_, make, problem) => {
  const file = make();
  const embedder = builtin({ file });
  const expected = { code: "embedder_unavailable", message: expect.stringContaining(problem) };
  expect(() => embedder.embed(["a question"])).toThrow(expect.objectContaining(expected));
  expect(await embedder.check?.()).toEqual([
    { problem: expect.stringContaining(file), remedy: expect.stringContaining("Install the package anew") },
  ]);
});

it("prepares in many turns what the first text would wait for", async () => {
  // A file of its own: what the package brings is read once a process.
  const file = temporary("model.bin");
  copyFileSync(new URL("../../models/static-en.bin", import.meta.url), file);
  const embedder = builtin({ file });
  let turns = 0;
  await embedder.prepare?.(async () => void turns++);
  expect(turns).toBeGreaterThan(15);
  expect(embedder.embed(["How do I reset my password?"])).toEqual(builtin().embed(["How do I reset my password?"]));
});

it("is read once for all who use it in a process", async () => {
  const [first, second] = [builtin(), builtin()];
  first.embed(["a question"]);
  let turns = 0;
  await second.prepare?.(async () => void turns++);
  expect(turns).toBe(0);
  expect(second.embed(["a question"])).toEqual(first.embed(["a question"]));
});

it("leaves what it cannot prepare to be told by the first text", async () => {
  const embedder = builtin({ file: "/nowhere/static-en.bin" });
  await expect(embedder.prepare?.(async () => {})).resolves.toBeUndefined();
  expect(() => embedder.embed(["a"])).toThrow("/nowhere/static-en.bin");
});
