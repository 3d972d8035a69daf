import { cpSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { makeTinyModel, tinyDimensions, tinyLayer, tinyTable } from "../../test/services/onnx-folder.ts";
import { loadModel } from "./onnx-load.ts";
import { transformers } from "./transformers.ts";

/** What the tiny model gives for these tokens, computed here. */
function expected(ids: readonly number[]): number[] {
  const hidden = ids.map((id) =>
    Array.from({ length: tinyDimensions }, (_, at) =>
      Math.tanh(
        (tinyTable[id] as number[]).reduce((sum, weight, row) => sum + weight * (tinyLayer[row]?.[at] as number), 0),
      ),
    ),
  );
  const sum = Array.from({ length: tinyDimensions }, (_, at) =>
    hidden.reduce((all, row) => all + (row[at] as number), 0),
  );
  const length = Math.hypot(...sum);
  return sum.map((value) => value / length);
}

/** The largest difference of two vectors. */
function distance(one: Float32Array | undefined, other: readonly number[]): number {
  expect(one?.length).toBe(other.length);
  return Math.max(...other.map((value, at) => Math.abs(value - (one?.[at] as number))));
}

describe("an embedder that computes an ONNX model", () => {
  let folder: string;
  beforeEach(() => {
    folder = makeTinyModel();
  });
  afterEach(() => {
    rmSync(folder, { recursive: true, force: true });
    vi.doUnmock("onnxruntime-node");
  });

  test("gives the mean of the token vectors at unit length, whatever else is in the batch", async () => {
    const embedder = transformers({ model: folder });
    const [long, short] = await embedder.embed(["How do I reset my password", "router?"]);
    // [CLS] how do i reset my pass [SEP]: the rest is beyond eight tokens.
    expect(distance(long, expected([2, 4, 5, 6, 7, 8, 9, 3]))).toBeLessThan(1e-5);
    expect(distance(short, expected([2, 11, 12, 3]))).toBeLessThan(1e-5);
    const [alone] = await embedder.embed(["Router?"]);
    expect(distance(short, [...(alone as Float32Array)])).toBeLessThan(1e-6);
    await embedder.close?.();
  });

  test("computes many texts in batches, in their order", async () => {
    const embedder = transformers({ model: folder });
    const texts = Array.from({ length: 40 }, (_, at) => (at % 2 === 0 ? "router" : "password"));
    const vectors = await embedder.embed(texts);
    expect(vectors).toHaveLength(40);
    expect(distance(vectors[38], expected([2, 11, 3]))).toBeLessThan(1e-5);
    expect(distance(vectors[39], expected([2, 9, 10, 3]))).toBeLessThan(1e-5);
    await embedder.close?.();
  });

  test("asks the network for nothing", async () => {
    const fetch = vi.spyOn(globalThis, "fetch").mockRejectedValue(new Error("no network here"));
    const embedder = transformers({ model: folder });
    expect(await embedder.check?.()).toEqual([]);
    expect(fetch).not.toHaveBeenCalled();
    fetch.mockRestore();
    await embedder.close?.();
  });

  test("is named by its weights, wherever they lie", () => {
    const other = makeTinyModel({ salt: 1e-3 });
    const name = (model: string) => transformers({ model }).name.replace(/^.*-/, "");
    const copy = `${folder}-copy`;
    cpSync(folder, copy, { recursive: true });
    expect(name(copy)).toBe(name(folder));
    expect(name(other)).not.toBe(name(folder));
    for (const made of [other, copy]) rmSync(made, { recursive: true });
  });

  test.each<[string, (folder: string) => void, RegExp]>([
    ["no model", (at) => rmSync(join(at, "onnx"), { recursive: true }), /neither onnx\/model\.onnx nor model\.onnx/],
    ["no tokenizer", (at) => rmSync(join(at, "tokenizer.json")), /no tokenizer\.json/],
    [
      "a tokenizer that is no JSON",
      (at) => writeFileSync(join(at, "tokenizer.json"), "{"),
      /tokenizer\.json cannot be read/,
    ],
    ["a damaged model", (at) => writeFileSync(join(at, "onnx", "model.onnx"), "no model"), /cannot use .*model\.onnx/],
    ["no folder", (at) => rmSync(at, { recursive: true }), /neither/],
  ])("says of %s what to do, and tries again", async (_what, damage, message) => {
    damage(folder);
    const embedder = transformers({ model: folder });
    for (let time = 0; time < 2; time += 1)
      await expect(Promise.resolve(embedder.embed(["router"]))).rejects.toMatchObject({
        code: "embedder_unavailable",
        message: expect.stringMatching(message),
        remedy: expect.stringMatching(/\.$/),
      });
    expect(await embedder.check?.()).toMatchObject([{ problem: expect.stringMatching(message) }]);
  });

  test("says which package is missing, and how to install it", async () => {
    vi.doMock("onnxruntime-node", () => {
      throw new Error("Cannot find package 'onnxruntime-node'");
    });
    await expect(loadModel({ model: folder })).rejects.toMatchObject({
      message: expect.stringContaining("onnxruntime-node"),
      remedy: expect.stringContaining("npm install onnxruntime-node @huggingface/tokenizers"),
    });
  });

  test("many wait their turn, each gets its own, and no more than a bound", async () => {
    const embedder = transformers({ model: folder });
    const words = ["router", "password"];
    const asked = Array.from({ length: 65 }, (_, at) => Promise.resolve(embedder.embed([words[at % 2] as string])));
    const results = await Promise.allSettled(asked);
    expect(results.filter(({ status }) => status === "rejected")).toHaveLength(1);
    const [first, second] = results as PromiseFulfilledResult<Float32Array[]>[];
    expect(distance(first?.value[0], expected([2, 11, 3]))).toBeLessThan(1e-5);
    expect(distance(second?.value[0], expected([2, 9, 10, 3]))).toBeLessThan(1e-5);
    await embedder.close?.();
  });

  test("what is under way when it is closed ends, and nothing begins afterwards", async () => {
    const embedder = transformers({ model: folder });
    const asked = Promise.resolve(embedder.embed(["router"]));
    await embedder.close?.();
    expect(await asked).toHaveLength(1);
    await expect(Promise.resolve(embedder.embed(["router"]))).rejects.toThrow("closed");
  });

  test("is refused without a folder", () => {
    expect(() => transformers({ model: "" })).toThrow(expect.objectContaining({ code: "invalid_option" }));
  });
});
