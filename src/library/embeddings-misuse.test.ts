import { describe, expect, it, onTestFinished } from "vitest";
import { createCache } from "../cache.ts";
import { InvalidOptionError, RepriseError } from "../core/errors.ts";
import type { EmbeddingsOptions } from "../library/embeddings-options.ts";
import type { EmbedTexts } from "../library/library-embeddings.ts";

const model = "e-1";
const embedTexts: EmbedTexts = (texts) => texts.map(() => [1]);

async function setUp() {
  const cache = await createCache();
  onTestFinished(() => cache.close());
  return { cache };
}

describe("cache.embeddings, used wrongly", () => {
  it.each<[string, unknown, string, RegExp, Partial<EmbeddingsOptions>]>([
    ["too few", [[1]], "wrong_count", /gave 1 vectors for 2 texts/, {}],
    ["too many", [[1], [2], [3]], "wrong_count", /gave 3 vectors for 2 texts/, {}],
    ["nothing", undefined, "wrong_count", /no array of vectors/, {}],
    ["no number", [[1], ["1"]], "not_numbers", /for text 1 that is not an array of numbers/, {}],
    ["null", [[1], null], "not_numbers", /for text 1/, {}],
    ["an object", [[1], { embedding: [1] }], "not_numbers", /for text 1/, {}],
    ["an empty one", [[], [1]], "wrong_length", /empty vector for text 0/, {}],
    ["of other lengths", [[1], [1, 2]], "wrong_length", /2 numbers for text 1 and not of 1/, {}],
    [
      "of another length than asked",
      [[1], [2]],
      "wrong_length",
      /1 numbers for text 0 and not of 3/,
      { dimensions: 3 },
    ],
    ["not a number", [[1], [Number.NaN]], "not_finite", /for text 1/, {}],
    ["infinite", [[1], [Number.NEGATIVE_INFINITY]], "not_finite", /for text 1/, {}],
    ["too large for 32 bits", [[1], [1e39]], "not_finite", /for text 1/, {}],
  ])("refuses %s and keeps nothing", async (_, reply, code, message, options) => {
    const { cache } = await setUp();
    let returned: unknown = reply;
    const embed = cache.embeddings((() => returned) as EmbedTexts, { model, ...options });
    const refused = embed(["a", "b"]);
    await expect(refused).rejects.toThrow(message);
    await expect(refused).rejects.toSatisfy((error: unknown) => RepriseError.isInstance(error) && error.code === code);
    returned = [
      [1, 2, 3],
      [4, 5, 6],
    ];
    expect(await embed(["a", "b"])).toEqual(returned);
  });

  it.each<[string, object, string]>([
    ["no model", { model: undefined }, "model"],
    ["an empty model", { model: "" }, "model"],
    ["dimensions", { dimensions: 0 }, "dimensions"],
    ["a batch size", { batchSize: 1.5 }, "batchSize"],
    ["a ttl", { ttl: "long" }, "ttl"],
    ["tags", { tags: "doc" }, "tags"],
    ["parameters", { parameters: () => 1 }, "parameters"],
    ["a name that is none", { dimension: 3 }, "dimension"],
  ])("refuses %s by the option's name", async (_, options, path) => {
    const { cache } = await setUp();
    const make = () => cache.embeddings(embedTexts, { model, ...options } as EmbeddingsOptions);
    expect(make).toThrow(InvalidOptionError);
    expect(make).toThrow(expect.objectContaining({ path, message: expect.stringContaining(path) }));
  });

  it("refuses what is no function, no list and no text", async () => {
    const { cache } = await setUp();
    expect(() => cache.embeddings("embed" as never, { model })).toThrow(/embedTexts must be a function/);
    const embed = cache.embeddings(embedTexts, { model });
    await expect(embed("text" as never)).rejects.toThrow(/texts must be a list of strings/);
    await expect(embed(["a", 1] as never)).rejects.toThrow(/texts\[1\] must be a string/);
  });
});
